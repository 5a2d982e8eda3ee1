namespace OnlineSafety.Monitoring.Alerts.Silences;

/// <summary>
/// Statements about silences. What stands and what it covers is decided by functions of the schema (0035). In each statement <c>a</c> is the alert and <c>s</c> the silence.
/// </summary>
internal static class SilenceSql
{
    /// <summary>The mark of an alert on the queue, for whoever sees the alert: that it is silenced, and nothing of by whom or why.</summary>
    public const string Marked = "a.state = 'new' AND is_silenced(a.school_id, a.alert_id)";

    /// <summary>$2 alerts; as the role that tells of them.</summary>
    public const string Silenced = "SELECT a.alert_id FROM unnest($2::uuid[]) AS a (alert_id) WHERE silence_of($1, a.alert_id) IS NOT NULL";

    /// <summary>Of the ledger row <c>n</c>: which silence it is that dropped it.</summary>
    public const string Which = "silence_of(n.school_id, n.alert_id)";

    // As may_be_silenced asks of one alert, for many in one plan, which looks up the steps of each and never reads all.
    private const string Covers = """
        silence_fits(s.source_id, s.theme, s.rule, s.most_severity, a.severity, a.source_ids, a.themes, a.rules)
        AND silence_may_cover(a.severity, a.drill, a.state, a.route, a.subject_staff, a.audience)
        AND (SELECT 1 FROM alert_step t WHERE t.school_id = a.school_id AND t.alert_id = a.alert_id AND silence_ends_with(t.step) LIMIT 1) IS NULL
        """;

    public const string Insert = """
        INSERT INTO silence (school_id, silence_id, source_id, theme, rule, most_severity, reason, author, author_id, starts_at, ends_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    /// <summary>$2 to $5 the scope, $6 since when.</summary>
    public const string Preview = $"""
        SELECT count(*) FILTER (WHERE covered), count(*) FILTER (WHERE covered AND severity = 3), count(*) FILTER (WHERE covered AND state <> 'resolved'), count(*)
        FROM (SELECT a.severity, a.state, {Covers} AS covered
              FROM alert a, (SELECT $2::uuid AS source_id, $3::text AS theme, $4::text AS rule, $5::smallint AS most_severity) AS s
              WHERE a.school_id = $1 AND NOT a.drill AND a.raised_at >= $6 OFFSET 0) AS met
        """;

    public const string Select = """
        SELECT s.silence_id, s.source_id, src.name, s.theme, s.rule, s.most_severity, s.reason, s.author, s.approver, s.starts_at, s.ends_at, s.why_ended, 
               (SELECT count(DISTINCT n.alert_id) FROM notification n WHERE n.school_id = s.school_id AND n.silence_id = s.silence_id)
        FROM silence s LEFT JOIN source src ON src.school_id = s.school_id AND src.source_id = s.source_id
        WHERE s.school_id = $1 AND (s.ended_at IS NULL OR $2) ORDER BY s.ended_at IS NOT NULL, s.ends_at, s.silence_id LIMIT 500
        """;

    public const string Approve = """
        UPDATE silence SET approver = $3, approver_id = $4, approved_at = statement_timestamp()
        WHERE school_id = $1 AND silence_id = $2 AND approver_id IS NULL AND ended_at IS NULL AND ends_at > statement_timestamp()
        """;

    public const string End = "UPDATE silence SET ended_at = statement_timestamp(), ended_by = $3, why_ended = 'by-hand' WHERE school_id = $1 AND silence_id = $2 AND ended_at IS NULL";

    /// <summary>Its time is over, or a week passed in which it met nothing: what it was made for is gone, and it would only hide what comes.</summary>
    public const string EndOver = """
        UPDATE silence s SET ended_at = statement_timestamp(), ended_by = 'service', why_ended = CASE WHEN l.last IS NULL OR s.ends_at > statement_timestamp() THEN 'unmatched' ELSE 'over' END
        FROM (SELECT o.silence_id, (SELECT max(n.due_at) FROM notification n WHERE n.school_id = o.school_id AND n.silence_id = o.silence_id) AS last
              FROM silence o WHERE o.school_id = $1 AND o.ended_at IS NULL) AS l
        WHERE s.school_id = $1 AND s.silence_id = l.silence_id AND s.ended_at IS NULL
          AND (s.ends_at <= statement_timestamp() OR GREATEST(s.starts_at, s.approved_at, l.last) <= statement_timestamp() - interval '7 days')
        RETURNING s.silence_id
        """;
}
