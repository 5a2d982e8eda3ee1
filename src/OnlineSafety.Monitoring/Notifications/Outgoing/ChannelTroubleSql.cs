namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>The statements of <see cref="ChannelWatch"/>. All times are the database's.</summary>
internal static class ChannelTroubleSql
{
    /// <summary>
    /// $1 school, $2 channel, $3 the ledger's code, $4 no further try can help. One that fails again ten minutes after it first did is told of; a short outage, which the
    /// retries mend, is not.
    /// </summary>
    public const string Failed = """
        INSERT INTO channel_trouble AS t (school_id, channel_id, since, error, due_at)
        VALUES ($1, $2, statement_timestamp(), $3, CASE WHEN $4 THEN statement_timestamp() END)
        ON CONFLICT (school_id, channel_id) DO UPDATE
            SET tries = t.tries + 1, error = EXCLUDED.error, over_at = NULL,
                due_at = CASE WHEN t.told_at IS NULL THEN COALESCE(t.due_at, EXCLUDED.due_at, GREATEST(statement_timestamp(), t.since + interval '10 minutes')) END
        """;

    /// <summary>A message got through: what was told of is told to be over, and of the rest there is nothing to say.</summary>
    public const string Worked = """
        WITH over AS (
            UPDATE channel_trouble SET over_at = statement_timestamp(), due_at = statement_timestamp()
            WHERE school_id = $1 AND channel_id = $2 AND told_at IS NOT NULL AND over_at IS NULL)
        DELETE FROM channel_trouble WHERE school_id = $1 AND channel_id = $2 AND told_at IS NULL
        """;

    public const string IsDue = "EXISTS (SELECT 1 FROM channel_trouble t WHERE t.school_id = s.school_id AND t.due_at <= statement_timestamp())";

    public const string TakeBroken = """
        UPDATE channel_trouble SET told_at = statement_timestamp(), due_at = NULL
        WHERE school_id = $1 AND due_at <= statement_timestamp() AND over_at IS NULL RETURNING channel_id
        """;

    public const string TakeMended = "DELETE FROM channel_trouble WHERE school_id = $1 AND due_at <= statement_timestamp() AND over_at IS NOT NULL RETURNING channel_id";

    /// <summary>$2 which channel, $3 to whom, $4 why. One that was removed meanwhile is nobody's trouble.</summary>
    public const string Tell = """
        INSERT INTO notification (school_id, notification_id, kind, cause, notice_id, staff_id, channel, due_at, created_at)
        SELECT $1, gen_random_uuid(), 'delivery', $4, c.channel_id, told, 'email', clock_timestamp(), clock_timestamp()
        FROM channel c, unnest($3::uuid[]) AS told
        WHERE c.school_id = $1 AND c.channel_id = $2 AND c.removed_at IS NULL
        RETURNING notification_id
        """;

    /// <summary>Of a school: channels that are in use and through which nothing gets.</summary>
    public const string Standing = """
        SELECT c.channel_id, c.kind, c.name, t.since, t.error FROM channel_trouble t JOIN channel c ON c.school_id = t.school_id AND c.channel_id = t.channel_id
        WHERE t.school_id = $1 AND t.told_at IS NOT NULL AND t.over_at IS NULL AND c.removed_at IS NULL ORDER BY c.name, c.channel_id
        """;
}
