using OnlineSafety.Monitoring.Notifications.Outgoing;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>The statements of escalation. All times are the database's.</summary>
internal static class EscalationSql
{
    // As the index notification_lost has it, to the letter.
    private const string Lost = """
        NOT n.answered_for
            AND (n.state = 'failed' OR (n.state = 'dropped' AND n.error IN ('recipient-gone', 'recipient-disabled', 'not-routed')) OR (n.state = 'due' AND n.error = 'message-refused' AND n.cause <> 'unreached'))
        """;

    private const string Mails = "n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.channel = 'email' AND NOT n.withdrawn";

    // It was to be told, and reached nobody who sits where it is looked after now. Whom a silence has spared it, or who was at it before the message left, counts as told; where a
    // message has just failed somebody else is about to be.
    private const string Untold = $"""
        (EXISTS (SELECT 1 FROM notification n WHERE {Mails})
            AND NOT EXISTS (SELECT 1 FROM notification n
                            WHERE {Mails} AND ((n.state = 'failed' AND n.staff_id IS NOT NULL AND NOT n.answered_for)
                                  OR ((n.state IN ('sent', 'due', 'sending') OR n.error IN ('silenced', 'acted-on', 'alert-resolved'))
                                      AND standing(n.staff_id, desks_of(n.staff_id), a.route, a.audience, a.subject_staff, a.subject_role, true) > 0))))
        """;

    // Whom a colleague's escalation asked, whoever the alert was given to since, and who stands in for one of them.
    private const string Asked = """
        ARRAY(SELECT DISTINCT n.staff_id FROM notification n
              WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.staff_id IS NOT NULL AND NOT n.withdrawn
                AND n.cause IN ('escalated', 'assigned', 'unreached') AND n.created_at >= a.acted_at)
        """;

    /// <summary>One leader among all processes; held as long as its pass.</summary>
    public const string Lead = "SELECT pg_try_advisory_xact_lock(hashtextextended('escalation', 0))";

    /// <summary>Three looks into an index for each school, however much waits at one of them. $1: not these.</summary>
    public const string Schools = $"""
        SELECT s.school_id FROM school s
        WHERE NOT (s.school_id = ANY ($1)) AND s.closed_at IS NULL
          AND (EXISTS (SELECT 1 FROM escalation e WHERE e.school_id = s.school_id AND e.next_at <= statement_timestamp())
               OR EXISTS (SELECT 1 FROM notification n WHERE n.school_id = s.school_id AND {Lost})
               OR {ChannelTroubleSql.IsDue})
        """;

    /// <summary>$2 at most, the gravest of what is due first.</summary>
    public const string Due = $"""
        SELECT a.alert_id, a.route, a.audience, a.subject_staff, a.severity, a.themes || a.parent_theme, a.groups, a.subject_role, a.drill,
               e.since, e.no_later, e.steps_done, e.rounds, e.plan_steps, {Untold},
               ARRAY(SELECT DISTINCT n.staff_id FROM notification n WHERE {ToStaff}
                     AND (n.state = 'failed' OR (n.state = 'dropped' AND n.error = 'not-routed' AND n.due_at > statement_timestamp() - interval '1 day'))),
               e.next_at, a.state, {Asked}, e.answer_by
        FROM escalation e JOIN alert a ON a.school_id = e.school_id AND a.alert_id = e.alert_id
        WHERE e.school_id = $1 AND e.next_at <= statement_timestamp()
        ORDER BY a.severity DESC, e.next_at LIMIT $2
        """;

    // Written before the clock is moved: it takes the alert's lock first, as whoever acts on the alert does, so that the two never wait for each other.
    public const string Breached = """
        INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state, detail)
        VALUES ($1, $2, clock_timestamp(), 'service', 'escalation', 'breached', $4, $4, $3)
        """;

    /// <summary>No row: somebody acted, or it changed, since it was read.</summary>
    public const string Move = """
        UPDATE escalation SET answer_by = $6, steps_done = $7, rounds = $8, next_at = $9, plan_steps = $10,
            breached_at = CASE WHEN $8 > 0 THEN COALESCE(breached_at, clock_timestamp()) ELSE breached_at END
        WHERE school_id = $1 AND alert_id = $2 AND since = $3 AND steps_done = $4 AND rounds = $5 AND next_at = $11
        """;

    /// <summary>Claims what its recipients do not get; a crash before the commit gives it back. $2 at most.</summary>
    public const string TakeLost = $"""
        UPDATE notification n SET answered_for = true
        FROM (SELECT n.notification_id FROM notification n WHERE n.school_id = $1 AND {Lost} ORDER BY n.due_at LIMIT $2 FOR UPDATE SKIP LOCKED) AS lost
        WHERE n.school_id = $1 AND n.notification_id = lost.notification_id
        RETURNING n.alert_id, n.staff_id, n.cause, n.created_at, n.state = 'dropped'
        """;

    /// <summary>Of the alerts $2, those that nobody knows of now are looked at at once.</summary>
    public const string AskAgain = $"""
        UPDATE escalation e SET next_at = clock_timestamp() FROM alert a
        WHERE e.school_id = $1 AND e.alert_id = ANY ($2) AND e.answered_at IS NULL AND a.school_id = e.school_id AND a.alert_id = e.alert_id AND {Untold}
        """;

    private const string ToStaff = "n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.staff_id IS NOT NULL AND NOT n.withdrawn";

    // What waits will be sent, unless a person has acted since it was written: then it is dropped (AlertNotice.IsAnswered).
    private const string Arrives =
        "(n.state = 'sent' OR (n.state IN ('due', 'sending') AND NOT (n.cause IN ('raised', 'unanswered', 'unreached') AND COALESCE(n.created_at < a.acted_at, false))))";

    /// <summary>
    /// Of the alerts $2: where each is, whom messages about it reached, will reach or cannot reach, and of them those whom it is no use to tell once more: they cannot
    /// be reached, or stand in for somebody already. What was dropped for another reason has told nobody.
    /// </summary>
    public const string Unreached = $"""
        SELECT a.alert_id, a.route, a.audience, a.subject_staff, a.severity, a.themes || a.parent_theme, a.groups, a.subject_role, a.state, a.acted_at,
               ARRAY(SELECT DISTINCT n.staff_id FROM notification n WHERE {ToStaff} AND (n.state = 'failed' OR {Arrives})),
               ARRAY(SELECT DISTINCT n.staff_id FROM notification n WHERE {ToStaff} AND (n.state = 'failed' OR n.cause = 'unreached'))
        FROM alert a
        WHERE a.school_id = $1 AND a.alert_id = ANY ($2)
        """;

    /// <summary>$2 of whom, $3 to whom. Once a day is enough for somebody who has an address to mend.</summary>
    public const string TellOfMailbox = """
        INSERT INTO notification (school_id, notification_id, kind, cause, notice_id, staff_id, channel, due_at, created_at)
        SELECT $1, gen_random_uuid(), 'delivery', 'unreached', $2, told, 'email', clock_timestamp(), clock_timestamp()
        FROM unnest($3::uuid[]) AS told
        WHERE NOT EXISTS (SELECT 1 FROM notification n WHERE n.school_id = $1 AND n.kind = 'delivery' AND n.notice_id = $2 AND n.staff_id = told
                          AND n.created_at > statement_timestamp() - interval '1 day')
        RETURNING notification_id
        """;
}
