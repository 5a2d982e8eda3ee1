using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Web.Pages;
using OnlineSafety.Monitoring.Web.Queue;

namespace OnlineSafety.Monitoring.Web.Live;

/// <summary>
/// The feed of a console: server-sent events with the bar of new alerts and the rows that changed, ready to be shown. It only says what the queue's page
/// would say to the same person if it were opened again.
/// </summary>
internal static class LiveRoutes
{
    public const string Address = "/alerts/live";

    /// <summary>The message after which a page asks no more.</summary>
    public const string Elsewhere = "elsewhere";

    private static readonly TimeSpan s_seldom = TimeSpan.FromMinutes(5);

    // The browser connects again by itself: a process is not left with feeds that nobody reads.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapGet(Address, Follow).Requires(Permission.SeeAlerts);

    private static ServerSentEventsResult<string> Follow(
        HttpContext http, [FromQuery] Guid? school, [FromQuery] int after, [FromQuery] string? rows, [FromQuery] string? back, [FromHeader(Name = "Last-Event-ID")] string? last,
        QueueReader queue, LiveSignal signal, LiveFragments fragments, SchoolNames names, WhoAsks asks, TimeProvider time, IHostApplicationLifetime lifetime)
    {
        var who = http.Features.GetRequiredFeature<SignedInStaff>();
        http.Response.Headers["X-Accel-Buffering"] = "no";
        // The page is of the school that it was made in; the cookie may stand in another since, whose alerts have the same numbers.
        if (school != who.School)
        {
            return TypedResults.ServerSentEvents(SayElsewhereAsync());
        }

        // What the last message brought counts; the address alone is as old as the page.
        var cursor = LiveCursor.Parse(after, rows, last);
        var feed = new LiveFeed(queue, signal, fragments, names, time, stillMay: cancellationToken => asks.StillMayAsync(http, cancellationToken));
        return TypedResults.ServerSentEvents(feed.FollowAsync(who, cursor, QueueAddress.Checked(back), s_longest, lifetime.ApplicationStopping, http.RequestAborted));
    }

    // An answer without a body would be asked for again and again: the extension knows no end but a message.
    private static async IAsyncEnumerable<SseItem<string>> SayElsewhereAsync()
    {
        yield return new SseItem<string>("", Elsewhere) { ReconnectionInterval = s_seldom };
        await Task.CompletedTask;
    }
}

/// <summary>One console's feed.</summary>
internal sealed class LiveFeed(QueueReader queue, LiveSignal signal, LiveFragments fragments, SchoolNames names, TimeProvider time, Func<CancellationToken, Task<bool>> stillMay)
{
    /// <summary>Also when there is nothing to say: a proxy between closes what is silent.</summary>
    private static readonly TimeSpan s_beat = TimeSpan.FromSeconds(20);

    /// <summary>Whoever was signed out, disabled or lost a role hears nothing more within this.</summary>
    private static readonly TimeSpan s_asks = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan s_reconnect = TimeSpan.FromSeconds(2);

    public async IAsyncEnumerable<SseItem<string>> FollowAsync(
        SignedInStaff who, LiveCursor cursor, string back, TimeSpan longest, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var school = await names.OfAsync(who, cancellationToken);
        // Also ends the wait when the service stops: a console must not hold it up.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        var begun = time.GetUtcNow();
        var (said, asked) = (begun, begun);
        // Each row that is sent, once for each feed: which ones the page had already is only what the browser says.
        var seen = new HashSet<int>();
        yield return Item("", "hello", cursor);
        while (!over.IsCancellationRequested && time.GetUtcNow() - begun < longest)
        {
            if (time.GetUtcNow() - asked > s_asks)
            {
                if (!await stillMay(cancellationToken))
                {
                    yield break;
                }

                asked = time.GetUtcNow();
            }

            var next = signal.Next;
            var news = await queue.NewsAsync(who, cursor.Newest, cursor.Rows, cancellationToken);
            var changed = news.Shown.Where(row => cursor.Takes(row.Number, row.Version)).ToList();
            await queue.ShownAsync(who, [.. changed.Concat(news.Alerts != cursor.Told ? news.Gravest : []).Select(row => row.Number).Where(seen.Add)], cancellationToken);
            if (changed.Count > 0)
            {
                yield return Item(await fragments.RowsAsync(changed, who.May(Permission.ActOnAlerts), school), "rows", cursor);
                said = time.GetUtcNow();
            }

            if (news.Alerts != cursor.Told)
            {
                cursor.Told = news.Alerts;
                yield return Item(news.Alerts == 0 ? "" : await fragments.NewsAsync(news, back), "news", cursor);
                said = time.GetUtcNow();
            }

            if (time.GetUtcNow() - said > s_beat)
            {
                yield return Item("", "beat", cursor);
                said = time.GetUtcNow();
            }

            await Task.WhenAny(next, Task.Delay(LiveSignal.Patience, time, over.Token));
        }
    }

    private static SseItem<string> Item(string html, string type, LiveCursor cursor) =>
        new(html, type) { EventId = cursor.ToString(), ReconnectionInterval = s_reconnect };
}
