using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Copies the hour around an alert out of the log: everything that its person did from half an hour before it to half an hour after, of concern or not. Only that
/// person's part of each record, so that nobody else's browsing is kept with a case. Done again it changes nothing. Somebody's erasure hides nothing from the hour
/// around an alert about them that stays, and takes their name out of others' hours.
/// </summary>
internal sealed class ContextKeeper(
    [FromKeyedServices(DatabaseRole.Process)] Database database, MasterKeys masters, SchoolSeals seals, StreamContexts contexts, Rules rules, ILogger<ContextKeeper> logger)
{
    /// <summary>Events kept of one alert: an hour of somebody is some hundred.</summary>
    public const int MostEvents = 2000;

    private const int AlertsAtOnce = 20;
    private const int SegmentsRead = 64;
    private const int BytesRead = 1024 * 1024;

    private static readonly Actor Actor = Actor.Service("kept-context");

    private const string Schools = "SELECT school_id FROM school ORDER BY school_id";

    // When the hour is over: what its person does until then belongs to it. An alert that grows all day is copied after a day, and what comes later before the log falls.
    private const string Wishes = """
        SELECT a.alert_id, a.subject_key, a.first_received_at, a.last_received_at, a.subject IS NOT NULL, a.raised_at FROM context_wish w
        JOIN alert a ON a.school_id = w.school_id AND a.alert_id = w.alert_id
        WHERE w.school_id = $1 AND w.done_at IS NULL
          AND (a.last_received_at + interval '30 minutes' < clock_timestamp() OR w.asked_at < clock_timestamp() - interval '1 day') ORDER BY w.asked_at LIMIT $2
        """;

    // Streams with what they hold of the hour, below the checkpoint: what comes later was not assessed yet.
    private const string Streams = """
        SELECT s.stream_id, s.source_id, s.day, g.first_seq, LEAST(g.last_seq, c.next_seq - 1)
        FROM intake_stream s
        JOIN checkpoint c ON c.school_id = s.school_id AND c.stream_id = s.stream_id
        CROSS JOIN LATERAL (
            SELECT min(i.first_seq) AS first_seq, max(i.last_seq) AS last_seq FROM intake_segment i
            WHERE i.school_id = $1 AND i.stream_id = s.stream_id AND i.day = s.day AND i.received_to >= $2 AND i.received_from <= $3) g
        WHERE s.school_id = $1 AND g.first_seq < c.next_seq
        """;

    private const string Keep = """
        INSERT INTO kept_context (school_id, alert_id, stream_id, seq, part, received_at, detail)
        SELECT $1, $2, r.* FROM unnest($3::uuid[], $4::bigint[], $5::int[], $6::timestamptz[], $7::bytea[]) r ON CONFLICT DO NOTHING
        """;

    private const string Done = "UPDATE context_wish SET done_at = clock_timestamp(), records = $3 WHERE school_id = $1 AND alert_id = $2";

    private readonly SegmentReader _segments = new(database, new DataKeyRing(database, masters));

    /// <summary>Copies what was wished for in every school; how many alerts.</summary>
    public async Task<int> PassAsync(CancellationToken cancellationToken)
    {
        List<Guid> schools;
        await using (var session = await database.OpenAcrossAsync(Actor, cancellationToken))
        {
            schools = await session.RowsAsync(Schools, [], row => row.GetGuid(0), cancellationToken);
        }

        var all = 0;
        foreach (var school in schools)
        {
            try
            {
                all += await PassAsync(school, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One school's trouble, as with its key, must not keep hours from being copied in another.
                RetentionLog.ContextFailed(logger, school, ErrorWords.Of(e));
            }
        }

        return all;
    }

    public async Task<int> PassAsync(Guid school, CancellationToken cancellationToken)
    {
        List<Wish> wishes;
        await using (var session = await database.OpenAsync(school, Actor, cancellationToken))
        {
            wishes = await session.RowsAsync(
                Wishes, [school, AlertsAtOnce],
                row => new Wish(row.GetGuid(0), row.IsDBNull(1) ? null : row.GetString(1), row.GetFieldValue<DateTimeOffset>(2), row.GetFieldValue<DateTimeOffset>(3), row.GetBoolean(4), row.GetFieldValue<DateTimeOffset>(5)),
                cancellationToken);
        }

        var kept = 0;
        foreach (var wish in wishes)
        {
            if (await WriteAsync(school, wish, await ReadAsync(school, wish, cancellationToken), cancellationToken) is { } events)
            {
                kept++;
                RetentionLog.ContextKept(logger, wish.Alert, events);
            }
        }

        return kept;
    }

    private async Task<Copy> ReadAsync(Guid school, Wish wish, CancellationToken cancellationToken)
    {
        ErasedHere everywhere;
        await using (var session = await database.OpenAsync(school, Actor, cancellationToken))
        {
            everywhere = await ErasedHere.OfAsync(session, school, cancellationToken);
        }

        if (wish.Subject is null || AlertCohort.Is(wish.Subject))
        {
            return new Copy([], everywhere.Version);
        }

        var (from, to) = (wish.First - Alerts.Reading.SurroundingsReader.HalfHour, wish.Last + Alerts.Reading.SurroundingsReader.HalfHour);
        List<(Guid Stream, Guid Source, DateOnly Day, long First, long Last)> streams;
        await using (var session = await database.OpenAsync(school, Actor, cancellationToken))
        {
            streams = await session.RowsAsync(
                Streams, [school, from, to],
                row => (row.GetGuid(0), row.GetGuid(1), row.GetFieldValue<DateOnly>(2), row.GetInt64(3), row.GetInt64(4)), cancellationToken);
        }

        // A row of before the upgrade has the name itself; what is read now has its hash.
        var subject = (await seals.OfAsync(school, cancellationToken)).Index(wish.Subject!);
        subject = wish.IsHash ? wish.Subject! : subject;
        var erased = everywhere.Around(subject, wish.RaisedAt);
        var stages = new Stages(rules, logger) { Wants = key => key == subject, TakesWholeTexts = true, Counts = false };
        var kept = new List<PlannedEvent>();
        foreach (var (stream, source, day, first, last) in streams)
        {
            var context = await contexts.OfAsync(new SourceKey(school, source), cancellationToken) with { Erased = erased };
            for (var next = first; next <= last && kept.Count < MostEvents;)
            {
                var stored = await _segments.ReadAsync(school, stream, day, next, SegmentsRead, BytesRead, cancellationToken);
                var before = next;
                foreach (var segment in stored.Where(segment => segment.Header.Last >= before && segment.Header.First <= last))
                {
                    using var opened = await _segments.OpenAsync(segment, cancellationToken);
                    kept.AddRange(Of(stages, context, opened, subject, from, to));
                    next = segment.Header.Last + 1;
                }

                if (next == before)
                {
                    break;
                }
            }
        }

        return new Copy(kept.Count > MostEvents ? kept[..MostEvents] : kept, everywhere.Version);
    }

    private static List<PlannedEvent> Of(Stages stages, StreamContext context, OpenedSegment opened, string subject, DateTimeOffset from, DateTimeOffset to)
    {
        if (opened.Damage.Length > 0)
        {
            return [];
        }

        var plan = new RecordPlan();
        plan.Start(opened.Header.First);
        for (var sequence = opened.Header.First; sequence <= opened.Header.Last; sequence++)
        {
            var record = opened.Records[(int)(sequence - opened.Header.First)];
            if (record.ReceivedAt >= from && record.ReceivedAt <= to)
            {
                stages.Run(context, opened.Header.Stream, sequence, record, plan);
            }
        }

        return plan.Events.FindAll(planned => planned.SubjectKey == subject);
    }

    /// <summary>How many events were kept; null: somebody was erased since they were read, and they are read again.</summary>
    private async Task<int?> WriteAsync(Guid school, Wish wish, Copy copy, CancellationToken cancellationToken)
    {
        var (content, events) = (new CaseContent(await seals.OfAsync(school, cancellationToken)), copy.Events);
        await using var session = await database.OpenUnstatedAsync(Actor, cancellationToken);
        await using (var fence = session.Batch())
        {
            fence.Timeout = SchoolTurn.Patience;
            fence.BatchCommands.Add(Session.StateCommand(school, Actor));
            fence.BatchCommands.Add(SchoolTurn.ShareCommand(school));
            await fence.ExecuteNonQueryAsync(cancellationToken);
        }

        if ((await ErasedHere.OfAsync(session, school, cancellationToken)).Version != copy.Erased)
        {
            return null;
        }

        if (events.Count > 0)
        {
            await session.ExecuteAsync(
                Keep,
                [
                    school, wish.Alert, events.Select(e => e.Event.Id.Stream).ToArray(), events.Select(e => e.Event.Id.Sequence).ToArray(), events.Select(e => e.Event.Id.Part).ToArray(),
                    events.Select(e => e.Event.ReceivedAt).ToArray(), events.Select(e => content.SealContext(Words(content, e))).ToArray(),
                ],
                cancellationToken);
        }

        await session.ExecuteAsync(Done, [school, wish.Alert, events.Count], cancellationToken);
        session.RecordAccess(school, "alert.context-kept", wish.Alert.ToString());
        await session.CommitAsync(cancellationToken);
        return events.Count;
    }

    private static byte[] Words(CaseContent content, PlannedEvent kept) => content.OpenDetail(EventDetail.Of(content.Seal, kept.Event, kept.Assessment, kept.History));

    /// <param name="IsHash">Of the subject; else it is the name that was stored before.</param>
    private sealed record Wish(Guid Alert, string? Subject, DateTimeOffset First, DateTimeOffset Last, bool IsHash, DateTimeOffset RaisedAt);

    /// <param name="Erased">By which list of the erased it was read: <see cref="ErasedHere.Version"/>.</param>
    private sealed record Copy(List<PlannedEvent> Events, long Erased);
}
