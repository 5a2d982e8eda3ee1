using OnlineSafety.Monitoring.Alerts.Silences;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// The statements of <see cref="Ledger"/>. All times are the database's, one for a whole statement: rows of one mail come due together.
/// </summary>
internal static class LedgerSql
{
    /// <summary>Claims of one school, one at a time: what was sent within the minute must be known before more is.</summary>
    public const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('notify:' || $1::text, 0))";

    private const string Due = "n.state = 'due' AND n.due_at <= statement_timestamp()";
    private const string Left = "n.state = 'sending' AND n.lease_until < statement_timestamp()";

    /// <summary>Two looks into an index for each school, however much waits at one of them.</summary>
    public const string Schools = $"""
        SELECT s.school_id FROM school s
        WHERE EXISTS (SELECT 1 FROM notification n WHERE n.school_id = s.school_id AND {Due})
           OR EXISTS (SELECT 1 FROM notification n WHERE n.school_id = s.school_id AND {Left})
        """;

    /// <summary>$2 the window, $3 the lease. What lies in the future was written before the clock went back, and counts for nothing.</summary>
    public const string Recent = """
        SELECT recipient, channel, count(DISTINCT mail)::int, statement_timestamp() - max(at)
        FROM (SELECT COALESCE(staff_id, target) AS recipient, channel, COALESCE(bundle_id, notification_id) AS mail, sent_at AS at FROM notification
              WHERE school_id = $1 AND kind = 'alert' AND state = 'sent' AND sent_at > statement_timestamp() - $2 AND sent_at <= statement_timestamp()
              UNION ALL
              SELECT COALESCE(staff_id, target), channel, bundle_id, lease_until - $3 FROM notification
              WHERE school_id = $1 AND kind = 'alert' AND state = 'sending' AND lease_until BETWEEN statement_timestamp() AND statement_timestamp() + $3) AS sent
        WHERE recipient IS NOT NULL
        GROUP BY recipient, channel
        """;

    private const string Columns = "n.notification_id, n.kind, COALESCE(n.staff_id, n.target) AS recipient, n.channel, n.bundle_id, n.alert_id, n.due_at";

    // Inboxes whose turn has not come stand in nobody's way.
    private const string Turn =
        "(n.kind <> 'alert' OR NOT EXISTS (SELECT 1 FROM unnest($2::uuid[], $3::text[]) AS waiting (recipient, channel) WHERE waiting.recipient = COALESCE(n.staff_id, n.target) AND waiting.channel = n.channel))";

    /// <summary>$4 rows at most, the oldest; the gravest first.</summary>
    public const string Rows = $"""
        SELECT n.notification_id, n.kind, n.recipient, n.channel, n.bundle_id, COALESCE(a.severity, 3)
        FROM ((SELECT {Columns} FROM notification n WHERE n.school_id = $1 AND {Due} AND {Turn} ORDER BY n.due_at LIMIT $4)
              UNION ALL
              (SELECT {Columns} FROM notification n WHERE n.school_id = $1 AND {Left} AND {Turn} ORDER BY n.lease_until LIMIT $4)) AS n
        LEFT JOIN alert a ON a.school_id = $1 AND a.alert_id = n.alert_id
        ORDER BY 6 DESC, n.due_at, n.notification_id
        """;

    private const string Mark =
        "state = 'sending', attempts = n.attempts + 1, claimed_by = $2, lease_until = statement_timestamp() + $3";

    private const string Returning = """
        RETURNING n.bundle_id, n.notification_id, n.kind, n.cause, n.alert_id, n.digest_day, n.notice_id, n.staff_id, n.created_at, n.attempts,
                  statement_timestamp() - n.created_at, n.withdrawn, n.channel, n.target
        """;

    public const string ClaimRows = $"""
        UPDATE notification n SET {Mark}, bundle_id = c.mail
        FROM unnest($4::uuid[], $5::uuid[]) AS c (notification_id, mail)
        WHERE n.school_id = $1 AND n.notification_id = c.notification_id AND (({Due}) OR ({Left}))
        {Returning}
        """;

    /// <summary>Whole, however many of its rows were read.</summary>
    public const string ClaimKept = $"""
        UPDATE notification n SET {Mark}
        WHERE n.school_id = $1 AND n.bundle_id = ANY ($4) AND (({Due}) OR ({Left}))
        {Returning}
        """;

    /// <summary>No row: another worker has it, or may have it any moment.</summary>
    public const string Holds = """
        SELECT 1 FROM notification n
        WHERE n.school_id = $1 AND n.notification_id = $2 AND n.claimed_by = $3 AND n.state = 'sending' AND n.lease_until > statement_timestamp()
        """;

    /// <summary>
    /// The fence: a worker whose lease went to another, or to another task of its own process, changes nothing. What an open circuit refused was not tried, and makes
    /// nothing wait longer that is tried next.
    /// </summary>
    public const string Complete = $"""
        UPDATE notification n
        SET state = c.state, error = c.error, attempts = n.attempts - CASE WHEN c.error = 'relay-down' THEN 1 ELSE 0 END, due_at = statement_timestamp() + c.wait,
            sent_at = CASE WHEN c.state = 'sent' THEN statement_timestamp() ELSE n.sent_at END,
            silence_id = CASE WHEN c.error = 'silenced' THEN {SilenceSql.Which} END,
            bundle_id = CASE WHEN c.keeps THEN n.bundle_id END, claimed_by = NULL, lease_until = NULL
        FROM unnest($3::uuid[], $4::text[], $5::text[], $6::interval[], $7::boolean[]) AS c (notification_id, state, error, wait, keeps)
        WHERE n.school_id = $1 AND n.notification_id = c.notification_id AND n.claimed_by = $2 AND n.state = 'sending'
        """;
}
