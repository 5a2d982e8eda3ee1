using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>Reads what a digest says, within one transaction in the school's scope.</summary>
internal static class DigestReader
{
    private const int BlockedLimit = 40;
    private const int WaitingLimit = 200;
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

    private const string AlertsSql = """
        SELECT state, severity, theme, audience, route, subject_staff, raised_at >= $2 AND raised_at < $3 AS raised, count(*)
        FROM alert
        WHERE school_id = $1 AND (state <> 'resolved' OR raised_at >= $2 OR resolved_at >= $2)
        GROUP BY state, severity, theme, audience, route, subject_staff, raised
        ORDER BY severity DESC, theme, state
        """;

    private const string WaitingSql = """
        SELECT number, severity, theme, audience, route, subject_staff, raised_at
        FROM alert WHERE school_id = $1 AND state = 'new'
        ORDER BY severity DESC, raised_at LIMIT $2
        """;

    private const string SourcesSql = $"""
        SELECT s.source_id, s.name, s.product, s.unassigned, h.last_received_at, COALESCE(c.records, 0), COALESCE(c.review, 0), COALESCE(u.kinds, 0),
               COALESCE(t.state, ''), COALESCE(t.words, ''), COALESCE(t.notices, ARRAY[]::text[])
        FROM source s
        LEFT JOIN source_state t ON t.school_id = s.school_id AND t.source_id = s.source_id
        LEFT JOIN source_health h ON h.school_id = s.school_id AND h.source_id = s.source_id
        LEFT JOIN (SELECT source_id, sum(concern::bigint + counted + review + control + captured)::bigint AS records, sum(review)::bigint AS review
                   FROM counter_block WHERE {InWindow} GROUP BY source_id) c ON c.source_id = s.source_id
        LEFT JOIN (SELECT source_id, count(*) AS kinds FROM unmapped WHERE school_id = $1 AND last_seen >= $2 GROUP BY source_id) u ON u.source_id = s.source_id
        WHERE s.school_id = $1 AND s.enabled ORDER BY s.unassigned, s.name, s.source_id
        """;

    // Everybody who reads the digest reads these numbers: untold, late and unproven alerts about staff are not among them, for they could tell somebody of
    // an alert about themselves; late and unproven ones that only the DSL may see are not either. The doors say every hour that their certificate ends.
    // A failed row's due_at is when it was given up. Times of the ledger and of the window are all the database's.
    internal const string WatchSql = """
        SELECT (SELECT count(*) FROM notification WHERE school_id = $1 AND state = 'failed' AND due_at >= $2),
               (SELECT count(*) FROM notification WHERE school_id = $1 AND state IN ('due', 'sending') AND created_at < $3 - interval '15 minutes'),
               (SELECT count(*) FROM alert a WHERE a.school_id = $1 AND a.state = 'new' AND a.route = 'dsl' AND a.subject_staff IS NULL AND a.severity >= 3 AND a.raised_at < $3 - interval '15 minutes'
                    AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.state = 'sent' AND n.channel = 'email')),
               (SELECT COALESCE(sum(greatest(s.last_seq + 1 - COALESCE(c.next_seq, 1), 0)), 0)::bigint
                    FROM intake_stream s LEFT JOIN checkpoint c ON c.school_id = s.school_id AND c.stream_id = s.stream_id WHERE s.school_id = $1),
               count(*) FILTER (WHERE 'dsl' = ANY (roles)), count(*) FILTER (WHERE 'deputy' = ANY (roles)),
               count(*) FILTER (WHERE 'head' = ANY (roles)), count(*) FILTER (WHERE 'chair' = ANY (roles)),
               (SELECT min(CASE kind WHEN 'certificate_ends_now' THEN 1 ELSE 14 END) FROM door_trouble
                    WHERE school_id = $1 AND kind IN ('certificate_ends_soon', 'certificate_ends_now') AND last_seen >= $3 - interval '2 hours'),
               (SELECT judged_at FROM source_watch WHERE school_id = $1), (SELECT notices FROM source_watch WHERE school_id = $1),
               (SELECT COALESCE(sum(captured), 0)::bigint FROM counter_block WHERE school_id = $1 AND captured > 0),
               (SELECT count(*) FROM alert WHERE school_id = $1 AND late AND route = 'dsl' AND audience = 0 AND subject_staff IS NULL AND raised_at >= $2 AND raised_at < $3),
               (SELECT count(*) FROM alert WHERE school_id = $1 AND unproven AND state <> 'resolved' AND route = 'dsl' AND audience = 0 AND subject_staff IS NULL)
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
        Session session, Guid school, string name, DateOnly day, bool late, DigestWindow window, CancellationToken cancellationToken)
    {
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
            Alerts = await session.RowsAsync(AlertsSql, [school, window.From, window.To], GroupOf, cancellationToken),
            Unacknowledged = await session.RowsAsync(WaitingSql, [school, WaitingLimit], WaitingOf, cancellationToken),
            Sources = await session.RowsAsync(SourcesSql, [school, window.From, window.To], SourceOf, cancellationToken),
            Watch = (await session.RowsAsync(WatchSql, [school, window.From, window.To], WatchOf, cancellationToken))[0],
            Exclusions = await session.RowsAsync(ExclusionsSql, [school, window.From, window.To],
                row => new Exclusion(row.GetString(0), row.GetBoolean(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4)), cancellationToken),
            Heads = await session.RowsAsync(HeadsSql, [school, window.From, HeadsLimit],
                row => new ChainHead(row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetString(3)), cancellationToken),
            AuditAnchor = (await AuditHeads.ReadAsync(session, school, cancellationToken))?.Anchor.ToString(),
        };
    }

    private static AlertGroup GroupOf(NpgsqlDataReader row) => new(
        row.GetString(0), row.GetInt16(1), row.GetString(2), row.GetInt16(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.GetBoolean(6), row.GetInt64(7));

    private static WaitingAlert WaitingOf(NpgsqlDataReader row) => new(
        row.GetInt32(0), row.GetInt16(1), row.GetString(2), row.GetInt16(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.GetFieldValue<DateTimeOffset>(6));

    private static SourceReport SourceOf(NpgsqlDataReader row) => new(
        row.GetGuid(0), row.GetString(1), row.GetString(2), row.GetBoolean(3), row.IsDBNull(4) ? null : row.GetFieldValue<DateTimeOffset>(4),
        row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetString(8), row.GetString(9), row.GetFieldValue<string[]>(10));

    private static WatchReport WatchOf(NpgsqlDataReader row) => new()
    {
        FailedNotifications = row.GetInt64(0),
        WaitingNotifications = row.GetInt64(1),
        UntoldAlerts = row.GetInt64(2),
        Backlog = row.GetInt64(3) + row.GetInt64(11),
        Captured = row.GetInt64(11),
        LateAlerts = row.GetInt64(12),
        UnprovenAlerts = row.GetInt64(13),
        Dsls = (int)row.GetInt64(4),
        Deputies = (int)row.GetInt64(5),
        Heads = (int)row.GetInt64(6),
        Chairs = (int)row.GetInt64(7),
        CertificateDays = row.IsDBNull(8) ? null : row.GetInt32(8),
        JudgedAt = row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
        Notices = row.IsDBNull(10) ? [] : row.GetFieldValue<string[]>(10),
    };
}
