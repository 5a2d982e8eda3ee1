using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Categories;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Sources.Overlays;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Rules;

/// <summary>What counts as a concern at this school: its own phrases and exclusions, the edition, and why a text would fire.</summary>
internal static class RuleRoutes
{
    private const int LongestText = 4000;

    private static readonly string[] Kinds = ["search", "message", "url"];

    public static IServiceCollection AddRulePages(this IServiceCollection services)
    {
        services.AddSingleton(provider => new OverlayRegister(SourcePagesRegistration.Setup(provider), SourcePagesRegistration.Time(provider)));
        services.AddSingleton(provider => new EditionRegister(SourcePagesRegistration.Setup(provider), SourcePagesRegistration.Time(provider)));
        services.AddSingleton(provider => new WhatIfDesk(SourcePagesRegistration.Setup(provider), provider.GetRequiredService<SchoolSeals>(), SourcePagesRegistration.Time(provider)));
        services.AddSingleton(provider => new PhrasePreviews(
            new(() => provider.GetRequiredService<IInstallationGuide>().HarmlessTexts), provider.GetRequiredKeyedService<Database>(DatabaseRole.Console), provider.GetRequiredService<SchoolSeals>(),
            SourcePagesRegistration.Time(provider)));
        services.AddSingleton(provider => new CategoryRegister(SourcePagesRegistration.Setup(provider)));
        services.AddSingleton<CategoryReader>();
        services.AddSingleton<SchoolRulesReader>();
        return services;
    }

    public static void MapRules(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rules", ListAsync).Requires(Permission.ManageRules);
        routes.MapPost("/rules/add", AddAsync).Requires(Permission.ManageRules);
        routes.MapPost("/rules/exclude", ExcludeAsync).Requires(Permission.ManageRules);
        routes.MapPost("/rules/remove", RemoveAsync).Requires(Permission.ManageRules);
        routes.MapPost("/rules/edition", EditionAsync).Requires(Permission.ManageRules);
        routes.MapGet("/rules/packs", Packs).Requires(Permission.ManageRules);
        routes.MapGet("/rules/try", Try).Requires(Permission.ManageRules);
        routes.MapPost("/rules/try", TryAsync).Requires(Permission.ManageRules);
        routes.MapCategories();
        routes.MapPrecision();
        routes.MapWhatIf();
    }

    private static Task<IResult> ListAsync(HttpContext http, SchoolRulesReader reader, CancellationToken cancellationToken) => PageAsync(http, reader, new OverlayForm(), "", cancellationToken);

    private static async Task<IResult> PageAsync(HttpContext http, SchoolRulesReader reader, OverlayForm form, string problem, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        return new RazorComponentResult<OverlaysPage>(new { View = await reader.OverlaysAsync(who.School, who.Actor, cancellationToken), Form = form, Problem = problem })
        {
            StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null,
        };
    }

    private static Task<IResult> AddAsync(HttpContext http, SchoolRulesReader reader, OverlayRegister register, SourceReader sources, CancellationToken cancellationToken) =>
        ChangeAsync(http, reader, async (who, form, sent) =>
        {
            if (!Words.TryRead<Severity>(form.Severity, out var severity) || severity == Severity.None)
            {
                throw new SetupException("Choose how grave it is: low, medium, high or critical.");
            }

            DateTimeOffset? until = form.Until.Length > 0 ? await EndAsync(form.Until, who, sources, cancellationToken) : null;
            var preview = await reader.RequireUsableAsync(who.School, OverlayKind.Add, form.Words, form.Theme, who.Actor, cancellationToken);
            preview?.Require(sent["anyway"] == "yes", "say below that it is meant");
            await register.AddAsync(who.School, form.Words, form.Theme, severity, form.Why, until, who.Actor, who.Actor.Name, cancellationToken);
        }, cancellationToken);

