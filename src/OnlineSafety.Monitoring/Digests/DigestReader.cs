using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>Reads what a digest says, within one transaction in the school's scope.</summary>
internal static class DigestReader
{
    private const int BlockedLimit = 40;

    /// <summary>
    /// Of each list so many alerts of one desk are kept, the gravest first: more than a mail shows, so that what is not a reader's takes no place of what is.
    /// Who may see an alert follows from these columns alone. All of them are counted beside.
    /// </summary>
    internal const int KeptOfADesk = 50;

    internal const string Desk = "a.route, a.audience, a.subject_staff, a.subject_role";

    private const int HeadsLimit = 1000;

    private const string InWindow = "school_id = $1 AND recorded_at >= $2 AND recorded_at < $3";

    private const string BlockedSql = $"""
        SELECT u.category, u.theme, sum(u.count)::bigint, sum(sum(u.count)) OVER ()::bigint
        FROM counter_block b, unnest(b.actions, b.categories, b.themes, b.counts) AS u(action, category, theme, count)
        WHERE {InWindow} AND u.action = 1
        GROUP BY u.category, u.theme ORDER BY 3 DESC, 1, 2 LIMIT $4
        """;

    private const string ActionsSql = $"""
        SELECT u.action, sum(u.count)::bigint, COALESCE(sum(u.count) FILTER (WHERE u.role = 0), 0)::bigint
        FROM counter_block b, unnest(b.actions, b.roles, b.counts) AS u(action, role, count)
        WHERE {InWindow} GROUP BY u.action ORDER BY u.action
        """;

    // What was raised after the cut belongs to the next one whole. Drills are in no count. (Asked as EXISTS, the messages of all years are read at once.)
    internal const string AlertsSql = $"""
        SELECT a.state, a.severity, a.theme, a.audience, a.route, a.subject_staff, a.raised_at >= $2 AS raised, count(*),
               count(*) FILTER (WHERE a.state IN ('new', 'escalated') AND a.raised_at < $3 - interval '15 minutes'
                    AND (SELECT true FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.channel = 'email' AND n.error <> 'silenced' LIMIT 1)
                    AND (SELECT true FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.state = 'sent' AND n.error <> '{SentCode.Folder}' AND n.channel = 'email' LIMIT 1) IS NULL),
               count(*) FILTER (WHERE a.late AND a.raised_at >= $2), count(*) FILTER (WHERE a.unproven AND a.state <> 'resolved'), a.subject_role,
               min(a.raised_at) FILTER (WHERE a.state = 'new'), count(*) FILTER (WHERE a.state = 'escalated' AND a.acted_at < $4), a.themes,
               count(*) FILTER (WHERE a.state IN ('acknowledged', 'in_review') AND a.assigned_to IS NOT NULL AND a.acted_at < $3 - interval '15 minutes'
                    AND (SELECT true FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.staff_id = a.assigned_to AND n.cause = '{NotifyCause.Assigned}'
                         AND (n.state IN ('due', 'sending', 'failed') OR n.error = '{SentCode.Folder}') LIMIT 1)
                    AND (SELECT true FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.staff_id = a.assigned_to AND n.cause = '{NotifyCause.Assigned}'
                         AND n.state = 'sent' AND n.error <> '{SentCode.Folder}' LIMIT 1) IS NULL)
        FROM alert a
        WHERE a.school_id = $1 AND NOT a.drill AND a.raised_at < $3 AND (a.state <> 'resolved' OR a.raised_at >= $2 OR a.resolved_at >= $2)
        GROUP BY a.state, a.severity, a.theme, a.themes, a.audience, a.route, a.subject_staff, a.subject_role, raised
        ORDER BY a.severity DESC, a.theme, a.state
        """;

    internal const string WaitingSql = $"""
        SELECT number, severity, theme, audience, route, subject_staff, raised_at, subject_role, instructions
        FROM (SELECT a.number, a.severity, a.theme, a.raised_at, a.instructions, {Desk}, row_number() OVER (PARTITION BY {Desk} ORDER BY a.severity DESC, a.raised_at, a.number) AS place
              FROM alert a WHERE a.school_id = $1 AND a.state = 'new' AND NOT a.drill AND a.raised_at < $3) AS waiting
        WHERE place <= $2
        ORDER BY severity DESC, raised_at, number
        """;

