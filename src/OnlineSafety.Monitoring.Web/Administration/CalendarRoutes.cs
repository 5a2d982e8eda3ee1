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
    public static void MapCalendar(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(CalendarPages.Address, (HttpContext http, CalendarPages pages, CancellationToken cancellationToken) => PageAsync(http, pages, written: null, "", cancellationToken))
            .Requires(Permission.ManagePolicy);
        Map(routes, "", form => new CalendarChange.Replaced(form["calendar"].ToString()));
        Map(routes, "/terms", form => new CalendarChange.Term(form["name"].ToString().Trim(), Day(form, "first"), Day(form, "last")));
        Map(routes, "/closures", form => new CalendarChange.Closure(
            Day(form, "first"), form["last"].ToString() is { Length: > 0 } ? Day(form, "last") : Day(form, "first"), form["kind"].ToString(), form["note"].ToString().Trim()));
        Map(routes, "/closures/remove", form => new CalendarChange.Reopened(Day(form, "first"), Day(form, "last")));
    }

    private static DateOnly Day(IFormCollection form, string field) => CalendarFile.Day(form[field].ToString());

    // Each is shown first with what it does to alerts that wait, where any wait.
    private static void Map(IEndpointRouteBuilder routes, string address, Func<IFormCollection, CalendarChange> read) =>
        routes.MapPost(CalendarPages.Address + address, async (HttpContext http, CalendarPages pages, CancellationToken cancellationToken) =>
        {
            var form = await http.Request.ReadFormAsync(cancellationToken);
            try
            {
                var (who, change) = (http.SignedIn(), read(form));
                if (form["agreed"] != "yes" && await pages.TryAsync(who, change, cancellationToken) is { } clocks)
                {
                    var fields = form.Where(field => field.Key is "calendar" or "name" or "first" or "last" or "kind" or "note").Select(field => KeyValuePair.Create(field.Key, field.Value.ToString()));
                    return new RazorComponentResult<CalendarChangePage>(new
                    {
                        Tabs = AdministrationRoutes.For(who), View = new CalendarChangeView(change.Words, CalendarPages.Address + address, [.. fields], clocks),
                    });
                }

                await pages.ApplyAsync(who, change, cancellationToken);
                return TypedResults.Redirect(CalendarPages.Address);
            }
            catch (SetupException error)
            {
                return await PageAsync(http, pages, address.Length == 0 ? form["calendar"].ToString() : null, SourceSetupRoutes.Said(error), cancellationToken);
            }
        }).Requires(Permission.ManagePolicy);

    private static async Task<IResult> PageAsync(HttpContext http, CalendarPages pages, string? written, string problem, CancellationToken cancellationToken) =>
        new RazorComponentResult<CalendarPage>(new
        {
            Tabs = AdministrationRoutes.For(http.SignedIn()), View = await pages.ReadAsync(http.SignedIn(), written, cancellationToken), Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };
}
