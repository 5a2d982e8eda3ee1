using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Silences;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>The statements behind the console's queue. Row-level security stands behind each: none of them says who may see what.</summary>
internal static class QueueSql
{
    // Given to the reader, or taken by the reader and given to nobody.
    private const string Columns = $"""
        SELECT a.number, a.state, a.severity, a.risk, a.theme, a.themes, a.event_count, a.needs_review, a.unproven, a.late, a.subject_key, COALESCE(a.renewed_at, a.raised_at) AS since,
               a.last_received_at, a.acknowledged_by, a.outcome, a.reasons, s.name, COALESCE(a.assigned_to = current_staff(), a.acknowledged_by = current_setting('app.actor', true), false) AS mine,
               ARRAY(SELECT o.name FROM source o WHERE o.school_id = a.school_id AND o.source_id = ANY (a.source_ids) ORDER BY o.name), a.acted_at,
               a.drill, {SilenceSql.Marked},
               {StandingClock.Column}
        FROM alert a LEFT JOIN staff s ON s.school_id = a.school_id AND s.staff_id = a.assigned_to

        """;

    private const string Wanted = """
        WHERE a.school_id = $1 AND a.state = ANY ($2)
          AND ($3::smallint IS NULL OR a.severity = $3) AND ($4::smallint IS NULL OR a.risk = $4) AND ($5::text IS NULL OR a.parent_theme = $5)
          AND (NOT $6 OR COALESCE(a.assigned_to = current_staff(), a.acknowledged_by = current_setting('app.actor', true), false))

        """;

    /// <summary>What waits before what somebody has, the gravest first, and of those the one whose clock began first.</summary>
    public const string OpenPage = Columns + Wanted + """
          AND a.state <> 'resolved'
          AND ($7::boolean IS NULL OR (a.state <> 'new', -a.severity, COALESCE(a.renewed_at, a.raised_at), a.number) > ($7, -$8::smallint, $9::timestamptz, $10::int))
        ORDER BY a.state <> 'new', -a.severity, since, a.number LIMIT $11
        """;

    /// <summary>What is over: the newest first.</summary>
    public const string ResolvedPage = Columns + Wanted + """
          AND ($7::int IS NULL OR a.number < $7::int)
        ORDER BY a.number DESC LIMIT $8
        """;

    public const string Counts = """
        SELECT state = 'new', severity, risk, parent_theme, COALESCE(assigned_to = current_staff(), acknowledged_by = current_setting('app.actor', true), false), count(*)::int
        FROM alert WHERE school_id = $1 AND state <> 'resolved' GROUP BY 1, 2, 3, 4, 5
        """;

    public const string Newest = "SELECT number FROM alert WHERE school_id = $1 ORDER BY number DESC LIMIT 1";

    public const string These = Columns + "WHERE a.school_id = $1 AND a.number = ANY ($2)";

    public const string Since = Columns + "WHERE a.school_id = $1 AND a.number > $2 AND a.state <> 'resolved' ORDER BY -a.severity, since LIMIT $3";

    public const string SinceCount = "SELECT count(*)::int, COALESCE(max(number), 0) FROM alert WHERE school_id = $1 AND number > $2 AND state <> 'resolved'";

    public const string Watched = """
        SELECT s.name, s.product, h.last_received_at, COALESCE(t.state, ''), COALESCE(t.alarming, false), h.last_activity_at
        FROM source s LEFT JOIN source_health h USING (school_id, source_id) LEFT JOIN source_state t USING (school_id, source_id)
        WHERE s.school_id = $1 AND s.enabled AND NOT s.unassigned ORDER BY COALESCE(t.alarming, false) DESC, s.name
        """;
}
