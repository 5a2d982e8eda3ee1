using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>The statements of a replay, except those that it shares with Record.</summary>
internal static class ReplaySql
{
    // Streams of the source in the order in which they began, each from the first block that holds a segment of the span to the last one: counters belong to
    // whole blocks, so the span is widened to them. Only what is below the checkpoint: what comes later is recorded by the new mapping.
    public const string Ranges = """
        SELECT s.stream_id, s.day,
               (SELECT max(b.first_seq) FROM counter_block b WHERE b.school_id = $1 AND b.stream_id = s.stream_id AND b.first_seq <= g.first_seq),
               (SELECT b.last_seq FROM counter_block b WHERE b.school_id = $1 AND b.stream_id = s.stream_id AND b.first_seq <= LEAST(g.last_seq, c.next_seq - 1)
                ORDER BY b.first_seq DESC LIMIT 1)
        FROM intake_stream s
        JOIN checkpoint c ON c.school_id = s.school_id AND c.stream_id = s.stream_id
        CROSS JOIN LATERAL (
            SELECT min(i.first_seq) AS first_seq, max(i.last_seq) AS last_seq FROM intake_segment i
            WHERE i.school_id = $1 AND i.stream_id = s.stream_id AND i.day = s.day
              AND ($3::timestamptz IS NULL OR i.received_to >= $3) AND ($4::timestamptz IS NULL OR i.received_from <= $4)) g
        WHERE s.school_id = $1 AND s.source_id = $2 AND g.first_seq < c.next_seq
        ORDER BY s.opened_at, s.stream_id
        """;

    public const string Blocks = """
        SELECT b.first_seq, b.last_seq, EXISTS (
            SELECT 1 FROM erased_record r WHERE r.school_id = b.school_id AND r.stream_id = b.stream_id AND r.seq BETWEEN b.first_seq AND b.last_seq)
        FROM counter_block b
        WHERE b.school_id = $1 AND b.stream_id = $2 AND b.first_seq >= $3 AND b.first_seq <= $4 ORDER BY b.first_seq LIMIT $5
        """;

    public const string OldEvents = """
        SELECT e.seq, e.part, e.alert_id, e.review <> '', h.seq IS NOT NULL, v.seq IS NOT NULL
        FROM event e LEFT JOIN held_rows($2, $3, $4) h ON h.seq = e.seq AND h.part = e.part
        LEFT JOIN evidence v ON v.school_id = e.school_id AND v.stream_id = e.stream_id AND v.seq = e.seq
        WHERE e.school_id = $1 AND e.stream_id = $2 AND e.seq BETWEEN $3 AND $4 ORDER BY e.seq, e.part
        """;

    public const string OldCounts = """
        SELECT COALESCE(sum(concern), 0)::bigint, COALESCE(sum(counted), 0)::bigint, COALESCE(sum(review), 0)::bigint, COALESCE(sum(control), 0)::bigint,
               COALESCE(sum(captured), 0)::bigint, COALESCE(sum(unknown_role), 0)::bigint
        FROM counter_block WHERE school_id = $1 AND stream_id = $2 AND first_seq BETWEEN $3 AND $4
        """;

    public const string OldUnmapped = """
        SELECT u.kind, u.value, sum(u.count)::bigint
        FROM counter_block b, unnest(b.unmapped_kinds, b.unmapped_values, b.unmapped_counts) AS u (kind, value, count)
        WHERE b.school_id = $1 AND b.stream_id = $2 AND b.first_seq BETWEEN $3 AND $4 GROUP BY u.kind, u.value
        """;

    // As in Record, but only what was before the range: behind it stand the same person's later events, and rows that this replay has not read yet.
    public const string History = """
        SELECT k.subject, e.received_at, e.theme, e.severity, e.vendor, e.vendor_says
        FROM unnest($2::text[], $3::timestamptz[]) AS k (subject, before)
        CROSS JOIN LATERAL (
            SELECT *
            FROM (
                SELECT received_at, theme, severity, vendor, vendor_says, stream_id, seq, part FROM event
                WHERE school_id = $1 AND subject_key = k.subject AND received_at >= $4 AND received_at <= k.before AND severity > 0
                  AND NOT (stream_id = $5 AND seq >= $6)
                ORDER BY received_at DESC FETCH FIRST $7 ROWS WITH TIES) newest
            ORDER BY received_at DESC, stream_id DESC, seq DESC, part DESC LIMIT $7) e
        ORDER BY e.received_at, e.stream_id, e.seq, e.part
        """;

    // The job's row and the stream's are locked to the end: cancelled or taken over, it stands still from here on. The source cannot be given another mapping
    // meanwhile, because this transaction holds the mapping lock.
    public const string Fence = $"""
        SELECT j.state, j.worker, p.next_seq, s.mapping_version, s.capture, GREATEST(clock_timestamp(), (SELECT max(window_to) FROM digest WHERE school_id = $1)),
               {ErasedHere.VersionColumn}, EXISTS (SELECT 1 FROM erased_record r WHERE r.school_id = $1 AND r.stream_id = $3 AND r.seq BETWEEN $4 AND $5)
        FROM source_job j
        JOIN source_job_stream p ON p.school_id = j.school_id AND p.job_id = j.job_id
        JOIN source s ON s.school_id = j.school_id AND s.source_id = j.source_id
        WHERE j.school_id = $1 AND j.job_id = $2 AND p.stream_id = $3
        FOR UPDATE OF j, p
        """;

