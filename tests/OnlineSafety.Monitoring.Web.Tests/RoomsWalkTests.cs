using Microsoft.Playwright;

namespace OnlineSafety.Monitoring.Web.Tests;

/// <summary>Every page of the rooms beside the queue, furnished and bare, in both colours and at the width of a phone, before axe.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class RoomsWalkTests(ConsoleFixture console)
{
    private readonly Rooms _rooms = new(console);

    [Theory]
    [InlineData(ColorScheme.Light, 1280)]
    [InlineData(ColorScheme.Dark, 1280)]
    [InlineData(ColorScheme.Light, 390)]
    public async Task AxeFindsNothingSeriousAndNothingIsWiderThanTheScreen(ColorScheme colours, int width)
    {
        var (school, source, unknown) = await FurnishedAsync();
        var (everything, _) = await _rooms.AddStaffAsync(school, "Erin All", "dsl", "admin", "it", "dpo");
        var (_, colleague) = await _rooms.AddStaffAsync(school, "Dee Colleague", "deputy", "pastoral");
        await using var visitor = await Visitor.ComeAsync(console, everything, options =>
        {
            options.ColorScheme = colours;
            options.ViewportSize = new ViewportSize { Width = width, Height = 900 };
        });
        string[] addresses =
        [
            "/sources", "/sources/schools", "/sources/add", $"/sources/{source}", $"/sources/{unknown}", $"/sources/{unknown}/onboard", "/reports", "/reports/governors",
            "/reports/governors?term=2025-09-01", "/reports/digests/next", "/rules", "/rules/try", "/rules/what-if", "/rules/packs", "/administration/staff", "/administration/calendar",
            "/administration/channels", "/people", "/alerts/silences", "/audit", "/audit?about=exports", "/audit/who-saw", "/audit/unanswered", "/retention", "/retention/holds", "/retention/erasures", "/administration/policy",
            $"/administration/staff/{colleague}", $"/sources/{Guid.NewGuid()}",
        ];
        foreach (var address in addresses)
        {
            await visitor.GoAsync(address);
            var name = address.Replace(colleague.ToString(), "colleague", StringComparison.Ordinal).Replace(source.ToString(), "one", StringComparison.Ordinal).Replace(unknown.ToString(), "unknown", StringComparison.Ordinal);
            await Pictures.TakeAsync(visitor.Page, name, colours, width);
            // Closed parts count too.
            await visitor.Page.EvaluateAsync("() => document.querySelectorAll('main details').forEach(part => part.open = true)");
            await AccessibilityCheck.RunAsync(visitor.Page);
            Assert.True(await visitor.Page.EvaluateAsync<bool>("() => document.documentElement.scrollWidth <= innerWidth"), $"{address} is wider than the screen.");
        }

        Assert.DoesNotContain(visitor.Trouble, trouble => !trouble.Contains("404", StringComparison.Ordinal));
    }

    private async Task<(Guid School, Guid Source, Guid Unknown)> FurnishedAsync()
    {
        var school = await _rooms.AddSchoolAsync();
        var (source, _) = await _rooms.AddSourceAsync(school, "smoothwall", "Smoothwall filter");
        var (quiet, _) = await _rooms.AddSourceAsync(school, "senso", "Senso classrooms");
        var (unknown, _) = await _rooms.AddSourceAsync(school, "unknown", "New filter", capture: true);
        await _rooms.StandsAsync(school, quiet, "silent", "Silent since Monday 09:14 in school time: it usually sends every 15 minutes.");
        await _rooms.RunAsync($"""
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
        await _rooms.RunAsync($"""
            INSERT INTO legal_hold (school_id, hold_id, subject_keys, about, reason, author, placed_at, lifted_at, lifted_by, why_lifted)
            SELECT '{school}', gen_random_uuid(), ARRAY['user:x'], convert_to('person a.very.long.account.name.of.somebody@students.example-academy.example.test', 'UTF8'),
                convert_to('Request of the police, reference 4411, and a reason that goes on and on until it is long <b>bold</b>', 'UTF8'), 'Olive Officer', now() - interval '9 days', l, CASE WHEN l IS NULL THEN NULL ELSE 'Olive Officer' END,
                CASE WHEN l IS NULL THEN NULL ELSE convert_to('The inquiry is closed', 'UTF8') END FROM unnest(ARRAY[NULL, now()]) l;
            INSERT INTO erasure (school_id, erasure_id, asked_at, asked_by) VALUES ('{school}', gen_random_uuid(), now() - interval '2 days', 'Olive Officer');
            """);
        await _rooms.AddAlertsAsync(school, "bullying", risk: 3, people: 12, each: 3);
        await _rooms.AddAlertsAsync(school, "gambling", risk: 4, people: 4, each: 3);
        await _rooms.AddAlertsAsync(school, "self_harm", risk: 1, people: 7, each: 1, at: "now()");
        return (school, source, unknown);
    }

    private const string CalendarJson = """{"terms": [{"name": "Autumn", "first": "2026-09-03", "last": "2026-12-18"}], "closures": [{"first": "2026-10-26", "last": "2026-10-30", "kind": "half-term"}]}""";
}