    private static Task<IResult> ExcludeAsync(HttpContext http, SchoolRulesReader reader, OverlayRegister register, SourceReader sources, CancellationToken cancellationToken) =>
        ChangeAsync(http, reader, async (who, form, _) =>
        {
            var kind = form.Rule ? OverlayKind.ExcludeRule : OverlayKind.ExcludePhrase;
            if (form.Until.Length == 0)
            {
                throw new SetupException("Give the last day: an exclusion ends by itself, within a year.");
            }

            await reader.RequireUsableAsync(who.School, kind, form.Words, "", who.Actor, cancellationToken);
            await register.ExcludeAsync(who.School, kind, form.Words, form.Why, await EndAsync(form.Until, who, sources, cancellationToken), who.Actor, who.Actor.Name, cancellationToken);
        }, cancellationToken);

    private static Task<IResult> RemoveAsync(HttpContext http, SchoolRulesReader reader, OverlayRegister register, CancellationToken cancellationToken) =>
        ChangeAsync(http, reader, (who, _, sent) => register.RemoveAsync(who.School, sent["entry"].ToString(), who.Actor, who.Actor.Name, cancellationToken), cancellationToken);

    private static Task<IResult> EditionAsync(HttpContext http, SchoolRulesReader reader, EditionRegister register, IInstallationGuide guide, SourceReader sources, CancellationToken cancellationToken) =>
        ChangeAsync(http, reader, async (who, _, sent) =>
        {
            var edition = sent["edition"].ToString();
            if (!guide.Editions.Ids.Contains(edition, StringComparer.Ordinal))
            {
                throw new SetupException("Choose one of the editions.");
            }

            DateTimeOffset? from = null;
            if (sent["from"].ToString() is { Length: > 0 } day)
            {
                var (_, zone) = await sources.SchoolAsync(who.School, who.Actor, cancellationToken);
                var midnight = CalendarFile.Day(day).ToDateTime(TimeOnly.MinValue);
                from = new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
            }

            await register.ChooseAsync(who.School, edition, from, who.Actor, cancellationToken);
        }, cancellationToken);

    private static async Task<IResult> ChangeAsync(HttpContext http, SchoolRulesReader reader, Func<SignedInStaff, OverlayForm, IFormCollection, Task> change, CancellationToken cancellationToken)
    {
        var sent = await http.Request.ReadFormAsync(cancellationToken);
        var form = new OverlayForm(
            sent["words"].ToString().Trim(), sent["theme"].ToString(), sent["severity"].ToString(), sent["why"].ToString().Trim(), sent["until"].ToString().Trim(), sent["rule"] == "yes");
        try
        {
            await change(http.SignedIn(), form, sent);
            return TypedResults.Redirect("/rules");
        }
        catch (TooBroadException error)
        {
            return await PageAsync(http, reader, form with { Broad = true }, SourceSetupRoutes.Said(error), cancellationToken);
        }
        catch (SetupException error)
        {
            return await PageAsync(http, reader, form, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static RazorComponentResult<PacksPage> Packs(SchoolRulesReader reader) => new(new { View = reader.Packs() });

    private static RazorComponentResult<TryPage> Try() => new(new { Text = "", Kind = Kinds[0] });

    // Posted, for what is tried must not stand in an address.
    private static async Task<IResult> TryAsync(HttpContext http, SchoolRulesReader reader, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var text = form["text"].ToString().Trim();
        var kind = Kinds.Contains(form["kind"].ToString(), StringComparer.Ordinal) ? form["kind"].ToString() : Kinds[0];
        if (text.Length is 0 or > LongestText)
        {
            return new RazorComponentResult<TryPage>(new { Text = text, Kind = kind, Problem = $"Give a text of at most {LongestText:N0} characters." }) { StatusCode = StatusCodes.Status400BadRequest };
        }

        return new RazorComponentResult<TryPage>(new { Text = text, Kind = kind, Result = await reader.TryAsync(who.School, text, kind, who.Actor, cancellationToken) });
    }

    // The whole of the last day counts, by the school's clock.
    private static async Task<DateTimeOffset> EndAsync(string day, SignedInStaff who, SourceReader sources, CancellationToken cancellationToken)
    {
        var (_, zone) = await sources.SchoolAsync(who.School, who.Actor, cancellationToken);
        var midnight = CalendarFile.Day(day).AddDays(1).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }
}
