using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Web.Reports;

/// <summary>Digests of those whom they are for, and figures for everybody else.</summary>
internal static class ReportRoutes
{
    public static IServiceCollection AddReportPages(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>();
        services.AddDigestCommands();
        services.AddSingleton(provider => new DigestShelf(
            provider.GetRequiredKeyedService<Database>(DatabaseRole.Console), provider.GetKeyedService<Database>(DatabaseRole.Notify),
            provider.GetRequiredService<PolicyDirectory>(), provider.GetRequiredService<DigestDocument>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<GovernorsReport>();
        return services;
    }

    public static void MapReports(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/reports", ListAsync).Requires(Permission.SeeReports);
        routes.MapGet("/reports/governors", GovernorsAsync).Requires(Permission.SeeReports);
        routes.MapGet("/reports/digests/next", NextAsync).Requires(Permission.SeeDigests);
        routes.MapGet("/reports/digests/{day}", DigestAsync).Requires(Permission.SeeDigests);
    }

    private static async Task<RazorComponentResult<ReportsPage>> ListAsync(HttpContext http, DigestShelf shelf, TimeProvider time, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        var sees = who.May(Permission.SeeDigests);
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        return new RazorComponentResult<ReportsPage>(new
        {
            View = new ReportsView(
                ReportTerm.Reported(today), ReportTerm.Of(today), sees ? await shelf.ListAsync(who.School, who.Actor, cancellationToken) : [], sees, sees && shelf.MayPreview),
        });
    }

    private static async Task<IResult> GovernorsAsync(HttpContext http, GovernorsReport report, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        DateOnly? begins = null;
        if (http.Request.Query["term"].ToString() is { Length: > 0 } text)
        {
            if (!IsDay(text, out var day))
            {
                return Missing.Page();
            }

            begins = day;
        }

        return await report.ReadAsync(who.School, begins, who.Actor, cancellationToken) is { } view
            ? new RazorComponentResult<GovernorsPage>(new { View = view })
            : Missing.Page();
    }

    private static async Task<IResult> DigestAsync(string day, HttpContext http, DigestShelf shelf, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        return IsDay(day, out var date) && await shelf.ShowAsync(who.School, date, who.Actor, cancellationToken) is { } view
            ? new RazorComponentResult<DigestPage>(new { View = view })
            : Missing.Page();
    }

    private static async Task<IResult> NextAsync(HttpContext http, DigestShelf shelf, CancellationToken cancellationToken)
    {
        var who = http.SignedIn();
        return await shelf.PreviewAsync(who.School, who.Actor, cancellationToken) is { } view
            ? new RazorComponentResult<DigestPage>(new { View = view })
            : Missing.Page();
    }

    private static bool IsDay(string text, out DateOnly day) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}
