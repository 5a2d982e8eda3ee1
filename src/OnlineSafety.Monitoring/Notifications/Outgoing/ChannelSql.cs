namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>The one place that decides which alerts are told through channels.</summary>
internal static class ChannelSql
{
    /// <summary>
    /// Goes on from the statement that writes the rows for staff, with its parameters: $1 school, $3 causes, $4 alerts, $7 now. Who reads a channel is not
    /// known here, so what is about staff, or for the DSL alone, is never told there.
    /// </summary>
    public const string FanOut = """
        INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, channel, target, due_at, created_at)
        SELECT $1, gen_random_uuid(), 'alert', told.cause, told.alert_id, c.kind, c.channel_id, LEAST($7, clock_timestamp()), LEAST($7, clock_timestamp())
        FROM (SELECT DISTINCT r.cause, r.alert_id FROM unnest($3::text[], $4::uuid[]) AS r (cause, alert_id)) AS told
        JOIN alert a ON a.school_id = $1 AND a.alert_id = told.alert_id AND a.route = 'dsl' AND a.subject_staff IS NULL AND a.audience = 0
        JOIN channel c ON c.school_id = $1 AND c.removed_at IS NULL AND c.least_severity <= a.severity
        """;

    private const string Columns = """
        SELECT c.channel_id, c.kind, c.name, c.least_severity, c.master_id, c.sealed, t.since, t.error
        FROM channel c LEFT JOIN channel_trouble t ON t.school_id = c.school_id AND t.channel_id = c.channel_id AND t.over_at IS NULL
        WHERE c.school_id = $1 AND c.removed_at IS NULL

        """;

    public const string Select = Columns + "ORDER BY c.created_at, c.channel_id";

    public const string SelectOne = Columns + "AND c.channel_id = $2";

    public const string Insert = """
        INSERT INTO channel (school_id, channel_id, kind, name, least_severity, master_id, sealed, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    public const string Remove = "UPDATE channel SET removed_at = $3 WHERE school_id = $1 AND channel_id = $2 AND removed_at IS NULL";
}
