using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Digests;

internal enum DigestSending : byte
{
    /// <summary>It was missing and was made; its messages are due.</summary>
    Made,

    /// <summary>It was there; its messages are due once more.</summary>
    Requeued,

    /// <summary>The day is still to come.</summary>
    NotYet,
}

/// <summary>Sends a digest on request: makes a missing one, else sends the stored one once more, unchanged.</summary>
internal sealed class DigestSender(
    [FromKeyedServices(DatabaseRole.Notify)] Database database, DigestMaker maker, NotificationSignals signals, TimeProvider time, ILogger<DigestSender> logger)
{
    // What is under way keeps its claim. The days of trying start anew, hence created_at.
    private const string RequeueSql = """
        UPDATE notification SET state = 'due', error = '', attempts = 0, due_at = clock_timestamp(), created_at = clock_timestamp()
        WHERE school_id = $1 AND kind = 'digest' AND digest_day = $2 AND staff_id IS NOT NULL AND state IN ('sent', 'failed', 'dropped')
        RETURNING notification_id
        """;

    private const string NextSql = "SELECT day FROM digest WHERE school_id = $1 AND day >= $2 ORDER BY day LIMIT 1";

    /// <exception cref="SetupException">The day has no digest, and that of a later one covers it, or the school was not there yet.</exception>
    public async Task<DigestSending> SendForAsync(Guid school, DateOnly day, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var schedule = await ScheduleAsync(school, actor, cancellationToken);
        if (day > DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, schedule.Zone).DateTime))
        {
            return DigestSending.NotYet;
        }

        await RefuseCoveredAsync(school, day, schedule, actor, cancellationToken);
        var late = now - DigestScheduler.InstantOf(schedule, day) > DigestScheduler.LateAfter;
        var made = await maker.MakeAsync(school, day, late, cancellationToken);
        await using var session = await database.OpenAsync(school, actor, cancellationToken);
        var rows = made ? [] : await RequeueAsync(session, school, day, cancellationToken);
        session.RecordAccess(school, "digest.send", day.ToString("O", CultureInfo.InvariantCulture));
        await session.CommitAsync(cancellationToken);
        foreach (var row in rows)
        {
            signals.TryWrite(school, row);
        }

        if (!made)
        {
            DigestsLog.Requeued(logger, school, day, rows.Count);
        }

        return made ? DigestSending.Made : DigestSending.Requeued;
    }

    // A missing one that is made takes all since the newest: under the name of a day before that it would be another period's.
    private async Task RefuseCoveredAsync(Guid school, DateOnly day, DigestSchool schedule, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, actor, cancellationToken);
        var next = await session.RowsAsync(NextSql, [school, day], row => row.GetFieldValue<DateOnly>(0), cancellationToken);
        if (next is [var covering] && covering > day)
        {
            throw new SetupException($"There is no digest of {day:yyyy-MM-dd}: that of {covering:yyyy-MM-dd} covers the day. See: onlinesafety digest preview --date {covering:yyyy-MM-dd}");
        }

        var first = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(schedule.CreatedAt, schedule.Zone).DateTime);
        if (next is [] && day < first)
        {
            throw new SetupException($"There is no digest of {day:yyyy-MM-dd}: the school was set up on {first:yyyy-MM-dd}.");
        }
    }

    private async Task<DigestSchool> ScheduleAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, actor, cancellationToken);
        var row = await session.Context.Schools.SingleAsync(s => s.SchoolId == school, cancellationToken);
        return new DigestSchool(school, SchoolZone.Of(row.TimeZone), row.DigestAt, row.CreatedAt);
    }

    private static async Task<List<Guid>> RequeueAsync(Session session, Guid school, DateOnly day, CancellationToken cancellationToken)
    {
        var rows = await session.RowsAsync(RequeueSql, [school, day], row => row.GetGuid(0), cancellationToken);
        await session.NotifyAsync(Channels.Notifications, cancellationToken);
        return rows;
    }
}
