using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>The queue of the person who signed in.</summary>
internal static class QueueRoutes
{
    public static void MapQueue(this IEndpointRouteBuilder routes) => routes.MapGet("/alerts", ListAsync).Requires(Permission.SeeAlerts);

    private static async Task<RazorComponentResult<QueuePage>> ListAsync(HttpContext http, AlertQueue queue, CancellationToken cancellationToken)
    {
        var who = http.Features.GetRequiredFeature<SignedInStaff>();
        var alerts = await queue.ListAsync(who.School, who.Actor, [], AlertQueue.MostAlerts, cancellationToken);
        return new RazorComponentResult<QueuePage>(new { Alerts = alerts });
    }
}
