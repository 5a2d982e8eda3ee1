using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Web.Jobs;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Rules;

/// <summary>What other rules would have made of the last weeks: asked here, read by the process role, answered in counts and numbers of alerts.</summary>
internal static class WhatIfRoutes
{
    private const int LargestPack = 2 * 1024 * 1024;
    private const int LongestDays = 366;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static void MapWhatIf(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rules/what-if", ListAsync).Requires(Permission.ManageRules);
        routes.MapPost("/rules/what-if", AskAsync).Requires(Permission.ManageRules);
        routes.MapGet("/rules/what-if/{job:guid}", ShowAsync).Requires(Permission.ManageRules);
    }

    private static Task<IResult> ListAsync(HttpContext http, JobDesk desk, SourceReader sources, IInstallationGuide guide, TimeProvider time, CancellationToken cancellationToken) =>
        PageAsync(http, desk, sources, guide, time, "", cancellationToken);

    private static async Task<IResult> PageAsync(
        HttpContext http, JobDesk desk, SourceReader sources, IInstallationGuide guide, TimeProvider time, string problem, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var (_, zone) = await sources.SchoolAsync(who.School, who.Actor, cancellationToken);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime);
        var jobs = (await desk.ListAsync(who.School, source: null, who.Actor, cancellationToken)).Where(job => job.Kind == JobKind.WhatIf);
        return new RazorComponentResult<WhatIfPage>(new
        {
            View = new WhatIfsView(
                [.. jobs.Select(job => new WhatIfRow(job.Id, SourceWords.When(job.RequestedAt, zone), Span(job, zone), job.State))], guide.Editions.Ids, Day(today.AddDays(-28)), Day(today)),
            Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };
    }

    private static async Task<IResult> AskAsync(
        HttpContext http, WhatIfDesk ask, JobDesk desk, SourceReader sources, IInstallationGuide guide, TimeProvider time, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            var request = await RequestAsync(form, cancellationToken);
            // Every error in the file is said before anything is asked.
            request.Over(guide.Editions, guide.Editions.Standard.Taxonomy.Id);
            var (_, zone) = await sources.SchoolAsync(who.School, who.Actor, cancellationToken);
            var (from, to) = (Midnight(form["from"].ToString(), zone, 0), Midnight(form["to"].ToString(), zone, 1));
            if (to <= from || to - from > TimeSpan.FromDays(LongestDays))
            {
                throw new SetupException("The last day is the first or later, and at most a year after it.");
            }

            var job = await ask.AskAsync(new SourceKey(who.School, Guid.Empty), request, from, to, form["reason"].ToString(), who.Actor, cancellationToken);
            return TypedResults.Redirect($"/rules/what-if/{job}");
        }
        catch (Exception error) when (error is SetupException or RuleException)
        {
            return await PageAsync(http, desk, sources, guide, time, error.Message, cancellationToken);
        }
    }

    private static async Task<IResult> ShowAsync(Guid job, HttpContext http, JobWatch watch, SourceReader sources, ThemeGuide guide, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        if (await watch.ForAsync(who.School, job, JobKind.WhatIf, Patience, who.Actor, cancellationToken) is not { } found)
        {
            return Missing.Page();
        }

        var (_, zone) = await sources.SchoolAsync(who.School, who.Actor, cancellationToken);
        var answer = found is { State: JobState.Done, Result: { } result } ? WhatIfText.Of(result.Deserialize<WhatIfReport>(WhatIfReport.Json)!, guide.LabelOf) : null;
        return new RazorComponentResult<WhatIfAnswerPage>(new { View = new WhatIfJobView(watch.View(found), Span(found, zone), answer) });
    }

    private static async Task<WhatIfRequest> RequestAsync(IFormCollection form, CancellationToken cancellationToken)
    {
        var edition = form["edition"].ToString();
        var file = form.Files.GetFile("pack");
        if (edition.Length == 0 && file is not { Length: > 0 })
        {
            throw new SetupException("Choose an edition, or a rule pack to try.");
        }

        var minutes = double.TryParse(form["minutes"], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var given) && given is >= 0 and <= 1440
            ? given
            : throw new SetupException("Minutes for an alert are a number, at most 1440.");
        var files = new List<WhatIfFile>();
        if (file is { Length: > 0 })
        {
            if (file.Length > LargestPack)
            {
                throw new SetupException("A rule pack has at most 2 MiB.");
            }

            using var reader = new StreamReader(file.OpenReadStream());
            // The name alone says in whose place it stands.
            files.Add(new WhatIfFile(WhatIfFileKind.Pack, Path.GetFileName(file.FileName), await reader.ReadToEndAsync(cancellationToken)));
        }

        return new WhatIfRequest(edition.Length > 0 ? edition : null, minutes, Whole: false, files);
    }

    private static DateTimeOffset Midnight(string day, TimeZoneInfo zone, int after)
    {
        var midnight = CalendarFile.Day(day).AddDays(after).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    private static string Span(SourceJob job, TimeZoneInfo zone) =>
        $"{(job.From is { } from ? DayOf(from, zone) : "the first record")} to {(job.To is { } to ? DayOf(to.AddTicks(-1), zone) : "now")}";

    private static string DayOf(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("d MMM yyyy", British.Culture);

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
