namespace OnlineSafety.Monitoring.Alerts.Silences;

/// <summary>The one place that decides what a silence covers. In each statement <c>a</c> is the alert and <c>s</c> the silence.</summary>
internal static class SilenceSql
{
    /// <summary>
    /// Never critical; never what is about staff or for the DSL alone, where the one who silences could be the one it is about, or the child has asked for help;
    /// never a drill, nor what a person has handed up, given away or opened again: whatever follows of that, whoever has it in hand counts on being told.
    /// </summary>
    public const string Covers = """
        a.severity <= s.most_severity AND a.severity < 4 AND NOT a.drill AND a.state <> 'escalated' AND a.route = 'dsl' AND a.subject_staff IS NULL AND a.audience = 0
        AND NOT EXISTS (SELECT 1 FROM alert_step t WHERE t.school_id = a.school_id AND t.alert_id = a.alert_id AND t.step IN ('escalate', 'assign', 'reopen'))
        AND (s.source_id IS NULL OR (cardinality(a.source_ids) > 0 AND a.source_ids <@ ARRAY[s.source_id]))
        AND (s.theme IS NULL OR a.themes <@ ARRAY[s.theme])
        AND (s.rule IS NULL OR (s.rule = ANY (a.rules) AND cardinality(a.themes) = 1
             AND NOT EXISTS (SELECT 1 FROM unnest(a.rules) AS named (rule) WHERE named.rule <> s.rule AND named.rule NOT LIKE 'modifier.%')))
        """;

    /// <summary>By the database's clock. One up to high waits for its second person.</summary>
    public const string Stands =
        "s.ended_at IS NULL AND s.starts_at <= statement_timestamp() AND s.ends_at > statement_timestamp() AND (s.most_severity < 3 OR s.approved_at IS NOT NULL)";

    /// <summary>$2 alerts.</summary>
    public const string Silenced = $"""
        SELECT a.alert_id FROM alert a
        WHERE a.school_id = $1 AND a.alert_id = ANY ($2) AND EXISTS (SELECT 1 FROM silence s WHERE s.school_id = a.school_id AND {Stands} AND {Covers})
        """;

    /// <summary>Of the ledger row <c>n</c>: which silence it is that dropped it.</summary>
    public const string Which = $"""
        (SELECT s.silence_id FROM silence s JOIN alert a ON a.school_id = s.school_id AND a.alert_id = n.alert_id
         WHERE s.school_id = n.school_id AND {Stands} AND {Covers} ORDER BY s.created_at LIMIT 1)
        """;

    public const string Insert = """
        INSERT INTO silence (school_id, silence_id, source_id, theme, rule, most_severity, reason, author, author_id, starts_at, ends_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """;

    /// <summary>$2 to $5 the scope, $6 since when.</summary>
    public const string Preview = $"""
        SELECT count(*) FILTER (WHERE {Covers}), count(*) FILTER (WHERE {Covers} AND a.severity = 3), count(*) FILTER (WHERE {Covers} AND a.state <> 'resolved'), count(*)
        FROM alert a, (SELECT $2::uuid AS source_id, $3::text AS theme, $4::text AS rule, $5::smallint AS most_severity) AS s
        WHERE a.school_id = $1 AND NOT a.drill AND a.raised_at >= $6
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
