using System.Text;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>
/// What Postgres itself lets people read of alerts, events, steps and the ledger, for every pair of role sets, whatever C# may think. Held against
/// <see cref="ConflictOfInterest"/>; and the same with the policies broken on purpose, where it must find each break.
/// </summary>
public sealed class ConflictOfInterestSqlTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly string[] Jobs = ["dsl", "deputy", "head", "chair"];
    private static readonly string[] AllRoutes = ["dsl", "head", "chair"];

    private TestInstallation _installation = null!;

    public async Task InitializeAsync() => _installation = await TestInstallation.CreateAsync(postgres.Server);

    public async Task DisposeAsync() => await _installation.DisposeAsync();

    [Fact]
    public async Task NoPairOfRolesReadsAnythingThatTheRuleForbidsAndEverybodyReadsWhatIsTheirs()
    {
        var schools = Schools(Sets()).ToList();
        await FillAsync(schools);
        var found = new List<string>();
        for (var i = 0; i < schools.Count; i++)
        {
            // Events, steps and the ledger ask the alert's own policy: some of the pairs are enough for them.
            found.AddRange(await DifferencesAsync(schools[i], whole: i % 7 == 0));
        }

        Assert.True(found.Count == 0, $"{found.Count} differences:\n{string.Join('\n', found.Take(20))}");
        Assert.Equal((16 * 17 / 2) + 16, schools.Count);
    }

    /// <summary>A part of the rule, and what stands in its place; null for what reads the same all the same, because it is said in a second place as well.</summary>
    private static readonly (string Function, string Part, string Instead, string? WhatIsRead)[] Breaks =
    [
        ("standing", "person = subject", "false", "by people about themselves"),
        ("standing", "roles_of_subject(subject, subject_role) <> '{}'", "false", "by whoever holds the role of a subject whom no account leads to"),
        ("standing", "WHEN desks && ARRAY['head', 'trust'] THEN 1", "WHEN desks && ARRAY['head', 'trust', 'chair'] THEN 1", "by a chair who was told of a pupil"),
        ("standing", "WHEN 'head' = ANY (desks) AND NOT", "WHEN 'head' = ANY (desks) OR NOT", "by a head, of a pupil who asks for help"),
        ("standing", "WHEN 'head' = ANY (desks) THEN 2 WHEN", "WHEN desks && ARRAY['head', 'dsl'] THEN 2 WHEN", "by a DSL, of a member of staff"),
        ("standing", "ELSE CASE WHEN 'chair' = ANY (desks) THEN 2", "ELSE CASE WHEN desks && ARRAY['chair', 'head'] THEN 2", "by a head, of a fellow head"),
        ("matter_of", "OR subject_role = 3", "", "of a head whom no account leads to, on the wrong desk"),
        ("matter_of", "'head' = ANY (s.roles)", "false", "of a head whose alert is on the head's desk"),
        ("matter_of", "OR subject IS NOT NULL OR subject_role > 1", "", "of staff whose alert is on the DSL's desk"),
        ("matter_of", "WHEN audience = 0 THEN 'pupil'", "WHEN audience < 9 THEN 'pupil'", "of help-seeking"),
        ("desks_filled", "s.staff_id IS DISTINCT FROM subject AND", "", null),
        ("desks_filled", "s.enabled AND", "", "too little, while a desk counts as filled by an account that was ended"),
        ("desks_of", "AND s.enabled", "", "by an account that was ended"),
        ("desks_of", "s.school_id = current_school() AND", "", null),
        ("trust_staff", "p.named ? lower(btrim(address))", "false", "too little by the trust"),
        ("was_told", "n.staff_id = current_staff() AND", "", "of what somebody else was told"),
        ("was_told", "AND NOT n.withdrawn", "", "of what has left the desk"),
    ];

    [Fact]
    public async Task EachBreakOfTheRuleIsFound()
    {
        var schools = Schools([["dsl"], ["head"], ["chair"], ["dsl", "head"], []]).ToList();
        await FillAsync(schools);
        Assert.Null(await FirstDifferenceAsync(schools));
        foreach (var (function, part, instead, whatIsRead) in Breaks)
        {
            var whole = await BreakAsync(function, part, instead);
            var difference = await FirstDifferenceAsync(schools);
            Assert.True(difference is null == whatIsRead is null, $"{function}, {part}: {whatIsRead}; found {difference}");
            await _installation.Store.RunAsync("SET search_path = onlinesafety; " + whole);
        }

        Assert.Null(await FirstDifferenceAsync(schools));
        await _installation.Store.RunAsync("SET search_path = onlinesafety; DROP POLICY console_read ON event; CREATE POLICY console_read ON event FOR SELECT TO onlinesafety_console USING (school_id = current_school())");
        Assert.Contains(await DifferencesAsync(schools[1], whole: true), difference => difference.Contains(" event ", StringComparison.Ordinal));
    }

    private async Task<string?> FirstDifferenceAsync(List<SchoolUnderTest> schools)
    {
        foreach (var school in schools)
        {
            if ((await DifferencesAsync(school, whole: false)).FirstOrDefault() is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    /// <summary>Returns the function as it was.</summary>
    private async Task<string> BreakAsync(string function, string part, string instead)
    {
        var text = (string)(await _installation.Store.RunAsync($"SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = '{function}' AND pronamespace = 'onlinesafety'::regnamespace"))!;
        Assert.Contains(part, text, StringComparison.Ordinal);
        await _installation.Store.RunAsync("SET search_path = onlinesafety; " + text.Replace(part, instead, StringComparison.Ordinal));
        return text;
    }

    private sealed record SchoolUnderTest(Guid Id, Somebody[] People, IReadOnlyList<(Guid Alert, Case It, bool Told)> Alerts);

    private async Task<List<string>> DifferencesAsync(SchoolUnderTest school, bool whole)
    {
        var differences = new List<string>();
        foreach (var reader in school.People)
        {
            var actor = Actor.Member(reader.Id, "reader", reader.Jobs.Concat(["digest"]));
            await using var console = await _installation[DatabaseRole.Console].OpenAsync(school.Id, actor, CancellationToken.None);
            HashSet<Guid> may = [.. school.Alerts.Where(a => ConflictOfInterest.MayRead(reader, a.It, school.People, a.Told)).Select(a => a.Alert)];
            (string What, string Sql)[] all =
            [
                ("alert", "SELECT alert_id FROM alert"), ("event", "SELECT alert_id FROM event"), ("step", "SELECT alert_id FROM alert_step"),
                ("ledger", "SELECT DISTINCT alert_id FROM notification"),
            ];
            foreach (var (what, sql) in whole ? all : all[..1])
            {
                Compare(what, may, await console.RowsAsync(sql, [], row => row.GetGuid(0), CancellationToken.None));
            }

            await using var notify = await _installation[DatabaseRole.Notify].OpenAsync(school.Id, Actor.Service("test"), CancellationToken.None);
            var mailable = await notify.AsAsync(reader.Id, () => notify.RowsAsync("SELECT alert_id FROM alert", [], row => row.GetGuid(0), CancellationToken.None), CancellationToken.None);
            Compare("mail", [.. school.Alerts.Where(a => ConflictOfInterest.MayStillBeTold(reader, a.It, school.People)).Select(a => a.Alert)], mailable);

            void Compare(string what, HashSet<Guid> expected, IReadOnlyList<Guid> read)
            {
                foreach (var (id, it, told) in school.Alerts.Where(a => expected.Contains(a.Alert) != read.Contains(a.Alert)))
                {
                    differences.Add($"[{string.Join(',', reader.Jobs)}]{(reader.AtTrust ? " trust" : "")} {(read.Contains(id) ? "reads" : "misses")} {what} of {it}, told {told}, subject {(it.Named == reader.Id ? "self" : it.Named is null ? "unnamed" : "other")}, other [{string.Join(',', school.People.First(p => p != reader).Jobs)}]");
                }
            }
        }

        return differences;
    }

    private static IEnumerable<string[]> Sets() => Enumerable.Range(0, 16).Select(bits => Jobs.Where((_, i) => (bits >> i & 1) == 1).ToArray());

    /// <summary>Every pair of role sets; and of each set a school where the other one's account was ended.</summary>
    private static IEnumerable<SchoolUnderTest> Schools(IEnumerable<string[]> sets)
    {
        var all = sets.ToList();
        for (var one = 0; one < all.Count; one++)
        {
            // Both of a pair are readers, and each of them is the subject of some of the alerts.
            for (var other = one; other < all.Count; other++)
            {
                // The trust sits in two thirds of the schools, on either side.
                yield return School(all[one], all[other], enabled: true, trust: (one + other) % 3);
            }

            yield return School(all[one], Jobs, enabled: false, trust: 0);
        }
    }

    private static SchoolUnderTest School(string[] one, string[] other, bool enabled, int trust)
    {
        Somebody[] people = [new(Guid.NewGuid(), one, trust == 1, Enabled: true), new(Guid.NewGuid(), other, trust == 2 || !enabled, enabled)];
        var subjects = Enum.GetValues<PersonRole>().Select(role => ((Guid?)null, role)).Append((people[0].Id, PersonRole.Staff)).Append((people[1].Id, PersonRole.Unknown));
        var alerts = from subject in subjects
                     from route in AllRoutes
                     from audience in Enum.GetValues<Audience>()
                     from told in new[] { false, true }
                     select (Guid.NewGuid(), new Case(route, audience, subject.Item1, subject.Item2), told);
        return new SchoolUnderTest(Guid.NewGuid(), people, [.. alerts]);
    }

    /// <summary>Each alert with an event, a step and ledger rows: whether told or not, rows of a desk that it has left and of somebody who is not there.</summary>
    private async Task FillAsync(List<SchoolUnderTest> schools)
    {
        await using var source = NpgsqlDataSource.Create(_installation.Store.ConnectionString);
        foreach (var school in schools)
        {
            var sql = new StringBuilder($"SET search_path = onlinesafety; INSERT INTO school (school_id, name) VALUES ('{school.Id}', 'X');\n");
            foreach (var person in school.People)
            {
                // Everybody can sign in, so that somebody without a role is somebody too.
                sql.AppendLine($"INSERT INTO staff (school_id, staff_id, name, email, roles, enabled) VALUES ('{school.Id}', '{person.Id}', 'X', '{person.Id}@x.test', '{{{string.Join(',', person.Jobs.Append("digest"))}}}', {person.Enabled});");
            }

            var trust = school.People.Where(person => person.AtTrust).Select(person => person.Id).ToList();
            sql.AppendLine($$"""
                INSERT INTO school_policy (school_id, policy, named, set_at, set_by, revision) VALUES ('{{school.Id}}',
                    jsonb_build_object('trust', ARRAY(SELECT upper(t || '@x.test') FROM unnest('{{{string.Join(',', trust)}}}'::text[]) AS t)),
                    COALESCE((SELECT jsonb_object_agg(t || '@x.test', t) FROM unnest('{{{string.Join(',', trust)}}}'::text[]) AS t), '{}'), now(), 'x', 1);
                """);
            await using (var command = source.CreateCommand(sql.ToString()))
            {
                await command.ExecuteNonQueryAsync();
            }

            await using var alerts = source.CreateCommand("""
                WITH given AS (
                    SELECT * FROM unnest($2::uuid[], $3::text[], $4::smallint[], $5::uuid[], $6::smallint[], $7::boolean[]) WITH ORDINALITY AS g (id, route, audience, subject, role, told, number)
                ), alerts AS (
                    INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
                        subject_staff, source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at)
                    SELECT $1, id, number, 4, 1, 'suicide', 'suicide', '{suicide}', false, audience, route, 'user:x', role, subject, '{}', '{protex}', 1, '[]', now(), now(), now() FROM given
                ), events AS (
                    INSERT INTO onlinesafety.event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme,
                        parent_theme, audience, route, subject_role, subject_staff, vendor, detail)
                    SELECT $1, id, 1, 0, $1, id, now(), now(), now(), 1, 1, 1, 4, 'suicide', 'suicide', 0, route, role, subject, 'protex', '{}' FROM given
                ), steps AS (
                    INSERT INTO onlinesafety.alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state)
                    SELECT $1, id, now(), 'service', 'x', 'grown', 'new', 'new' FROM given
                )
                INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, due_at, created_at, withdrawn)
                SELECT $1, gen_random_uuid(), 'alert', 'raised', id, staff, 'email', 'sent', now(), now(), withdrawn
                FROM given, (SELECT unnest($8::uuid[]) AS staff, false AS withdrawn, true AS told
                             UNION ALL SELECT unnest($8::uuid[]), true, false
                             UNION ALL SELECT gen_random_uuid(), false, false) AS rows (staff, withdrawn, rows_told)
                WHERE given.told OR NOT rows_told
                """);
            alerts.Parameters.AddWithValue(school.Id);
            alerts.Parameters.AddWithValue(school.Alerts.Select(a => a.Alert).ToArray());
            alerts.Parameters.AddWithValue(school.Alerts.Select(a => a.It.Route).ToArray());
            alerts.Parameters.AddWithValue(school.Alerts.Select(a => (short)a.It.Audience).ToArray());
            alerts.Parameters.AddWithValue(school.Alerts.Select(a => a.It.Named).ToArray());
            alerts.Parameters.AddWithValue(school.Alerts.Select(a => (short)a.It.Role).ToArray());
            alerts.Parameters.AddWithValue(school.Alerts.Select(a => a.Told).ToArray());
            alerts.Parameters.AddWithValue(school.People.Select(person => person.Id).ToArray());
            await alerts.ExecuteNonQueryAsync();
        }
    }
}