    private const string DeleteEvents = """
        DELETE FROM event e WHERE e.school_id = $1 AND e.stream_id = $2 AND e.seq BETWEEN $3 AND $4
          AND NOT EXISTS (SELECT 1 FROM unnest($5::bigint[], $6::int[]) AS k (seq, part) WHERE k.seq = e.seq AND k.part = e.part)
        """;

    private const string DeleteEvidence = """
        DELETE FROM evidence WHERE school_id = $1 AND stream_id = $2 AND seq BETWEEN $3 AND $4 AND seq <> ALL ($5)
        """;

    private const string DeleteBlocks = "DELETE FROM counter_block WHERE school_id = $1 AND stream_id = $2 AND first_seq BETWEEN $3 AND $4";

    private const string AdjustHealth = """
        UPDATE source_health SET concern = GREATEST(0, concern + $3), review = GREATEST(0, review + $4), unknown_role = GREATEST(0, unknown_role + $5)
        WHERE school_id = $1 AND source_id = $2
        """;

    // A word that came when there was room for no more is counted with the others.
    private const string LessUnmapped = """
        UPDATE unmapped u SET count = u.count - $5
        WHERE u.school_id = $1 AND u.source_id = $2 AND u.kind = $3
          AND u.value = CASE WHEN EXISTS (SELECT 1 FROM unmapped o WHERE o.school_id = $1 AND o.source_id = $2 AND o.kind = $3 AND o.value = $4) THEN $4 ELSE '(more)' END
        """;

    private const string DropUnmapped = "DELETE FROM unmapped WHERE school_id = $1 AND source_id = $2 AND count <= 0";

    private const string MoveOn = """
        UPDATE source_job_stream SET next_seq = $4, tally = $5 WHERE school_id = $1 AND job_id = $2 AND stream_id = $3
        """;

    // A job that gets on is none that ends its process each time: its starts count anew.
    private const string Progress = """
        UPDATE source_job SET starts = 1, done = done + $3, lease_until = clock_timestamp() + $4 WHERE school_id = $1 AND job_id = $2
        """;

    /// <param name="kept">Rows that an alert holds and nothing replaces.</param>
    public static NpgsqlBatchCommand DeleteEventsCommand(ReplayRange range, long first, long last, IReadOnlyList<OldEvent> kept) => new(DeleteEvents)
    {
        Parameters =
        {
            Of(range.Target.School), Of(range.Stream), Of(first), Of(last),
            Of(kept.Select(row => row.Sequence).ToArray()), Of(kept.Select(row => row.Part).ToArray()),
        },
    };

    /// <param name="kept">Sequences whose evidence nothing writes anew.</param>
    public static NpgsqlBatchCommand DeleteEvidenceCommand(ReplayRange range, long first, long last, long[] kept) =>
        new(DeleteEvidence) { Parameters = { Of(range.Target.School), Of(range.Stream), Of(first), Of(last), Of(kept) } };

    public static NpgsqlBatchCommand DeleteBlocksCommand(ReplayRange range, long first, long last) =>
        new(DeleteBlocks) { Parameters = { Of(range.Target.School), Of(range.Stream), Of(first), Of(last) } };

    public static NpgsqlBatchCommand AdjustHealthCommand(ReplayRange range, long concern, long review, long unknownRole) =>
        new(AdjustHealth) { Parameters = { Of(range.Target.School), Of(range.Target.Source), Of(concern), Of(review), Of(unknownRole) } };

    public static NpgsqlBatchCommand LessUnmappedCommand(ReplayRange range, string kind, string stored, long less) =>
        new(LessUnmapped) { Parameters = { Of(range.Target.School), Of(range.Target.Source), Of(kind), Of(stored), Of(less) } };

    public static NpgsqlBatchCommand DropUnmappedCommand(ReplayRange range) =>
        new(DropUnmapped) { Parameters = { Of(range.Target.School), Of(range.Target.Source) } };

    public static NpgsqlBatchCommand MoveOnCommand(SourceJobContext context, ReplayRange range, long next, ReplayTally tally) =>
        new(MoveOn) { Parameters = { Of(range.Target.School), Of(context.Job.Id), Of(range.Stream), Of(next), Of(tally.Counts) } };

    public static NpgsqlBatchCommand ProgressCommand(SourceJobContext context, long records) =>
        new(Progress) { Parameters = { Of(context.Job.Target.School), Of(context.Job.Id), Of(records), Of(JobLedger.Lease) } };

    public static NpgsqlParameter Time(DateTimeOffset? at) => new() { Value = (object?)at ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    public static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}
