using OnlineSafety.Monitoring.Alerts.Escalation;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>The statements behind <see cref="SurroundingsReader"/>. Row-level security stands behind each: none of them says who may see what.</summary>
internal static class SurroundingsSql
{
    public const string Facts = $"""
        SELECT a.first_received_at, a.last_received_at, {StandingClock.Column}, a.severity, a.subject_key, a.subject, a.route,
               ARRAY(SELECT o.name FROM source o WHERE o.school_id = a.school_id AND o.source_id = ANY (a.source_ids) ORDER BY o.name), happened.first, happened.last
        FROM alert a
        LEFT JOIN LATERAL (SELECT min(e.occurred_at) AS first, max(e.occurred_at) AS last FROM event e WHERE e.school_id = a.school_id AND e.alert_id = a.alert_id) happened ON true
        WHERE a.school_id = $1 AND a.alert_id = $2
        """;

    public const string Vendors = """
        SELECT vendor, action, count(*)::int, min(occurred_at), max(occurred_at)
        FROM event WHERE school_id = $1 AND subject_key = ANY ($2) AND received_at BETWEEN $3 AND $4 GROUP BY vendor, action ORDER BY vendor, count(*) DESC
        """;

    public const string Earlier = """
        SELECT number, severity, theme, state, outcome, raised_at, event_count
        FROM alert WHERE school_id = $1 AND subject_key = ANY ($2) AND alert_id <> $3 ORDER BY number DESC LIMIT $4
        """;

    public const string Days = """
        SELECT (occurred_at AT TIME ZONE $4)::date AS day, max(severity), count(*)::int
        FROM event WHERE school_id = $1 AND subject_key = ANY ($2) AND received_at >= $3 AND occurred_at >= $3 GROUP BY day ORDER BY day
        """;

    /// <summary>Whom row-level security would let see it once it is theirs: the desks of the alert's own ladder.</summary>
    public const string Staff = """
        SELECT staff_id, name, roles FROM staff
        WHERE school_id = $1 AND enabled AND roles && CASE $2 WHEN 'dsl' THEN ARRAY['dsl', 'deputy'] WHEN 'head' THEN ARRAY['head'] ELSE ARRAY['chair'] END
        ORDER BY name
        """;

    /// <summary>Alerts with the reasons in which words are looked for.</summary>
    public const string Alike = """
        SELECT number, severity, theme, state, outcome, raised_at, event_count, reasons FROM alert WHERE school_id = $1 AND raised_at >= $2 ORDER BY number DESC
        """;

    /// <summary>Which alerts events of that time are in, for the record of the look.</summary>
    public const string HourAlerts = """
        SELECT DISTINCT a.number FROM event e JOIN alert a ON a.school_id = e.school_id AND a.alert_id = e.alert_id
        WHERE e.school_id = $1 AND e.subject_key = ANY ($2) AND e.received_at BETWEEN $3 AND $4
        """;

    /// <summary>Columns as <see cref="AlertFace.EventOf"/> reads them.</summary>
    public const string Hour = """
        SELECT stream_id, seq, part, received_at, occurred_at, kind, action, risk, theme, severity, vendor, review, detail
        FROM event WHERE school_id = $1 AND subject_key = ANY ($2) AND received_at BETWEEN $3 AND $4
        ORDER BY received_at DESC, stream_id, seq DESC, part DESC LIMIT $5
        """;

    /// <summary>What was copied of the hour around an alert, columns as <see cref="AlertFace.KeptOf"/> reads them.</summary>
    public const string Kept = """
        SELECT stream_id, seq, part, received_at, detail
        FROM kept_context WHERE school_id = $1 AND alert_id = $2 ORDER BY received_at DESC, stream_id, seq DESC, part DESC LIMIT $3
        """;
}
