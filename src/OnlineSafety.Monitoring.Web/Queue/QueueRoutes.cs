using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Web.Live;

namespace OnlineSafety.Monitoring.Web.Queue;

/// <summary>The queue of the person who signed in.</summary>
internal static class QueueRoutes
{
    public static void MapQueue(this IEndpointRouteBuilder routes) => routes.MapGet(QueueAddress.Queue, ListAsync).Requires(Permission.SeeAlerts);

    private static async Task<RazorComponentResult<QueuePage>> ListAsync(HttpContext http, QueueReader queue, TellingReader telling, OpenRooms rooms, TimeProvider time, CancellationToken cancellationToken)
    {
        var who = http.Features.GetRequiredFeature<SignedInStaff>();
        var filter = QueueAddress.Parse(http.Request.Query);
        var after = QueuePosition.TryParse(http.Request.Query["after"]);
        var page = await queue.PageAsync(who, filter, after, cancellationToken);
        var now = time.GetUtcNow();
        var back = QueueAddress.Of(filter, after);
        var told = await telling.OfAsync(who.School, who.Actor, cancellationToken);
        var done = StepNotice.Of(http.Request.Query, told.WhyNoMail(now), await StandingAsync(queue, who, StepNotice.NumberOf(http.Request.Query), cancellationToken));
        var view = new QueueView(
            page.Rows,
            FilterLinks.Of(filter, page.Counts),
            page.Counts.Where(count => count.Waiting).Sum(count => count.Alerts),
            page.Rows.Count(row => row.AcknowledgeBy <= now),
            back,
            after is null ? null : QueueAddress.Of(filter),
            page.Next is null ? null : QueueAddress.Of(filter, page.Next),
            FeedOf(who.School, page, back),
            page.Rows.Count == 0 ? await queue.WatchedAsync(who, cancellationToken) : [])
        {
            MaySilence = who.May(Permission.SilenceAlerts),
            MaySeeSources = who.May(Permission.SeeHealth) && rooms.SetUp,
            Troubled = told.Troubled,
            Unwatched = told.Unwatched,
            MayAct = who.May(Permission.ActOnAlerts),
            Untold = page.Untold,
        };
        return new RazorComponentResult<QueuePage>(new { View = view, Done = done, PutBack = done is null ? null : StepNotice.AcknowledgedOf(http.Request.Query) });
    }

    private static async Task<AlertStanding?> StandingAsync(QueueReader queue, SignedInStaff who, int? number, CancellationToken cancellationToken) =>
        number is { } one && await queue.TheseAsync(who, [one], cancellationToken) is [var row] ? new AlertStanding(row.State, row.AcknowledgedBy == who.Actor.Name, row.GivenBy is not null) : null;

    private static string FeedOf(Guid school, QueuePageView page, string back) => LiveRoutes.Address + new QueryBuilder
    {
        { "school", school.ToString("N") },
        { "after", page.Newest.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        { "rows", LiveCursor.Text(page.Rows.Select(row => (row.Number, row.Version))) },
        { "back", back },
    };
}
