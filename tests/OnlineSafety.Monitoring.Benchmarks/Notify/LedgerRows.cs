namespace OnlineSafety.Monitoring.Benchmarks.Notify;

/// <summary>Schools, staff, alerts and ledger rows, written as the transaction that raises an alert writes them.</summary>
internal static class LedgerRows
{
    public const int Schools = 100;
    public const int StaffOfEach = 20;

    /// <summary>Schools with people who are told.</summary>
    public const string People = """
        INSERT INTO onlinesafety.school (school_id, name)
        SELECT md5('school' || n)::uuid, 'School ' || n FROM generate_series(1, 100) n;
        INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles)
        SELECT md5('school' || n)::uuid, md5('staff' || n || '-' || m)::uuid, 'D. Lead', 'dsl' || m || '@school' || n || '.example', ARRAY['dsl']
        FROM generate_series(1, 100) n, generate_series(1, 20) m;
        """;

    public static string SchoolNumber(int number) => $"md5('school{number}')::uuid";

    /// <summary>Alerts with a row each, spread over people, of the schools with these numbers.</summary>
    /// <param name="state">What became of the rows.</param>
    public static string Many(int count, int firstSchool, int lastSchool, string state) => $"""
        WITH made AS (
            INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key,
                subject_role, source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at)
            SELECT md5('school' || s)::uuid, gen_random_uuid(), last.number + n, 3, 3, 'self_harm', 'self_harm', '{"{self_harm}"}', true, 0,
                'dsl', 'user:somebody', 1, '{"{}"}', '{"{}"}', 1, '', '', now(), now(), now()
            FROM generate_series(1, {count} / {lastSchool - firstSchool + 1}) n, generate_series({firstSchool}, {lastSchool}) s,
                 LATERAL (SELECT COALESCE(max(number), 0) AS number FROM onlinesafety.alert WHERE school_id = md5('school' || s)::uuid) last
            RETURNING school_id, alert_id, number)
        INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, due_at, sent_at, created_at)
        SELECT school_id, gen_random_uuid(), 'alert', 'raised', alert_id, (SELECT staff_id FROM onlinesafety.staff t WHERE t.school_id = made.school_id ORDER BY staff_id OFFSET number % {StaffOfEach} LIMIT 1),
            'email', '{state}', now() - interval '1 day', CASE WHEN '{state}' = 'sent' THEN now() - interval '1 day' END, now() - interval '1 day'
        FROM made
        """;

    /// <summary>One alert for one member of staff, and the word that there is one. $1 school, $2 staff, $3 alert, $4 ledger row.</summary>
    public const string One = """
        INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key,
            subject_role, source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at)
        SELECT $1, $3, 1 + COALESCE(max(number), 0), 3, 3, 'self_harm', 'self_harm', '{self_harm}', true, 0, 'dsl', 'user:somebody', 1, '{}', '{}', 1, '', '', now(), now(), now()
        FROM onlinesafety.alert WHERE school_id = $1;
        INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
        VALUES ($1, $4, 'alert', 'raised', $3, $2, 'email', now(), now());
        SELECT pg_notify('onlinesafety_notifications', '');
        """;
}
