using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Leads a source of an unknown product to a mapping: capture, propose, confirm, look what would change, apply.</summary>
internal static class OnboardingRoutes
{
    private const int LargestMapping = 256 * 1024;

    // A rule of one's own asks of the records whether they hold a word, and the counts answer: enough to mend a mapping by, too few to spell out who somebody is.
    private const int MostTriesADay = 20;

    public static void MapOnboarding(this IEndpointRouteBuilder one)
    {
        one.MapGet("/onboard", ShowAsync).Requires(Permission.ManageSources);
        one.MapPost("/onboard/propose", ProposeAsync).Requires(Permission.ManageSources);
        one.MapPost("/onboard/preview", PreviewAsync).Requires(Permission.ManageSources);
        one.MapPost("/onboard/again", AgainAsync).Requires(Permission.ManageSources);
        one.MapPost("/onboard/apply", ApplyAsync).Requires(Permission.ManageSources);
    }

    private static async Task<RazorComponentResult<OnboardingPage>> ShowAsync(HttpContext http, OnboardingReader reader, CancellationToken cancellationToken)
    {
        var query = http.Request.Query;
        var at = new OnboardingPlace(Id(query["proposal"]), Id(query["preview"]), Id(query["applied"]), int.TryParse(query["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0);
        return Page(await reader.ReadAsync(http.Source(), at, http.SignedIn().Actor, cancellationToken), "");
    }

    private static async Task<RedirectHttpResult> ProposeAsync(HttpContext http, JobDesk desk, CancellationToken cancellationToken)
    {
        var source = http.Source();
        var job = await desk.RequestAsync(Target(source), JobKind.Suggest, source.MappingVersion, from: null, to: null, http.SignedIn().Actor, cancellationToken);
        return TypedResults.Redirect($"/sources/{source.SourceId}/onboard?proposal={job}");
    }

    private static async Task<IResult> PreviewAsync(
        HttpContext http, JobDesk desk, OnboardingReader reader, SourceMappings mappings, IInstallationGuide guide, TimeProvider time, CancellationToken cancellationToken)
    {
        var (source, actor) = (http.Source(), http.SignedIn().Actor);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var proposal = Id(form["proposal"]);
        var asked = proposal is { } known ? await reader.ProposalAsync(source, known, actor, cancellationToken) : null;
        try
        {
            var own = form["mapping"].ToString();
            var mapping = own.Length > 0 ? asked?.Revealed(own) ?? own : await AnsweredAsync(source, proposal, form, reader, actor, cancellationToken);
            var content = Encoding.UTF8.GetBytes(mapping);
            if (content.Length > LargestMapping)
            {
                throw new SetupException("A mapping has at most 256 KiB.");
            }

            // Every error is said before anything is stored.
            guide.Mappings.Compile(source.Product, content);
            if (own.Length > 0 && await TriedAsync(source, mappings, time, actor, cancellationToken) >= MostTriesADay)
            {
                throw new SetupException($"{MostTriesADay} mappings were tried for this source in a day, and no more are: each asks something of its records. Each is kept, with who tried it in the audit. Go on tomorrow, or answer the proposal's questions.");
            }

            var version = await mappings.StoreAsync(Target(source), content, SetupText.Optional(form["note"].ToString(), "note", 200), actor, cancellationToken);
            var job = await desk.RequestAsync(Target(source), JobKind.Preview, version, from: null, to: null, actor, cancellationToken);
            return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/sources/{source.SourceId}/onboard?proposal={proposal}&version={version}&preview={job}"));
        }
        catch (Exception error) when (error is SetupException or MappingException or ProposalException or JsonException)
        {
            var view = await reader.ReadAsync(source, new OnboardingPlace(proposal, null, null, 0), actor, cancellationToken);
            return Page(view with { Typed = form }, asked?.Without(error.Message) ?? error.Message);
        }
    }

    private static async Task<IResult> ApplyAsync(HttpContext http, SourceMappings mappings, OnboardingReader reader, CancellationToken cancellationToken)
    {
        var (source, actor) = (http.Source(), http.SignedIn().Actor);
        var form = await http.Request.ReadFormAsync(cancellationToken);
        // Version 0 is the mapping of the product, which a source of an unknown one does not have.
        if (!int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || (version == 0 && source.Product == SourceSetupRoutes.Unknown)
            || (version > 0 && !(await mappings.HistoryAsync(Target(source), actor, cancellationToken)).Any(known => known.Version == version)))
        {
            return Missing.Page();
        }

        // What is applied is what was seen: a preview of this mapping, made while the source was read as it is now.
        var preview = Id(form["preview"]);
        var found = preview is { } id ? await reader.PreviewAsync(source, id, actor, cancellationToken) : null;
        var place = new OnboardingPlace(Id(form["proposal"]), preview, null, version);
        if (found is not { } tried || tried.Version != version || tried.Effect.Stale)
        {
            return Page(
                await reader.ReadAsync(source, place, actor, cancellationToken),
                !source.Capture && source.MappingVersion == version ? "This mapping is in use already: nothing is left to apply." : "The source is read by another mapping since this was tried. See again what would change.");
        }

        if (Enumerable.Range(0, tried.Effect.Worse.Count).Any(worse => form[$"seen{worse}"] != "yes"))
        {
            return Page(await reader.ReadAsync(source, place, actor, cancellationToken), "Tick each of the things that would be worse, or change nothing.");
        }

        var job = await mappings.ApplyAsync(Target(source), version, from: null, to: null, actor, cancellationToken);
        return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/sources/{source.SourceId}/onboard?version={version}&applied={job}"));
    }

    /// <summary>Tries a mapping that the source has had, or its product's, as any other is tried.</summary>
    private static async Task<IResult> AgainAsync(HttpContext http, SourceMappings mappings, JobDesk desk, IInstallationGuide guide, CancellationToken cancellationToken)
    {
        var (source, actor) = (http.Source(), http.SignedIn().Actor);
        if (!int.TryParse((await http.Request.ReadFormAsync(cancellationToken))["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            || (version == 0 && !guide.Products.Contains(source.Product, StringComparer.Ordinal))
            || (version > 0 && !(await mappings.HistoryAsync(Target(source), actor, cancellationToken)).Any(known => known.Version == version)))
        {
            return Missing.Page();
        }

        var job = await desk.RequestAsync(Target(source), JobKind.Preview, version, from: null, to: null, actor, cancellationToken);
        return TypedResults.Redirect(string.Create(CultureInfo.InvariantCulture, $"/sources/{source.SourceId}/onboard?version={version}&preview={job}"));
    }

    private static async Task<int> TriedAsync(Source source, SourceMappings mappings, TimeProvider time, Actor actor, CancellationToken cancellationToken) =>
        (await mappings.HistoryAsync(Target(source), actor, cancellationToken)).Count(known => known.CreatedAt > time.GetUtcNow().AddDays(-1));

    private static async Task<string> AnsweredAsync(Source source, Guid? job, IFormCollection form, OnboardingReader reader, Actor actor, CancellationToken cancellationToken)
    {
        if (job is not { } id || await reader.ProposalAsync(source, id, actor, cancellationToken) is not { Mapping.Length: > 0 } proposal)
        {
            throw new SetupException("There is no proposal. Ask for one first.");
        }

        var (flags, settings) = ProposalForm.Read(form, proposal);
        return ProposalEdits.Apply(proposal, flags, settings).Mapping;
    }

    private static RazorComponentResult<OnboardingPage> Page(OnboardingView view, string problem) =>
        new(new { View = view with { Problem = problem } }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };

    private static Guid? Id(string? text) => Guid.TryParse(text, out var id) ? id : null;

    private static SourceKey Target(Source source) => new(source.SchoolId, source.SourceId);
}

/// <summary>Where on the way somebody is, as the address says.</summary>
/// <param name="Proposal">Job of the proposal.</param>
/// <param name="Preview">Job of the preview.</param>
/// <param name="Applied">Job of the replay.</param>
/// <param name="Version">Of the mapping that is previewed or applied.</param>
internal sealed record OnboardingPlace(Guid? Proposal, Guid? Preview, Guid? Applied, int Version);