    private const string SourcesSql = $"""
        SELECT s.source_id, s.name, s.product, s.unassigned, h.last_received_at, COALESCE(c.records, 0), COALESCE(c.review, 0), COALESCE(u.kinds, 0),
               COALESCE(t.state, ''), COALESCE(t.words, ''), COALESCE(t.notices, ARRAY[]::text[]), COALESCE(t.alarming, false), s.capture
        FROM source s
        LEFT JOIN source_state t ON t.school_id = s.school_id AND t.source_id = s.source_id
        LEFT JOIN source_health h ON h.school_id = s.school_id AND h.source_id = s.source_id
        LEFT JOIN (SELECT source_id, sum(concern::bigint + counted + review + control + captured)::bigint AS records, sum(review)::bigint AS review
                   FROM counter_block WHERE {InWindow} GROUP BY source_id) c ON c.source_id = s.source_id
        LEFT JOIN (SELECT source_id, count(*) AS kinds FROM unmapped WHERE school_id = $1 AND last_seen >= $2 GROUP BY source_id) u ON u.source_id = s.source_id
        WHERE s.school_id = $1 AND s.enabled ORDER BY s.unassigned, s.name, s.source_id
        """;

    // Everybody who reads the digest reads these numbers, so no alert is among them. The doors say every hour that their certificate ends.
    internal const string WatchSql = $"""
        SELECT (SELECT COALESCE(sum(greatest(s.last_seq + 1 - COALESCE(c.next_seq, 1), 0)), 0)::bigint
                    FROM intake_stream s LEFT JOIN checkpoint c ON c.school_id = s.school_id AND c.stream_id = s.stream_id WHERE s.school_id = $1),
               count(*) FILTER (WHERE 'dsl' = ANY (roles)), count(*) FILTER (WHERE 'deputy' = ANY (roles)),
               count(*) FILTER (WHERE 'head' = ANY (roles)), count(*) FILTER (WHERE 'chair' = ANY (roles)),
               (SELECT min(CASE kind WHEN 'certificate_ends_now' THEN 1 ELSE 14 END) FROM door_trouble
                    WHERE school_id = $1 AND kind IN ('certificate_ends_soon', 'certificate_ends_now') AND last_seen >= $2 - interval '2 hours'),
               (SELECT judged_at FROM source_watch WHERE school_id = $1), (SELECT notices FROM source_watch WHERE school_id = $1),
               (SELECT COALESCE(sum(captured), 0)::bigint FROM counter_block WHERE school_id = $1 AND captured > 0),
               (SELECT n.error = '{SentCode.Folder}' FROM notification n WHERE n.school_id = $1 AND n.state = 'sent' AND n.channel = 'email' ORDER BY n.sent_at DESC LIMIT 1)
        FROM staff WHERE school_id = $1 AND enabled
        """;

    // An hour of overlap: received times are set before the append commits, and anchoring a head twice does no harm.
    private const string HeadsSql = """
        SELECT source_id, stream_id, last_seq, encode(head_hash, 'hex') FROM intake_stream
        WHERE school_id = $1 AND last_received_at >= $2 - interval '1 hour' ORDER BY source_id, opened_at, stream_id LIMIT $3
        """;

    private const string ExclusionsSql = """
        SELECT words, kind = 2, why, author, works_until FROM school_rule
        WHERE school_id = $1 AND kind IN (1, 2) AND works_from < $3 AND works_until > $2 ORDER BY works_until, words LIMIT 200
        """;

