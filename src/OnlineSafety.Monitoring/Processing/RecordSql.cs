using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>The statements of the Record transaction, except those of alerts and the ledger.</summary>
internal static class RecordSql
{
    // The digest takes the same lock exclusively when it cuts its window: an event recorded before the cut is committed by then, and one
    // recorded after it waits. recorded_at is read from the clock after the lock is held,
    // and never before the last cut: a server's clock set back must not put an event into no window.
    private const string Lock = "SELECT pg_advisory_xact_lock_shared(hashtextextended('digest:' || $1::text, 0))";

    /// <summary>
    /// The same lock alone, for a moment, by whoever adds to the list of the erased: what was assessed without it is committed by then, and what comes after finds it in
    /// the fence below and is assessed again.
    /// </summary>
    public const string LockAlone = "SELECT pg_advisory_xact_lock(hashtextextended('digest:' || $1::text, 0))";

    // A lock held for longer (a digest being made, a session left open by hand) is one stream's trouble, and is then said as that (55P03): waited for
    // until the command's own limit, it would look like a database that is away.
    private const string WaitForLocks = "SET LOCAL lock_timeout = '5s'";

    // Whoever gives a source another mapping takes the same lock alone: what was assessed by the old one is committed by then, or finds the new one
    // in the fence below and is assessed again. The fence is a statement of its own after the lock, so it sees what that holder committed.
    private const string MappingLock = "SELECT pg_advisory_xact_lock_shared(hashtextextended('mapping:' || $1::text, 0))";

    private const string Fence = $"""
        SELECT c.next_seq, GREATEST(clock_timestamp(), (SELECT max(window_to) FROM digest WHERE school_id = $1)), s.mapping_version, s.capture, {ErasedHere.VersionColumn}
        FROM checkpoint c JOIN source s ON s.school_id = c.school_id AND s.source_id = c.source_id
        WHERE c.school_id = $1 AND c.stream_id = $2 FOR UPDATE OF c
        """;

    private const string MoveCheckpoint = "UPDATE checkpoint SET next_seq = $3, updated_at = now(), lease_until = clock_timestamp() + $4 WHERE school_id = $1 AND stream_id = $2";

    private const string InsertCounters = """
        INSERT INTO counter_block (school_id, stream_id, first_seq, last_seq, source_id, recorded_at, concern, counted, review, control,
                                   hours, actions, categories, themes, roles, years, counts, devices, captured, unknown_role, unmapped_kinds, unmapped_values,
                                   unmapped_counts)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
        """;

    private const string UpsertHealth = """
        INSERT INTO source_health AS h (school_id, source_id, first_received_at, last_received_at, last_control_at, records, concern, review, unknown_role,
                                        last_activity_at, last_canary_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (school_id, source_id) DO UPDATE SET
            last_received_at = GREATEST(h.last_received_at, EXCLUDED.last_received_at),
            last_control_at = GREATEST(h.last_control_at, EXCLUDED.last_control_at),
            last_activity_at = GREATEST(h.last_activity_at, EXCLUDED.last_activity_at),
            last_canary_at = GREATEST(h.last_canary_at, EXCLUDED.last_canary_at),
            records = h.records + EXCLUDED.records, concern = h.concern + EXCLUDED.concern,
            review = h.review + EXCLUDED.review, unknown_role = h.unknown_role + EXCLUDED.unknown_role
        """;

    // Bounded: a product that invents a category for every page must not fill the disk. Beyond the bound new ones share one line.
    private const string UpsertUnmapped = """
        INSERT INTO unmapped AS u (school_id, source_id, kind, value, count, first_seen, last_seen, sealed)
        SELECT $1, $2, $3, CASE WHEN fits THEN $4 ELSE '(more)' END, $5, $6, $6, CASE WHEN fits THEN $7 END
        FROM (SELECT (SELECT count(*) FROM unmapped WHERE school_id = $1 AND source_id = $2) < 1000
                  OR EXISTS (SELECT 1 FROM unmapped WHERE school_id = $1 AND source_id = $2 AND kind = $3 AND value = $4)) AS room (fits)
        ON CONFLICT (school_id, source_id, kind, value) DO UPDATE SET count = u.count + EXCLUDED.count, last_seen = EXCLUDED.last_seen
        """;

    // COPY is refused under row-level security; arrays make one statement of any number of rows all the same.
    private const string InsertEvents = """
        INSERT INTO event (school_id, stream_id, source_id, recorded_at, seq, part, alert_id, received_at, occurred_at, review, kind, action, risk, severity,
                           theme, parent_theme, audience, route, subject_key, subject_role, subject_staff, vendor, detail, signature, vendor_says)
        SELECT $1, $2, $3, $4, r.*
        FROM unnest($5::bigint[], $6::int[], $7::uuid[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::smallint[], $12::smallint[], $13::smallint[],
                    $14::smallint[], $15::text[], $16::text[], $17::smallint[], $18::text[], $19::text[], $20::smallint[], $21::uuid[], $22::text[], $23::bytea[],
                    $24::bigint[], $25::boolean[]) r
        """;

