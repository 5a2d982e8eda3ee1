using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing.Upgrade;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Sealing;

/// <summary>A database that was filled before sealing began: it works at once, and nothing of it stays plain.</summary>
public sealed class SealingUpgradeTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Before = "0023_reports_on_the_console";

    private static readonly Actor Operator = Actor.Operator("tester");

    [Fact]
    public async Task WhatWasStoredBeforeIsReadAtOnceAndSealedWithoutLoss()
    {
        await using var installation = await TestInstallation.CreateAtAsync(postgres.Server, Before);
        var school = await FillAsync(installation);
        await installation.UpgradeAsync();

        await AssertReadsAsync(installation, school);
        Assert.NotEqual(0, await PlainAsync(installation, school));

        Assert.Equal(0, await UpgradeOf(installation).PassAsync(CancellationToken.None));

        installation.Seals.Forget(school);
        Assert.Equal(0, await PlainAsync(installation, school));
        Assert.False((await installation.Seals.OfAsync(school, CancellationToken.None)).MayBePlain);
        await AssertReadsAsync(installation, school);
        var found = await installation.Store.RunAsync("""
            SELECT string_agg(t, ' ') FROM (
                SELECT row_to_json(a)::text AS t FROM onlinesafety.alert a UNION ALL SELECT row_to_json(e)::text FROM onlinesafety.event e
                UNION ALL SELECT row_to_json(p)::text FROM onlinesafety.person p UNION ALL SELECT row_to_json(p)::text FROM onlinesafety.person_alias p
                UNION ALL SELECT row_to_json(s)::text FROM onlinesafety.alert_step s UNION ALL SELECT row_to_json(u)::text FROM onlinesafety.unmapped u
                UNION ALL SELECT row_to_json(b)::text FROM onlinesafety.counter_block b UNION ALL SELECT row_to_json(v)::text FROM onlinesafety.evidence v) rows
            """) as string;
        Assert.DoesNotContain("zqx", found, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(Convert.ToHexStringLower("zqx"u8), found, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task AKillLeavesWholeBatchesAndTheNextOneGoesOn()
    {
        await using var installation = await TestInstallation.CreateAtAsync(postgres.Server, Before);
        var school = await FillAsync(installation, events: 450);
        await installation.UpgradeAsync();

        using var killed = new CancellationTokenSource();
        var pass = UpgradeOf(installation).PassAsync(killed.Token);
        for (var i = 0; i < 500 && await installation.Store.RunAsync("SELECT count(*) FROM onlinesafety.event WHERE onlinesafety.is_sealed(detail)") is 0L; i++)
        {
            await Task.Delay(10);
        }

        await killed.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pass);
        Assert.InRange(await PlainAsync(installation, school), 1, long.MaxValue);

        Assert.Equal(0, await UpgradeOf(installation).PassAsync(CancellationToken.None));
        Assert.Equal(0, await PlainAsync(installation, school));
    }

    [Fact]
    public async Task ASchoolWhoseKeyCannotBeOpenedKeepsNoOtherPlain()
    {
        await using var installation = await TestInstallation.CreateAtAsync(postgres.Server, Before);
        var (first, second) = (await FillAsync(installation, name: "First Academy"), await FillAsync(installation, name: "Second Academy"));
        await installation.UpgradeAsync();
        await installation.Store.RunAsync($"INSERT INTO onlinesafety.school_key (school_id, key_id, master_id, wrapped) VALUES ('{first}', '{first}', 'elsewhere', 'x')");

        Assert.Equal(1, await UpgradeOf(installation).PassAsync(CancellationToken.None));

        Assert.NotEqual(0, await PlainAsync(installation, first));
        Assert.Equal(0, await PlainAsync(installation, second));
    }

    [Fact]
    public async Task TheRightsForSealingAreGoodForNothingElse()
    {
        await using var installation = await TestInstallation.CreateAtAsync(postgres.Server, Before);
        var school = await FillAsync(installation);
        await installation.UpgradeAsync();
        await UpgradeOf(installation).PassAsync(CancellationToken.None);
        foreach (var sql in new[]
        {
            "UPDATE event SET detail = 'x' WHERE school_id = $1", "UPDATE event SET subject_key = 'user:other' WHERE school_id = $1", "UPDATE evidence SET raw = 'x' WHERE school_id = $1",
            "UPDATE alert SET note = 'x' WHERE school_id = $1", "UPDATE alert SET subject_key = 'user:other' WHERE school_id = $1", "UPDATE alert SET subject = NULL WHERE school_id = $1",
            "UPDATE alert_step SET note = 'x' WHERE school_id = $1 AND length(note) > 0", "UPDATE person SET account = 'x' WHERE school_id = $1",
            "UPDATE person_alias SET alias = 'x' WHERE school_id = $1",
        })
        {
            await using var session = await installation[DatabaseRole.Process].OpenAsync(school, Operator, CancellationToken.None);
            var error = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => session.ExecuteAsync(sql, [school], CancellationToken.None));
            Assert.True(error.SqlState == Npgsql.PostgresErrorCodes.InsufficientPrivilege, sql);
        }
    }

    private static SealingUpgrade UpgradeOf(TestInstallation installation) =>
        new(installation[DatabaseRole.Process], installation.Seals, TimeProvider.System, NullLogger<SealingUpgrade>.Instance);

    private static async Task<long> PlainAsync(TestInstallation installation, Guid school)
    {
        await using var session = await installation[DatabaseRole.Process].OpenAsync(school, Operator, CancellationToken.None);
        return (await SealingCounts.OfAsync(session, school, CancellationToken.None)).Sum(column => column.Plain);
    }

    /// <summary>Everything that is shown of the school, as it was before.</summary>
    private static async Task AssertReadsAsync(TestInstallation installation, Guid school)
    {
        var queue = new AlertQueue(
            installation[DatabaseRole.Console], ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()),
            new OnlineSafety.Monitoring.Alerts.Policy.PolicyDirectory(BankHolidays.None, NullLogger.Instance), installation.Seals);
        var shown = await queue.ShowAsync(school, Operator, new AlertReference(null, 1), CancellationToken.None);
        Assert.Equal("user:zqxjane", shown!.Subject);
        Assert.Equal("zqx reason", Assert.Single(shown.Reasons).Explanation);
        Assert.Equal(("zqx note", "zqx reference"), (shown.Note, shown.Reference));
        Assert.Equal("zqxjane", shown.Events[0].User);
        var steps = await queue.HistoryAsync(school, Operator, new AlertReference(null, 1), CancellationToken.None);
        Assert.Equal(["", "zqx reference", "zqx said"], steps.Select(step => step.Note.Length > 0 ? step.Note : step.Detail).Order(StringComparer.Ordinal));

        var trail = new AuditTrail(installation[DatabaseRole.Audit], installation.Seals);
        Assert.NotEmpty(await trail.WhoSawPersonAsync(school, Operator, "zqxalias", "why", CancellationToken.None));
        Assert.NotEmpty(await trail.WhoSawPersonAsync(school, Operator, @"SCHOOL\ZQXJane", "why", CancellationToken.None));
        Assert.Empty(await trail.WhoSawPersonAsync(school, Operator, "zqxnobody", "why", CancellationToken.None));

        var people = new PeopleDirectory(installation[DatabaseRole.Process], installation.Seals, TimeProvider.System);
        var known = (await people.OfAsync(school, CancellationToken.None)).Find("zqxalias"u8, "zqxalias"u8);
        Assert.Equal(("zqxjane", "9"), (known.Account, known.Year));
        using var list = new MemoryStream(Encoding.UTF8.GetBytes("account,aliases,role,year,date of birth\nzqxjane,zqxalias,pupil,9,2012-09-01\n"));
        var import = await new PeopleImport(installation[DatabaseRole.Setup], installation.Seals, TimeProvider.System)
            .RunAsync(school, PeopleFile.Read(list, new DateOnly(2026, 11, 25)), skipBad: false, Operator, _ => { }, CancellationToken.None);
        Assert.Equal((0, 0, 1), (import.Added, import.Changed, import.Unchanged));

        await using var session = await installation[DatabaseRole.Setup].OpenAsync(school, Operator, CancellationToken.None);
        var unmapped = await new OnlineSafety.Monitoring.Sources.SourceRegister(installation[DatabaseRole.Setup], TimeProvider.System)
            .UnmappedAsync(await installation.Seals.OfAsync(school, CancellationToken.None), words: true, Operator, CancellationToken.None);
        Assert.Equal([("category", "zqxword", 3L), ("record", "unclaimed", 2L)], unmapped.Select(u => (u.Kind, u.Value!, u.Count)).Order());
    }

    private static async Task<Guid> FillAsync(TestInstallation installation, int events = 3, string name = "Example Academy")
    {
        var (school, source, alert, stream) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await installation.Store.RunAsync($$$"""
            SET search_path = onlinesafety;
            INSERT INTO school (school_id, name) VALUES ('{{{school}}}', '{{{name}}}');
            INSERT INTO source (school_id, source_id, name, product, door) VALUES ('{{{school}}}', '{{{source}}}', 's', 'protex', 1);
            INSERT INTO person (school_id, person_id, account, role, year_group, date_of_birth) VALUES ('{{{school}}}', '{{{alert}}}', 'zqxjane', 1, '9', '2012-09-01');
            INSERT INTO person_alias (school_id, alias, person_id) VALUES ('{{{school}}}', 'zqxalias', '{{{alert}}}');
            INSERT INTO alert (school_id, alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
                               source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at, acknowledged_at, acknowledged_by, acted_at,
                               resolved_at, resolved_by, outcome, note, reference)
                VALUES ('{{{school}}}', '{{{alert}}}', 1, 'resolved', 3, 1, 's', 's', ARRAY['s'], false, 0, 'dsl', 'user:zqxjane', 1, ARRAY['{{{source}}}']::uuid[], ARRAY['protex'], 1,
                        '[{"rule":"modifier.low-trust","version":"1","field":"text","matched":"zqx","explanation":"zqx reason"}]', now(), now(), now(), now(), 'x', now(), now(), 'x', 'concern', 'zqx note', 'zqx reference');
            INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state, detail) VALUES ('{{{school}}}', '{{{alert}}}', now(), 'staff', 'x', 'hand_over', 'new', 'handed_over', 'zqx reference');
            INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state, note) VALUES ('{{{school}}}', '{{{alert}}}', now(), 'staff', 'x', 'note', 'handed_over', 'handed_over', 'zqx said');
            INSERT INTO event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity, theme, parent_theme,
                               audience, route, subject_key, subject_role, vendor, detail, signature)
                SELECT '{{{school}}}', '{{{stream}}}', n, 0, '{{{source}}}', '{{{alert}}}', now() - n * interval '1 minute', now(), now(), 1, 1, 1, 3, 's', 's', 0, 'dsl', 'user:zqxjane', 1, 'protex',
                       '{"event":{"data":{"subject":{"user":"zqxjane"},"url":"https://zqx.example/"}},"assessment":{"reasons":[]},"history":[]}', 7 FROM generate_series(1, {{{events}}}) n;
            INSERT INTO evidence SELECT '{{{school}}}', '{{{stream}}}', n, 1, 'text/plain', '192.0.2.1', '\xff00' || convert_to('zqxjane searched', 'UTF8') FROM generate_series(1, {{{events}}}) n;
            INSERT INTO unmapped VALUES ('{{{school}}}', '{{{source}}}', 'category', 'zqxword', 3, now(), now()), ('{{{school}}}', '{{{source}}}', 'record', 'unclaimed', 2, now(), now());
            INSERT INTO counter_block (school_id, stream_id, first_seq, last_seq, source_id, recorded_at, concern, counted, review, control, hours, actions, categories, themes, roles, years,
                                       counts, unmapped_kinds, unmapped_values, unmapped_counts)
                VALUES ('{{{school}}}', '{{{stream}}}', 1, 1, '{{{source}}}', now(), 1, 0, 0, 0, '{}', '{}', '{}', '{}', '{}', '{}', '{}', ARRAY['category', 'record'], ARRAY['zqxword', 'unclaimed'], ARRAY[3, 2]);
            """);
        return school;
    }
}