    public static async Task<DigestContent> ReadAsync(
        Session session, Guid school, string name, DateOnly day, bool late, DigestWindow window, PolicyInForce inForce, CancellationToken cancellationToken)
    {
        // Whoever was asked has had a whole school day to take it on.
        var leftBefore = inForce.Calendar.LastWholeDay(window.To) ?? window.To.AddDays(-1);
        var total = 0L;
        var blocked = await session.RowsAsync(BlockedSql, [school, window.From, window.To, BlockedLimit], row =>
        {
            total = row.GetInt64(3);
            return new BlockedActivity(row.GetString(0), row.GetString(1), row.GetInt64(2));
        }, cancellationToken);
        return new DigestContent
        {
            School = name,
            Day = day,
            Late = late,
            From = window.From,
            To = window.To,
            Blocked = blocked,
            BlockedTotal = total,
            Actions = await session.RowsAsync(ActionsSql, [school, window.From, window.To],
                row => new ActionTotal(row.GetInt16(0), row.GetInt64(1), row.GetInt64(2)), cancellationToken),
            Alerts = await session.RowsAsync(AlertsSql, [school, window.From, window.To, leftBefore], GroupOf, cancellationToken),
            Unacknowledged = await session.RowsAsync(WaitingSql, [school, KeptOfADesk, window.To], WaitingOf, cancellationToken),
            Sources = await session.RowsAsync(SourcesSql, [school, window.From, window.To], SourceOf, cancellationToken),
            Watch = (await session.RowsAsync(WatchSql, [school, window.To], WatchOf, cancellationToken))[0],
            Left = await AnsweringReader.LeftAsync(session, school, window, leftBefore, cancellationToken),
            Breaches = await AnsweringReader.BreachesAsync(session, school, window, leftBefore, cancellationToken),
            Undelivered = await AnsweringReader.UndeliveredAsync(session, school, window, cancellationToken),
            Counts = await AnsweringReader.CountsAsync(session, school, window, leftBefore, cancellationToken),
            Silences = await AnsweringReader.SilencesAsync(session, school, window, cancellationToken),
            Drills = await AnsweringReader.DrillsAsync(session, school, window, cancellationToken),
            OutOfHours = OutOfHoursReport.Of(inForce.Policy),
            Exclusions = await session.RowsAsync(ExclusionsSql, [school, window.From, window.To],
                row => new Exclusion(row.GetString(0), row.GetBoolean(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4)), cancellationToken),
            Heads = await session.RowsAsync(HeadsSql, [school, window.From, HeadsLimit],
                row => new ChainHead(row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetString(3)), cancellationToken),
            AuditAnchor = (await AuditHeads.ReadAsync(session, school, cancellationToken))?.Anchor.ToString(),
        };
    }

    private static AlertGroup GroupOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt16(1), row.GetString(2), row.GetInt16(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.GetBoolean(6), row.GetInt64(7),
        row.GetInt64(8), row.GetInt64(9), row.GetInt64(10), row.GetInt16(11), row.IsDBNull(12) ? null : row.GetFieldValue<DateTimeOffset>(12), row.GetInt64(13),
        row.GetFieldValue<string[]>(14), row.GetInt64(15));

    private static WaitingAlert WaitingOf(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetInt16(1), row.GetString(2), row.GetInt16(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.GetFieldValue<DateTimeOffset>(6), row.GetInt16(7), row.GetString(8));

    private static SourceReport SourceOf(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4),
        row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetString(8), row.GetString(9), row.GetFieldValue<string[]>(10), row.GetBoolean(11), row.GetBoolean(12));

    private static WatchReport WatchOf(NpgsqlDataReader row) => new()
    {
        Backlog = row.GetInt64(0) + row.GetInt64(8),
        Captured = row.GetInt64(8),
        Dsls = (int)row.GetInt64(1),
        Deputies = (int)row.GetInt64(2),
        Heads = (int)row.GetInt64(3),
        Chairs = (int)row.GetInt64(4),
        CertificateDays = row.IsDBNull(5) ? null : row.GetInt32(5),
        JudgedAt = row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
        Notices = row.IsDBNull(7) ? [] : row.GetFieldValue<string[]>(7),
        NoRelay = !row.IsDBNull(9) && row.GetBoolean(9),
    };
}