    private const string InsertEvidence = """
        INSERT INTO evidence (school_id, stream_id, seq, door, content_type, peer, raw)
        SELECT $1, $2, r.* FROM unnest($3::bigint[], $4::smallint[], $5::text[], $6::text[], $7::bytea[]) r
        """;

    // A row for each person, newest entry first: a row for each entry cost as much to send and read as to find. Here and below the index gives the newest with their ties
    // and stops; sorted by all four columns at once, as it is told where a new server knows nothing of the table yet, everything that the person ever did was read.
    public const string History = """
        SELECT k.subject, h.*
        FROM unnest($2::text[]) AS k (subject)
        CROSS JOIN LATERAL (
            SELECT array_agg(received_at), array_agg(theme), array_agg(severity), array_agg(vendor), array_agg(vendor_says)
            FROM (
                SELECT received_at, theme, severity, vendor, vendor_says
                FROM (
                    SELECT received_at, theme, severity, vendor, vendor_says, stream_id, seq, part FROM event
                    WHERE school_id = $1 AND subject_key = k.subject AND received_at >= $3 AND severity > 0
                    ORDER BY received_at DESC FETCH FIRST $4 ROWS WITH TIES) newest
                ORDER BY received_at DESC, stream_id DESC, seq DESC, part DESC LIMIT $4) e
            HAVING count(*) > 0) h
        """;

    /// <summary>While events of before sealing began may still stand under the name itself: $5 holds the names.</summary>
    public const string HistoryOfBoth = """
        SELECT k.subject, h.*
        FROM unnest($2::text[], $5::text[]) AS k (subject, name)
        CROSS JOIN LATERAL (
            SELECT array_agg(received_at), array_agg(theme), array_agg(severity), array_agg(vendor), array_agg(vendor_says)
            FROM (
                SELECT received_at, theme, severity, vendor, vendor_says FROM event
                WHERE school_id = $1 AND subject_key IN (k.subject, k.name) AND received_at >= $3 AND severity > 0
                ORDER BY received_at DESC, stream_id DESC, seq DESC, part DESC LIMIT $4) e
            HAVING count(*) > 0) h
        """;

    // Oldest first. Bounded by events and not by persons: however often the same words come, so many rows are read.
    public const string Alike = """
        SELECT k.signature, e.subject_key, e.received_at
        FROM unnest($2::bigint[], $3::timestamptz[]) AS k (signature, at)
        CROSS JOIN LATERAL (
            SELECT *
            FROM (
                SELECT subject_key, received_at, stream_id, seq, part FROM event
                WHERE school_id = $1 AND signature = k.signature AND received_at BETWEEN k.at - $4 AND k.at AND subject_key IS NOT NULL
                  AND NOT (stream_id = $5 AND seq >= $6)
                ORDER BY received_at DESC FETCH FIRST $7 ROWS WITH TIES) newest
            ORDER BY received_at DESC, stream_id DESC, seq DESC, part DESC LIMIT $7) e
        ORDER BY e.received_at, e.stream_id, e.seq, e.part
        """;

    public static NpgsqlBatchCommand WaitForLocksCommand() => new(WaitForLocks);

    public static NpgsqlBatchCommand LockCommand(Guid school) => new(Lock) { Parameters = { Of(school) } };

    public static NpgsqlBatchCommand MappingLockCommand(Guid source) => new(MappingLock) { Parameters = { Of(source) } };

    public static NpgsqlBatchCommand FenceCommand(ClaimedStream stream) => new(Fence) { Parameters = { Of(stream.Target.School), Of(stream.Stream) } };

    public static NpgsqlBatchCommand MoveCommand(ClaimedStream stream, long next) =>
        new(MoveCheckpoint) { Parameters = { Of(stream.Target.School), Of(stream.Stream), Of(next), new NpgsqlParameter<TimeSpan> { TypedValue = stream.Lease } } };

    public static NpgsqlBatchCommand CountersCommand(SchoolSeal seal, ClaimedStream stream, RecordPlan plan, DateTimeOffset recordedAt)
    {
        var counts = plan.Counters.Counts;
        var size = counts.Count;
        var (hours, actions, categories, themes) = (new DateTimeOffset[size], new short[size], new string[size], new string[size]);
        var (roles, years, numbers, devices) = (new short[size], new string[size], new int[size], new string[size]);
        var i = 0;
        foreach (var (key, count) in counts)
        {
            (hours[i], actions[i], categories[i], themes[i]) = (key.Hour, (short)key.Action, key.Category, key.Theme);
            (roles[i], years[i], numbers[i], devices[i]) = ((short)key.Role, key.Year, count, key.Device);
            i++;
        }

        return new NpgsqlBatchCommand(InsertCounters)
        {
            Parameters =
            {
                Of(stream.Target.School), Of(stream.Stream), Of(plan.First), Of(plan.Last), Of(stream.Target.Source), Of(recordedAt),
                Of(plan.Count(Events.Disposition.Concern)), Of(plan.Count(Events.Disposition.Counted)),
                Of(plan.Count(Events.Disposition.Review)), Of(plan.Count(Events.Disposition.Control)),
                new NpgsqlParameter<DateTimeOffset[]> { TypedValue = hours }, new NpgsqlParameter<short[]> { TypedValue = actions },
                new NpgsqlParameter<string[]> { TypedValue = categories }, new NpgsqlParameter<string[]> { TypedValue = themes },
                new NpgsqlParameter<short[]> { TypedValue = roles }, new NpgsqlParameter<string[]> { TypedValue = years },
                new NpgsqlParameter<int[]> { TypedValue = numbers },
                new NpgsqlParameter<string[]> { TypedValue = devices },
                Of(plan.Count(Events.Disposition.Captured)), Of(plan.UnknownRole),
                new NpgsqlParameter<string[]> { TypedValue = [.. plan.Unmapped.Keys.Select(key => key.Kind)] },
                new NpgsqlParameter<string[]> { TypedValue = [.. plan.Unmapped.Keys.Select(key => key.Stored(seal))] },
                new NpgsqlParameter<int[]> { TypedValue = [.. plan.Unmapped.Values] },
            },
        };
    }

