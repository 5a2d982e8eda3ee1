using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Audit;

/// <summary>For the data protection officer: who saw what, and when. Every question is itself recorded.</summary>
internal static class AuditRoutes
{
    public const string Address = "/audit";

    public static IServiceCollection AddAuditPages(this IServiceCollection services) =>
        services.AddSingleton(provider => new AuditPages(provider.GetRequiredKeyedService<Database>(DatabaseRole.Audit), provider.GetRequiredService<SchoolSeals>()));

    public static void MapAudit(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(Address, ListAsync).Requires(Permission.SeeAudit);
        routes.MapPost(Address + "/export", ExportAsync).Requires(Permission.SeeAudit);
        routes.MapGet(Address + "/who-saw", AskPage).Requires(Permission.SeeAudit);
        // A person's account never stands in an address: it is asked for by a form.
        routes.MapPost(Address + "/who-saw", WhoSawAsync).Requires(Permission.SeeAudit);
        routes.MapGet(Address + "/unanswered", UnansweredAsync).Requires(Permission.SeeAudit);
    }

    private static async Task<IResult> ListAsync(HttpContext http, AuditPages pages, SchoolNames names, CancellationToken cancellationToken)
    {
        var asked = http.Request.Query;
        var query = new AuditQuery(
            asked["from"].ToString(), asked["to"].ToString(), asked["by"].ToString(), asked["about"].ToString(),
            DateTimeOffset.TryParseExact(asked["before"], "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var before) ? before : null);
        return await PageAsync(http, query, pages, names, "", cancellationToken);
    }

    private static async Task<IResult> ExportAsync(HttpContext http, AuditPages pages, SchoolNames names, TimeProvider time, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var query = new AuditQuery(form["from"].ToString(), form["to"].ToString(), form["by"].ToString(), form["about"].ToString());
        try
        {
            var file = await pages.ExportAsync(http.SignedIn(), query, await ZoneAsync(http, names, cancellationToken), form["reason"].ToString(), cancellationToken);
            var day = time.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            return TypedResults.File(file, "text/csv; charset=utf-8", $"who-saw-what-{day}.csv");
        }
        catch (SetupException error)
        {
            return await PageAsync(http, query, pages, names, SourceSetupRoutes.Said(error), cancellationToken);
        }
    }

    private static async Task<IResult> PageAsync(HttpContext http, AuditQuery query, AuditPages pages, SchoolNames names, string problem, CancellationToken cancellationToken) =>
        new RazorComponentResult<AuditPage>(new
        {
            View = await pages.ListAsync(http.SignedIn(), query, await ZoneAsync(http, names, cancellationToken), cancellationToken), Problem = problem,
        }) { StatusCode = problem.Length > 0 ? StatusCodes.Status400BadRequest : null };

    private static RazorComponentResult<WhoSawPage> AskPage() => new(new { });

    private static async Task<IResult> WhoSawAsync(HttpContext http, AuditPages pages, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var (alert, account, reason) = (form["alert"].ToString(), form["account"].ToString(), form["reason"].ToString());
        try
        {
            return new RazorComponentResult<WhoSawPage>(new { View = await pages.WhoSawAsync(http.SignedIn(), alert, account, reason, cancellationToken) });
        }
        catch (SetupException error)
        {
            return new RazorComponentResult<WhoSawPage>(new { Alert = alert, Account = account, Reason = reason, Problem = SourceSetupRoutes.Said(error) })
            {
                StatusCode = StatusCodes.Status400BadRequest,
            };
        }
    }

    private static async Task<RazorComponentResult<UnansweredPage>> UnansweredAsync(HttpContext http, AuditPages pages, CancellationToken cancellationToken) =>
        new(new { Alerts = await pages.UnansweredAsync(http.SignedIn(), cancellationToken) });

    private static async Task<TimeZoneInfo> ZoneAsync(HttpContext http, SchoolNames names, CancellationToken cancellationToken) =>
        SchoolZone.Of((await names.OfAsync(http.SignedIn(), cancellationToken)).Zone);
}
