using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>When pupils are in school: outside of it no source is blamed for its silence, and no clock of an alert runs.</summary>
internal static class CalendarRoutes
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly Dictionary<string, string> KindWords = new(StringComparer.Ordinal)
    {
        ["closed"] = "Closed", ["inset"] = "INSET day", ["half-term"] = "Half-term",
    };

    public static void MapCalendar(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/administration/calendar", ShowAsync).Requires(Permission.ManagePolicy);
        routes.MapPost("/administration/calendar", ImportAsync).Requires(Permission.ManagePolicy);
        routes.MapPost("/administration/calendar/terms", AddTermAsync).Requires(Permission.ManagePolicy);
        routes.MapPost("/administration/calendar/closures", CloseAsync).Requires(Permission.ManagePolicy);
    }

    private static Task<IResult> ShowAsync(HttpContext http, CalendarRegister calendars, SourceReader sources, TimeProvider time, CancellationToken cancellationToken) =>
        PageAsync(http, calendars, sources, time, written: null, "", cancellationToken);

    private static async Task<IResult> ImportAsync(HttpContext http, CalendarRegister calendars, SourceReader sources, TimeProvider time, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var json = (await http.Request.ReadFormAsync(cancellationToken))["calendar"].ToString();
        try
        {
            await calendars.ImportAsync(who.School, json, who.Actor, cancellationToken);
            return TypedResults.Redirect("/administration/calendar");
        }
        catch (SetupException error)
        {
            return await PageAsync(http, calendars, sources, time, json, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> AddTermAsync(HttpContext http, CalendarRegister calendars, SourceReader sources, TimeProvider time, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            var (first, last) = (CalendarFile.Day(form["first"].ToString()), CalendarFile.Day(form["last"].ToString()));
            await calendars.AddTermAsync(who.School, form["name"].ToString().Trim(), first, last, who.Actor, cancellationToken);
            return TypedResults.Redirect("/administration/calendar");
        }
        catch (SetupException error)
        {
            return await PageAsync(http, calendars, sources, time, written: null, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> CloseAsync(HttpContext http, CalendarRegister calendars, SourceReader sources, TimeProvider time, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var form = await http.Request.ReadFormAsync(cancellationToken);
        try
        {
            var first = CalendarFile.Day(form["first"].ToString());
            var last = form["last"].ToString() is { Length: > 0 } until ? CalendarFile.Day(until) : first;
            await calendars.CloseAsync(who.School, first, last, form["kind"].ToString(), form["note"].ToString().Trim(), who.Actor, cancellationToken);
            return TypedResults.Redirect("/administration/calendar");
        }
        catch (SetupException error)
        {
            return await PageAsync(http, calendars, sources, time, written: null, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    /// <param name="written">What was refused, to be mended; null: what holds.</param>
    private static async Task<IResult> PageAsync(
        HttpContext http, CalendarRegister calendars, SourceReader sources, TimeProvider time, string? written, string problem, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var (_, zone) = await sources.SchoolAsync(who.School, who.Actor, cancellationToken);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time.GetUtcNow(), zone).DateTime);
        var json = await calendars.ShowAsync(who.School, who.Actor, cancellationToken);
        var file = json is null ? null : CalendarFile.Parse(json);
        return new RazorComponentResult<CalendarPage>(new
        {
            Tabs = AdministrationRoutes.For(who),
            View = new CalendarView(
                [.. (file?.Terms ?? []).Select(span => Row(span, span.Kind, today))],
                [.. (file?.Closures ?? []).OrderBy(span => span.First).Select(span => Row(span, KindWords.GetValueOrDefault(span.Kind, span.Kind), today))],
                string.Join("; ", Hours(file)),
                written ?? (json is null ? "" : JsonNode.Parse(json)!.ToJsonString(Indented)),
                today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                file is null ? "" : SourceWords.Day(file.Terms.Max(term => term.Last))),
            Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };
    }

    private static IEnumerable<string> Hours(CalendarFile? file) => file is null
        ? []
        : Enum.GetValues<DayOfWeek>().Select(day => (Day: day, Hours: file.HoursOf(day))).Where(day => day.Hours is not null)
            .GroupBy(day => day.Hours!.Value)
            .Select(group => $"{string.Join(", ", group.Select(day => day.Day))} {group.Key.Opens:HH:mm} to {group.Key.Closes:HH:mm}");

    private static CalendarRow Row(CalendarSpan span, string what, DateOnly today) =>
        new(what, SourceWords.Day(span.First), SourceWords.Day(span.Last), span.Note, span.Last < today);
}
