namespace OnlineSafety.Monitoring.Retention;

/// <summary>The statements of <see cref="RetentionDesk"/>. What may not go, the functions that they call leave (migration 0025).</summary>
internal static class RetentionSql
{
    public const string Lead = "SELECT pg_try_advisory_xact_lock(hashtextextended('onlinesafety.retention', 0))";

    public const string Schools = "SELECT school_id, name, time_zone FROM school ORDER BY name, school_id";

    public const string Watch = """
        SELECT clock_timestamp(), COALESCE(w.ran_at, s.created_at), w.refused_since, w.refused_why, p.policy::text, p.named::text, s.name
        FROM school s LEFT JOIN retention_watch w ON w.school_id = s.school_id LEFT JOIN school_policy p ON p.school_id = s.school_id
        WHERE s.school_id = $1
        """;

    public const string RanWell = """
        INSERT INTO retention_watch (school_id, ran_at) VALUES ($1, $2)
        ON CONFLICT (school_id) DO UPDATE SET ran_at = EXCLUDED.ran_at, refused_since = NULL, refused_why = NULL
        """;

    // ran_at stays: until a person has confirmed it, the clock is not believed at the next run either.
    public const string WasRefused = """
        INSERT INTO retention_watch AS w (school_id, ran_at, refused_since, refused_why) VALUES ($1, $2, $3, $4)
        ON CONFLICT (school_id) DO UPDATE SET refused_since = COALESCE(w.refused_since, EXCLUDED.refused_since), refused_why = EXCLUDED.refused_why
        """;

    public const string RawDays = "SELECT raw_day, streams, records, needed FROM raw_days()";
    public const string WishBeforeFall = "SELECT wish_before_fall($1)";
    public const string RetireDay = "SELECT retire_day($1)";
    public const string DropEmptyDay = "SELECT drop_empty_day()";
    public const string Counts = "SELECT due, held, kept, oldest FROM retention_counts($1, $2)";
    public const string Retire = "SELECT retire($1, $2, $3)";
    public const string RetireAlerts = "SELECT retire_alerts($1)";
    public const string RetireAccess = "SELECT retire_access($1, $2, $3)";

    // As the index alert_case has it, and CaseClock.IsCase.
    private const string IsCase = "state = 'resolved' AND NOT drill AND outcome IN ('concern', 'low-level-concern', 'insufficient-information')";

    private const string Closed = "SELECT alert_id, number, resolved_at, outcome, subject_key, drill, is_alert_held(school_id, alert_id) FROM alert WHERE school_id = $1";

    /// <summary>Each by a clock of its own, and few beside what was no case.</summary>
    public const string Cases = Closed + " AND " + IsCase + " ORDER BY number";

    /// <summary>Of what was no case, what was closed before $2: the rest is counted and not read.</summary>
    public const string SettledBefore = Closed + " AND resolved_at < $2 AND state = 'resolved' AND NOT (" + IsCase + ") ORDER BY number";

    /// <summary>How many there are that were no case, and when the next one after $2 was closed.</summary>
    public const string SettledCounts = $"""
        SELECT (SELECT count(*) FROM alert WHERE school_id = $1 AND state = 'resolved') - (SELECT count(*) FROM alert WHERE school_id = $1 AND {IsCase}),
               (SELECT resolved_at FROM alert WHERE school_id = $1 AND resolved_at >= $2 AND state = 'resolved' AND NOT ({IsCase}) ORDER BY resolved_at LIMIT 1)
        """;
}
