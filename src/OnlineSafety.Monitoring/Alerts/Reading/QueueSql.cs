using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>The statements behind the console's queue. Row-level security stands behind each: none of them says who may see what.</summary>
internal static class QueueSql
{
    // As the index alert_queue has them, to the letter. Without minus and COALESCE, which row-level security lets reach no index.
    private const string Urgency = "(CASE a.severity WHEN 4 THEN 0 WHEN 3 THEN 1 WHEN 2 THEN 2 WHEN 1 THEN 3 ELSE 4 END)";
    private const string Taken = "(CASE WHEN a.state = 'new' THEN 0 WHEN a.state = 'escalated' THEN 0 ELSE 1 END)";
    private const string Since = "(CASE WHEN a.renewed_at IS NULL THEN a.raised_at ELSE a.renewed_at END)";

    // What somebody may see who sits at no DSL's desk: what is no pupil's matter, and what that person was told of. Found from that end, or row-level security asks of each alert
    // of years, one by one, whether it is one of those few. It decides about these as well: this names no more than where to look.
    private const string Findable = """
        a.alert_id = ANY (ARRAY(SELECT p.alert_id FROM alert p WHERE p.school_id = $1 AND NOT (p.route = 'dsl' AND p.subject_staff IS NULL AND p.subject_role <= 1)
                                UNION SELECT n.alert_id FROM notification n WHERE n.school_id = $1 AND n.staff_id = current_staff() AND n.alert_id IS NOT NULL))
        """;

    // Given to the reader, or taken by the reader and given to nobody; what is before the next desk is nobody's until it is taken on there.
    private const string Mine = "a.state <> 'escalated' AND COALESCE(a.assigned_to = current_staff(), a.acknowledged_by = current_setting('app.actor', true), false)";

    // Whoever it was given to has not acted on it since they were to be told. True: and the newest message about it reached nobody; one that waits gets five minutes.
    private const string GivenOn = """
        CASE WHEN a.assigned_to IS NOT NULL AND a.state NOT IN ('escalated', 'resolved') THEN
            (SELECT n.state = 'failed' OR (n.state = 'sent' AND n.error = 'folder') OR (n.state IN ('due', 'sending') AND n.created_at < now() - interval '5 minutes')
             FROM notification n
             WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.staff_id = a.assigned_to AND n.channel = 'email' AND NOT n.withdrawn AND n.state <> 'dropped'
               AND NOT EXISTS (SELECT FROM alert_step t WHERE t.school_id = a.school_id AND t.alert_id = a.alert_id AND t.actor_id = a.assigned_to AND t.at > n.created_at)
             ORDER BY n.created_at DESC, n.notification_id DESC LIMIT 1) END
        """;

    // What the reader took and gave on stays the reader's as well until whoever has it acts.
    private const string OnReader = $"(({Mine}) OR (a.state <> 'escalated' AND a.acknowledged_by = current_setting('app.actor', true) AND {GivenOn} IS NOT NULL))";

    private const string Columns = $"""
        SELECT a.number, a.state, a.severity, a.risk, a.theme, a.themes, a.event_count, a.needs_review, a.unproven, a.late, a.subject_key, {Since} AS since,
               a.last_received_at, a.acknowledged_by, a.outcome, a.reasons, s.name, {Mine} AS mine,
               ARRAY(SELECT o.name FROM source o WHERE o.school_id = a.school_id AND o.source_id = ANY (a.source_ids) ORDER BY o.name), a.acted_at,
               a.drill, {SilenceSql.Marked},
               {StandingClock.Column}, a.subject, a.groups, a.instructions,
               (SELECT max(e.occurred_at) FROM event e WHERE e.school_id = a.school_id AND e.alert_id = a.alert_id),
               CASE WHEN a.assigned_to IS NOT NULL THEN
                   (SELECT t.actor_name FROM alert_step t WHERE t.school_id = a.school_id AND t.alert_id = a.alert_id AND t.step = 'assign' ORDER BY t.step_no DESC LIMIT 1) END,
               a.subject_role, {GivenOn}
        FROM alert a LEFT JOIN staff s ON s.school_id = a.school_id AND s.staff_id = a.assigned_to

        """;

    private const string Wanted = $"""
        WHERE a.school_id = $1 AND a.state = ANY ($2)
          AND ($3::smallint IS NULL OR a.severity = $3) AND ($4::smallint IS NULL OR a.risk = $4) AND ($5::text[] IS NULL OR a.themes && $5)
          AND (NOT $6 OR {OnReader})

        """;

    /// <summary>What waits before what somebody has, the gravest first, and of those the one whose clock began first.</summary>
    public const string OpenPage = Columns + Wanted + $"""
          AND a.state <> 'resolved'
          AND ($7::boolean IS NULL OR ({Taken}, {Urgency}, {Since}, a.number)
               > (CASE WHEN $7 THEN 1 ELSE 0 END, CASE $8::smallint WHEN 4 THEN 0 WHEN 3 THEN 1 WHEN 2 THEN 2 WHEN 1 THEN 3 ELSE 4 END, $9::timestamptz, $10::int))
          AND ($12 OR {Findable})
        ORDER BY {Taken}, {Urgency}, since, a.number LIMIT $11
        """;

    /// <summary>What is over: the newest first.</summary>
    public const string ResolvedPage = Columns + Wanted + $"""
          AND a.state = 'resolved'
          AND ($9 OR {Findable})
          AND ($7::int IS NULL OR a.number < $7::int)
        ORDER BY a.number DESC LIMIT $8
        """;

    /// <summary>By all themes of an alert, for each of which it is found.</summary>
    public const string Counts = $"""
        SELECT {Taken} = 0, severity, risk, themes, {OnReader}, count(*)::int
        FROM alert a WHERE school_id = $1 AND state <> 'resolved' AND ($2 OR {Findable}) GROUP BY 1, 2, 3, 4, 5
        """;

    /// <summary>Of what is open: who has it and does not know.</summary>
    public const string Untold = $"""
        SELECT a.number, s.name FROM alert a JOIN staff s ON s.school_id = a.school_id AND s.staff_id = a.assigned_to
        WHERE a.school_id = $1 AND a.state <> 'resolved' AND a.assigned_to IS NOT NULL AND ($2 OR {Findable}) AND {GivenOn} ORDER BY a.severity DESC, a.number LIMIT $3
        """;

    /// <summary>Of what is open: a feed asks what came after it.</summary>
    public const string Newest = $"SELECT number FROM alert a WHERE school_id = $1 AND state <> 'resolved' AND ($2 OR {Findable}) ORDER BY number DESC LIMIT 1";

    public const string These = Columns + "WHERE a.school_id = $1 AND a.number = ANY ($2)";

    public const string New = Columns + $"WHERE a.school_id = $1 AND a.number > $2 AND a.state <> 'resolved' AND ($4 OR {Findable}) ORDER BY {Urgency}, since LIMIT $3";

    public const string NewCount = $"SELECT count(*)::int, COALESCE(max(number), 0) FROM alert a WHERE school_id = $1 AND number > $2 AND state <> 'resolved' AND ($3 OR {Findable})";

    public const string Watched = $"""
        SELECT s.name, s.product, h.last_received_at, {SourceAttention.Columns}
        FROM source s LEFT JOIN source_health h USING (school_id, source_id) LEFT JOIN source_state t USING (school_id, source_id)
        WHERE s.school_id = $1 AND s.enabled AND NOT s.unassigned ORDER BY s.name
        """;
}
