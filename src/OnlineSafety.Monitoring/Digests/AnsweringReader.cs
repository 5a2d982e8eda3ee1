using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>Reads what a digest says of how the school was told and who answered, within one transaction in the school's scope.</summary>
internal static class AnsweringReader
{
    // Looked for from either end, by an index each: years of answered alerts stand beside. What was left at the desk it was put before has a section of its own.
    private const string Breached = """
        FROM escalation e JOIN alert a ON a.school_id = e.school_id AND a.alert_id = e.alert_id
        WHERE e.school_id = $1 AND NOT a.drill AND a.raised_at < $3
          AND e.alert_id = ANY (ARRAY(SELECT r.alert_id FROM escalation r WHERE r.school_id = $1 AND r.breached_at IS NOT NULL AND r.answered_at IS NULL
                                      UNION SELECT s.alert_id FROM alert_step s WHERE s.school_id = $1 AND s.step = 'breached' AND s.at >= $2 AND s.at < $3))
          AND (a.state <> 'escalated' OR a.acted_at IS NULL OR a.acted_at >= $4 OR e.answered_at IS NOT NULL)
        """;

    internal const string BreachesSql = $"""
        SELECT number, severity, theme, audience, route, subject_staff, answer_by, rounds, answered_at, subject_role
        FROM (SELECT a.number, a.severity, a.theme, {DigestReader.Desk}, e.answer_by, e.rounds, e.answered_at, e.breached_at,
                     row_number() OVER (PARTITION BY {DigestReader.Desk} ORDER BY e.answered_at IS NOT NULL, a.severity DESC, e.breached_at, a.number) AS place
              {Breached}) AS breached
        WHERE place <= $5
        ORDER BY answered_at IS NOT NULL, severity DESC, breached_at, number
        """;

    // Whoever acts on it takes it out of this state: it was acted on last when it was escalated.
    internal const string LeftSql = $"""
        SELECT number, severity, theme, audience, route, subject_staff, acted_at, subject_role, answer_by, rounds
        FROM (SELECT a.number, a.severity, a.theme, a.acted_at, {DigestReader.Desk}, CASE WHEN e.answered_at IS NULL AND e.breached_at IS NOT NULL THEN e.answer_by END AS answer_by,
                     COALESCE(e.rounds, 0) AS rounds, row_number() OVER (PARTITION BY {DigestReader.Desk} ORDER BY a.severity DESC, a.acted_at, a.number) AS place
              FROM alert a LEFT JOIN escalation e ON e.school_id = a.school_id AND e.alert_id = a.alert_id
              WHERE a.school_id = $1 AND a.state = 'escalated' AND NOT a.drill AND a.raised_at < $2 AND a.acted_at < $3) AS waiting
        WHERE place <= $4
        ORDER BY severity DESC, acted_at, number
        """;

    // Each state by itself, as its index has it.
    private const string Unsent = """
        FROM notification n
        LEFT JOIN alert a ON a.school_id = n.school_id AND a.alert_id = n.alert_id
        LEFT JOIN staff t ON t.school_id = n.school_id AND t.staff_id = n.staff_id
        LEFT JOIN channel c ON c.school_id = n.school_id AND c.channel_id = n.target
        WHERE n.school_id = $1 AND NOT COALESCE(a.drill, false)
          AND ((n.state = 'failed' AND n.due_at >= $2 AND n.due_at < $3) OR (n.state = 'due' AND n.created_at < $3 - interval '15 minutes')
               OR (n.state = 'sending' AND n.created_at < $3 - interval '15 minutes'))
        """;

    // A failed row's due_at is when it was given up. Times of the ledger and of the window are all the database's. Drills have their own lines.
    internal const string UndeliveredSql = $"""
        SELECT route, audience, subject_staff, recipient, error, failed, messages, subject_role
        FROM (SELECT COALESCE(a.route, '') AS route, COALESCE(a.audience, 0::smallint) AS audience, a.subject_staff, COALESCE(a.subject_role, 0::smallint) AS subject_role,
                     COALESCE(t.name, c.name, '') AS recipient, n.error, n.state = 'failed' AS failed, count(*) AS messages,
                     row_number() OVER (PARTITION BY {DigestReader.Desk} ORDER BY count(*) DESC, COALESCE(t.name, c.name, ''), n.error) AS place
              {Unsent}
              GROUP BY {DigestReader.Desk}, COALESCE(t.name, c.name, ''), n.error, n.state = 'failed') AS unsent
        WHERE place <= $4
        ORDER BY messages DESC, recipient, error
        """;

    // Of all, whatever the lists above keep.
    internal const string CountsSql = $"""
        SELECT CASE WHEN e.answered_at IS NULL THEN 'unanswered' ELSE 'answered-late' END, {DigestReader.Desk}, count(*) {Breached} GROUP BY 1, {DigestReader.Desk}
        UNION ALL
        SELECT CASE n.state WHEN 'failed' THEN 'failed' ELSE 'waits' END, COALESCE(a.route, ''), COALESCE(a.audience, 0::smallint), a.subject_staff, COALESCE(a.subject_role, 0::smallint), count(*)
        {Unsent} GROUP BY 1, {DigestReader.Desk}
        ORDER BY 1, 2, 3, 4, 5
        """;

