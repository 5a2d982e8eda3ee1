namespace OnlineSafety.Monitoring.Retention;

/// <summary>The statements of an erasure. Everything that changes something is a function that does so only while somebody is being erased (migrations 0025, 0029 and 0034).</summary>
internal static class ErasureSql
{
    // Whose it is, the keys say that it hides: any of them, because the first attempt may have taken the others with the people list.
    public const string Running = """
        SELECT e.erasure_id, e.proof::text, EXISTS (
            SELECT 1 FROM erased_subject s WHERE s.school_id = $1 AND s.erasure_id = e.erasure_id AND s.subject_key = ANY ($2))
        FROM erasure e WHERE e.school_id = $1 AND e.finished_at IS NULL
        """;

    public const string Begin = "INSERT INTO erasure (school_id, erasure_id, asked_at, asked_by) VALUES ($1, $2, clock_timestamp(), $3)";

    public const string Hide = """
        INSERT INTO erased_subject AS s (school_id, subject_key, until, erasure_id) SELECT $1, k, clock_timestamp(), $3 FROM unnest($2::text[]) AS k
        ON CONFLICT (school_id, subject_key) DO UPDATE SET until = GREATEST(s.until, EXCLUDED.until), erasure_id = EXCLUDED.erasure_id
        """;

    public const string Note = "UPDATE erasure SET proof = $3::text::jsonb, raw_falls_on = $4 WHERE school_id = $1 AND erasure_id = $2";
    public const string Finish = "UPDATE erasure SET finished_at = clock_timestamp(), proof = $3::text::jsonb, raw_falls_on = $4 WHERE school_id = $1 AND erasure_id = $2";
    public const string Clock = "SELECT p.policy::text, p.named::text, (clock_timestamp() AT TIME ZONE 'UTC')::date FROM school s LEFT JOIN school_policy p ON p.school_id = s.school_id WHERE s.school_id = $1";

    public const string Alerts = """
        SELECT alert_id, number, state, is_alert_held(school_id, alert_id) FROM alert WHERE school_id = $1 AND subject_key = ANY ($2) ORDER BY number
        """;

    // About somebody else, and open or held: they keep what they say of the person, in their own words ($3) or in a record of theirs ($4, $5).
    public const string AlertsThatKeep = """
        SELECT a.alert_id, a.number, a.state, is_alert_held(a.school_id, a.alert_id) FROM alert a
        WHERE a.school_id = $1 AND (a.subject_key IS NULL OR a.subject_key <> ALL ($2)) AND is_kept(a.school_id, a.alert_id, NULL)
          AND (a.alert_id = ANY ($3) OR EXISTS (
              SELECT 1 FROM unnest($4::uuid[], $5::bigint[]) AS r (stream_id, seq) JOIN event e ON e.school_id = $1 AND e.stream_id = r.stream_id AND e.seq = r.seq
              WHERE e.alert_id = a.alert_id))
        ORDER BY a.number
        """;

    public const string PersonHeld = "SELECT count(*)::int FROM legal_hold WHERE school_id = $1 AND lifted_at IS NULL AND subject_keys && $2";

    public const string ErasedBefore = "SELECT count(*)::int FROM erased_subject WHERE school_id = $1 AND subject_key = ANY ($2)";

    // As erase_events leaves them.
    public const string EventsAbout = """
        SELECT stream_id, seq, part, detail, is_kept(school_id, alert_id, subject_key) OR (alert_id IS NULL AND is_around_kept(school_id, subject_key, received_at)), alert_id
        FROM event WHERE school_id = $1 AND subject_key = ANY ($2)
        """;

    // Pages along the key: a school's events are never all in memory.
    public const string Events = """
        SELECT stream_id, seq, part, detail, alert_id FROM event
        WHERE school_id = $1 AND (stream_id, seq, part) > ($2, $3, $4) AND (subject_key IS NULL OR subject_key <> ALL ($5)) ORDER BY stream_id, seq, part LIMIT 500
        """;

    public const string Evidence = """
        SELECT stream_id, seq, raw, content_type FROM evidence WHERE school_id = $1 AND (stream_id, seq) > ($2, $3) ORDER BY stream_id, seq LIMIT 200
        """;

    public const string DetailsOfRecord = "SELECT part, detail, COALESCE(subject_key = ANY ($4), false) FROM event WHERE school_id = $1 AND stream_id = $2 AND seq = $3 ORDER BY part";

    public const string OtherAlerts = """
        SELECT alert_id, reasons, note, reference, CASE WHEN subject_staff IS NULL THEN subject END FROM alert WHERE school_id = $1 AND (subject_key IS NULL OR subject_key <> ALL ($2))
        """;

    public const string OtherSteps = """
        SELECT s.alert_id, s.step_no, s.note, s.detail, s.step = 'hand_over' FROM alert_step s JOIN alert a ON a.school_id = s.school_id AND a.alert_id = s.alert_id
        WHERE s.school_id = $1 AND (length(s.note) > 0 OR s.detail <> '') AND (a.subject_key IS NULL OR a.subject_key <> ALL ($2))
        """;

    public const string OtherContext = """
        SELECT k.alert_id, k.stream_id, k.seq, k.part, k.detail FROM kept_context k JOIN alert a ON a.school_id = k.school_id AND a.alert_id = k.alert_id
        WHERE k.school_id = $1 AND (a.subject_key IS NULL OR a.subject_key <> ALL ($2))
        """;

    public const string Looks = """
        SELECT seq, object, reason, kept_alert_of(school_id, object) FROM access_record
        WHERE school_id = $1 AND object IS NOT NULL AND (reason IS NOT NULL OR object ~ '[^0-9a-f, -]')
        """;

    public const string Holds = "SELECT hold_id, about, reason, why_lifted FROM legal_hold WHERE school_id = $1 ORDER BY placed_at";
    public const string Unmapped = "SELECT source_id, kind, value, sealed FROM unmapped WHERE school_id = $1 AND sealed IS NOT NULL";

    public const string Counted = "SELECT w FROM counted_words() AS w";

    public const string EraseAlerts = "SELECT erase_alerts($1)";
    public const string EraseEvents = "SELECT events, evidences FROM erase_events($1)";
    public const string ErasePerson = "SELECT people, aliases FROM erase_person($1)";
    public const string EraseNamesApart = "SELECT erase_names_apart($1)";
    public const string EraseLooks = "SELECT erase_access($1)";
    public const string RewriteEvent = "SELECT rewrite_event($1, $2, $3, $4)";
    public const string RewriteEvidence = "SELECT rewrite_evidence($1, $2, $3, $4)";
    public const string RewriteAlert = "SELECT rewrite_alert($1, $2, $3, $4, $5)";
    public const string RewriteStep = "SELECT rewrite_step($1, $2, $3, $4)";
    public const string RewriteHold = "SELECT rewrite_hold($1, $2, $3, $4)";
    public const string RewriteUnmapped = "SELECT rewrite_unmapped($1, $2, $3, $4)";
    public const string RewriteCounted = "SELECT rewrite_counted($1, $2)";
    public const string RewriteContext = "SELECT rewrite_context($1, $2, $3, $4, $5)";
}
