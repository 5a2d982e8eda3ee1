namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>What makes the rooms beside the queue worth looking at: sources that do well and badly, a calendar, silences, an exclusion.</summary>
internal static class Furniture
{
    private const string CalendarJson = """{"terms": [{"name": "Autumn", "first": "2026-09-03", "last": "2026-12-18"}], "closures": [{"first": "2026-10-26", "last": "2026-10-30", "kind": "half-term"}]}""";

    /// <returns>The source that has sent for weeks.</returns>
    public static async Task<Guid> SchoolAsync(Rooms rooms, Guid school)
    {
        var (source, _) = await rooms.AddSourceAsync(school, "smoothwall", "Smoothwall filter");
        var (quiet, _) = await rooms.AddSourceAsync(school, "senso", "Senso classrooms");
        await rooms.StandsAsync(school, quiet, "silent", "Silent since Monday 09:14 in school time: it usually sends every 15 minutes.");
        await rooms.RunAsync($"""
            INSERT INTO source_state (school_id, source_id, state, alarming, since, expected_gap, gap_basis, words, notices)
            VALUES ('{school}', '{source}', 'healthy', false, now(), '15 min', 'measured', 'Heard as expected.', ARRAY['Phones on mobile data are not seen by it.']) ON CONFLICT DO NOTHING;
            INSERT INTO source_activity (school_id, source_id, hour, records, unreadable, skewed, heard)
            SELECT '{school}', '{source}', date_trunc('hour', now()) - n * interval '1 hour', 900 + (n * 7919) % 700, (n * 31) % 90, 0, 1 FROM generate_series(0, 640) n
            WHERE extract(hour FROM now() - n * interval '1 hour') BETWEEN 8 AND 16 AND extract(isodow FROM now() - n * interval '1 hour') < 6
            ON CONFLICT DO NOTHING;
            INSERT INTO source_health (school_id, source_id, first_received_at, last_received_at, last_activity_at, records, concern, review, unknown_role)
            VALUES ('{school}', '{source}', now() - interval '40 days', now(), now() - interval '3 minutes', 184230, 90, 412, 0) ON CONFLICT DO NOTHING;
            INSERT INTO unmapped VALUES ('{school}', '{source}', 'category', 'Proxy Avoidance Tools', 312, now() - interval '9 days', now()), ('{school}', '{source}', 'record', 'no_mapping', 41, now(), now()) ON CONFLICT DO NOTHING;
            INSERT INTO door_trouble (school_id, source_id, kind, count, first_seen, last_seen) VALUES ('{school}', '{source}', 'wrong_key', 12, now(), now()) ON CONFLICT DO NOTHING;
            INSERT INTO canary (school_id, canary_id, source_id, name, token, address, every, last_seen_at)
            VALUES ('{school}', gen_random_uuid(), '{source}', 'Library PC 1', 'oscanaryoscanaryoscanary', 'a.invalid', '15 min', now() - interval '6 minutes');
            INSERT INTO school_calendar (school_id, content) VALUES ('{school}', '{CalendarJson}');
            INSERT INTO silence (school_id, silence_id, theme, most_severity, reason, author, author_id, starts_at, ends_at)
            VALUES ('{school}', gen_random_uuid(), 'drugs', 2, 'Year 8 lesson on vapes', 'Dana Lead', gen_random_uuid(), now() - interval '1 day', now() + interval '3 days'),
                   ('{school}', gen_random_uuid(), 'gambling', 3, '=cmd|''/c calc''!A1 <b>bold</b> and a reason that goes on and on until it is long', 'Deputy Dee', gen_random_uuid(), now(), now() + interval '9 days');
            INSERT INTO school_rule VALUES ('{school}', gen_random_uuid(), 1, 'dagger lane', '', 0, 'A road by the school', 'Dana Lead', now(), now(), now() + interval '60 days');
            """);
        return source;
    }
}