    private const string SilencesSql = """
        SELECT src.name, s.theme, s.rule, s.most_severity, s.reason, s.author, COALESCE(s.approver, ''), s.most_severity = 3 AND s.approver_id IS NULL AND s.ended_at IS NULL, s.ends_at,
               (SELECT count(DISTINCT n.alert_id) FROM notification n WHERE n.school_id = s.school_id AND n.silence_id = s.silence_id AND n.due_at >= $2 AND n.due_at < $3),
               COALESCE(s.why_ended, '')
        FROM silence s LEFT JOIN source src ON src.school_id = s.school_id AND src.source_id = s.source_id
        WHERE s.school_id = $1 AND s.created_at < $3 AND (s.ended_at IS NULL OR s.ended_at >= $2)
        ORDER BY s.ended_at IS NOT NULL, s.ends_at, s.silence_id LIMIT 200
        """;

    internal const string DrillsSql = $"""
        SELECT a.number, a.severity, a.raised_at,
               (SELECT count(DISTINCT COALESCE(n.staff_id, n.target)) FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.state = 'sent' AND n.error <> '{SentCode.Folder}'),
               (SELECT count(*) FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.state = 'failed'), e.answered_at,
               (SELECT count(*) FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.state = 'sent' AND n.error = '{SentCode.Folder}')
        FROM alert a LEFT JOIN escalation e ON e.school_id = a.school_id AND e.alert_id = a.alert_id
        WHERE a.school_id = $1 AND a.drill AND a.raised_at >= $2 AND a.raised_at < $3 ORDER BY a.number LIMIT 100
        """;

    public static Task<List<BreachedAlert>> BreachesAsync(Session session, Guid school, DigestWindow window, DateTimeOffset left, CancellationToken cancellationToken) => session.RowsAsync(
        BreachesSql, [school, window.From, window.To, left, DigestReader.KeptOfADesk],
        row => new BreachedAlert(
            row.GetInt32(0), row.GetInt16(1), row.GetString(2), row.GetInt16(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), Time(row, 6), row.GetInt32(7), Time(row, 8), row.GetInt16(9)),
        cancellationToken);

    public static Task<List<LeftAlert>> LeftAsync(Session session, Guid school, DigestWindow window, DateTimeOffset before, CancellationToken cancellationToken) => session.RowsAsync(
        LeftSql, [school, window.To, before, DigestReader.KeptOfADesk],
        row => new LeftAlert(
            row.GetInt32(0), row.GetInt16(1), row.GetString(2), row.GetInt16(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetGuid(5), row.GetFieldValue<DateTimeOffset>(6), row.GetInt16(7), Time(row, 8),
            row.GetInt32(9)),
        cancellationToken);

    public static Task<List<UndeliveredMessages>> UndeliveredAsync(Session session, Guid school, DigestWindow window, CancellationToken cancellationToken) => session.RowsAsync(
        UndeliveredSql, [school, window.From, window.To, DigestReader.KeptOfADesk],
        row => new UndeliveredMessages(
            row.GetString(0), row.GetInt16(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetString(3), row.GetString(4), row.GetBoolean(5), row.GetInt64(6), row.GetInt16(7)),
        cancellationToken);

    public static Task<List<DeskCount>> CountsAsync(Session session, Guid school, DigestWindow window, DateTimeOffset left, CancellationToken cancellationToken) => session.RowsAsync(
        CountsSql, [school, window.From, window.To, left],
        row => new DeskCount(row.GetString(0), row.GetString(1), row.GetInt16(2), row.IsDBNull(3) ? null : row.GetGuid(3), row.GetInt16(4), row.GetInt64(5)),
        cancellationToken);

    public static Task<List<SilenceReport>> SilencesAsync(Session session, Guid school, DigestWindow window, CancellationToken cancellationToken) => session.RowsAsync(
        SilencesSql, [school, window.From, window.To],
        row => new SilenceReport(
            SilenceScope.WordsOf(Text(row, 0), Text(row, 1), Text(row, 2), (Severity)row.GetInt16(3)),
            row.GetString(4), row.GetString(5), row.GetString(6), row.GetBoolean(7), row.GetFieldValue<DateTimeOffset>(8), row.GetInt64(9), row.GetString(10)),
        cancellationToken);

    public static Task<List<DrillResult>> DrillsAsync(Session session, Guid school, DigestWindow window, CancellationToken cancellationToken) => session.RowsAsync(
        DrillsSql, [school, window.From, window.To],
        row => new DrillResult(row.GetInt32(0), row.GetInt16(1), row.GetFieldValue<DateTimeOffset>(2), row.GetInt64(3), row.GetInt64(4), Time(row, 5), row.GetInt64(6)),
        cancellationToken);

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static DateTimeOffset? Time(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetFieldValue<DateTimeOffset>(column);
}