    public static NpgsqlBatchCommand HealthCommand(ClaimedStream stream, RecordPlan plan) => new(UpsertHealth)
    {
        Parameters =
        {
            Of(stream.Target.School), Of(stream.Target.Source), Of(plan.FirstReceivedAt), Of(plan.LastReceivedAt),
            OrNull(plan.LastControlAt),
            Of(plan.Last - plan.First + 1), Of((long)plan.Count(Events.Disposition.Concern)), Of((long)plan.Count(Events.Disposition.Review)), Of((long)plan.UnknownRole),
            OrNull(plan.Activity.LastAt), OrNull(plan.Canaries.Count == 0 ? null : plan.Canaries.Values.Max()),
        },
    };

    public static NpgsqlBatchCommand UnmappedCommand(SchoolSeal seal, ClaimedStream stream, UnmappedKey key, int count, DateTimeOffset at) => new(UpsertUnmapped)
    {
        Parameters =
        {
            Of(stream.Target.School), Of(stream.Target.Source), Of(key.Kind), Of(key.Stored(seal)), Of((long)count), Of(at),
            new NpgsqlParameter { Value = (object?)key.Sealed(seal) ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
        },
    };

    public static NpgsqlBatchCommand EventsCommand(SchoolSeal seal, ClaimedStream stream, List<PlannedEvent> events, Dictionary<PlannedEvent, Guid> alertOf, DateTimeOffset recordedAt) =>
        new(InsertEvents)
        {
            Parameters =
            {
                Of(stream.Target.School), Of(stream.Stream), Of(stream.Target.Source), Of(recordedAt),
                Column(events, e => e.Event.Id.Sequence), Column(events, e => e.Event.Id.Part),
                Column(events, e => alertOf.TryGetValue(e, out var alert) ? alert : (Guid?)null),
                Column(events, e => e.Event.ReceivedAt), Column(events, e => e.Event.OccurredAt), Column(events, e => e.Review),
                Column(events, e => (short)e.Event.Kind), Column(events, e => (short)e.Event.Action),
                Column(events, e => (short)e.Assessment.Risk), Column(events, e => (short)e.Assessment.Severity),
                Column(events, e => e.Assessment.Theme), Column(events, e => e.Assessment.ParentTheme),
                Column(events, e => (short)e.Assessment.Audience), Column(events, e => e.Route),
                Column(events, e => e.SubjectKey), Column(events, e => (short)e.Subject.Role), Column(events, e => e.Subject.Staff),
                Column(events, e => e.Event.Vendor), Column(events, e => EventDetail.Of(seal, e.Event, e.Assessment, e.History)),
                Column(events, e => e.Signature), Column(events, e => e.Assessment.VendorSays),
            },
        };

    public static NpgsqlBatchCommand EvidenceCommand(SchoolSeal seal, ClaimedStream stream, List<PlannedEvidence> evidence) => new(InsertEvidence)
    {
        Parameters =
        {
            Of(stream.Target.School), Of(stream.Stream),
            Column(evidence, e => e.Sequence), Column(evidence, e => (short)e.Envelope.Door), Column(evidence, e => PostgresText.Of(e.Envelope.ContentType)),
            Column(evidence, e => PostgresText.Of(e.Envelope.Peer)), Column(evidence, e => seal.Seal(e.Raw.Span, SealedField.EvidenceRaw)),
        },
    };

    private static NpgsqlParameter<T[]> Column<TRow, T>(List<TRow> rows, Func<TRow, T> value)
    {
        var column = new T[rows.Count];
        for (var i = 0; i < column.Length; i++)
        {
            column[i] = value(rows[i]);
        }

        return new NpgsqlParameter<T[]> { TypedValue = column };
    }

    private static NpgsqlParameter OrNull(DateTimeOffset? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static NpgsqlParameter<Guid> Of(Guid value) => new() { TypedValue = value };

    private static NpgsqlParameter<long> Of(long value) => new() { TypedValue = value };

    private static NpgsqlParameter<int> Of(int value) => new() { TypedValue = value };

    private static NpgsqlParameter<string> Of(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<DateTimeOffset> Of(DateTimeOffset value) => new() { TypedValue = value };
}
