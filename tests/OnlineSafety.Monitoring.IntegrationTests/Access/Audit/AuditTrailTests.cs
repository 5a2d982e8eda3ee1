using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Audit;

public sealed class AuditTrailTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly Actor Lead = new(ActorKind.Staff, "D. Lead", Guid.NewGuid(), ["dsl"]);
    private static readonly Actor Deputy = new(ActorKind.Staff, "E. Deputy", Guid.NewGuid(), ["dsl"]);
    private static readonly Actor Head = new(ActorKind.Staff, "F. Head", Guid.NewGuid(), ["head"]);

    [Fact]
    public async Task WhoSawAnAlertIsWhoOpenedItWhoActedOnItAndWhoseListsShowedIt()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddSchoolAsync(database);
        await database.AddAlertAsync(school, 1);
        var queue = Queue(database);
        await queue.ListAsync(school, Deputy, [], 100, default);
        await database.AddAlertAsync(school, 2);
        await queue.ListAsync(school, Lead, [], 100, default);
        await queue.ShowAsync(school, Lead, new AlertReference(null, 2), default);
        await queue.ShowAsync(school, Deputy, new AlertReference(null, 1), default);
        await queue.StepAsync(school, Lead, new AlertReference(null, 2), new AlertMove.Acknowledge(), default);

        var saw = (await Trail(database).WhoSawAsync(school, InstallationDatabase.Tester, new AlertReference(null, 2), "test", default))!;

        Assert.Equal(
            [(true, "D. Lead", "alert.list"), (false, "D. Lead", "alert.show"), (false, "D. Lead", "alert.acknowledge")],
            saw.Select(s => (s.Listed, s.Entry.Actor, s.Entry.Action)));
        Assert.Null(await Trail(database).WhoSawAsync(school, InstallationDatabase.Tester, new AlertReference(null, 3), reason: null, default));
        Assert.Equal("operator tester audit.who-saw 2", Assert.Single(await database.AccessRecordsAsync("audit.%")));
        var reason = (string)(await database.Test.RunAsync("SELECT reason FROM onlinesafety.access_record WHERE action = 'audit.who-saw'"))!;
        Assert.Equal("test", (await database.Seals.OfAsync(school, default)).OpenWords(reason, SealedField.AccessReason));
    }

    [Fact]
    public async Task LooksAtAPersonAtTheHourAtAlikeOnesAndByAFeedAreFoundByAlertAndByPerson()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddSchoolAsync(database);
        var first = await database.AddAlertAsync(school, 1);
        await database.AddAlertAsync(school, 2);
        await database.AddAlertAsync(school, 3);
        await database.Test.RunAsync("UPDATE onlinesafety.alert SET subject_key = 'user:pupil2' WHERE number = 3");
        await database.AddEventAsync(school, first, "{}");
        await database.Test.RunAsync("UPDATE onlinesafety.event SET subject_key = 'user:pupil1'");
        var (who, guide) = (new SignedInStaff(school, Lead), ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()));
        var around = new SurroundingsReader(database[DatabaseRole.Console], guide, new PolicyDirectory(BankHolidays.None, NullLogger.Instance), database.Seals, TimeProvider.System);
        var visits = new AlertVisits(database[DatabaseRole.Console], Queue(database), around, database.Seals);
        await visits.OpenAsync(who, new AlertReference(first, 0), default);
        await visits.OpenHourAsync(who, new AlertReference(first, 0), "the tutor asks", default);
        await around.AlikeAsync(who, "none", default);
        await new QueueReader(database[DatabaseRole.Console], guide, new PolicyDirectory(BankHolidays.None, NullLogger.Instance), database.Seals).ShownAsync(who, [3, 2], default);

        async Task<string> SawAsync(int number) => string.Join(' ', (await Trail(database).WhoSawAsync(school, InstallationDatabase.Tester, new AlertReference(null, number), reason: null, default))!.Select(s => s.Entry.Action));
        Assert.Equal("alert.show alert.hour", await SawAsync(1));
        // The first one's page and feed showed it besides.
        Assert.Equal("alert.show alert.hour alert.live", await SawAsync(2));
        Assert.Equal("alert.live", await SawAsync(3));
        Assert.Equal(
            ["1 alert.show", "2 alert.show", "1 alert.hour", "2 alert.hour", "2 alert.live"],
            (await Trail(database).WhoSawPersonAsync(school, InstallationDatabase.Tester, "pupil1", "test", default)).Select(s => $"{s.Number} {s.Entry.Action}"));
        Assert.Equal(0L, await database.Test.RunAsync("SELECT count(*) FROM onlinesafety.access_record WHERE object LIKE '%pupil%'"));
    }

    [Theory]
    [InlineData("pupil1")]
    [InlineData("SCHOOL\\Pupil1")]
    [InlineData("p.one@school.example")]
    public async Task APersonIsFoundByAccountAndAliasAndNobodyIsNamedInTheRecordOfTheQuestion(string asked)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddSchoolAsync(database);
        await database.Test.RunAsync($"""
            INSERT INTO onlinesafety.person (school_id, person_id, account, role) VALUES ('{school}', '{school}', 'pupil1', 1);
            INSERT INTO onlinesafety.person_alias (school_id, alias, person_id) VALUES ('{school}', 'p.one', '{school}')
            """);
        await database.AddAlertAsync(school, 1);
        await database.AddAlertAsync(school, 2);
        await database.Test.RunAsync("UPDATE onlinesafety.alert SET subject_key = 'user:pupil2' WHERE number = 2");
        await Queue(database).ShowAsync(school, Lead, new AlertReference(null, 1), default);
        await Queue(database).ShowAsync(school, Lead, new AlertReference(null, 2), default);

        Assert.Equal(1, Assert.Single(await Trail(database).WhoSawPersonAsync(school, InstallationDatabase.Tester, asked, "test", default)).Number);
        Assert.Empty(await Trail(database).WhoSawPersonAsync(school, InstallationDatabase.Tester, "pupil3", "test", default));
        Assert.Equal(["operator tester audit.who-saw 1", "operator tester audit.who-saw "], await database.AccessRecordsAsync("audit.%"));
    }

    [Fact]
    public async Task WhatIsAboutTheReaderIsNotAnswered()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddSchoolAsync(database);
        await database.AddAlertAsync(school, 1, route: "head", subjectStaff: Lead.Staff);
        await Queue(database).ShowAsync(school, Head, new AlertReference(null, 1), default);

        Assert.Null(await Trail(database).WhoSawAsync(school, Lead, new AlertReference(null, 1), reason: null, default));
        Assert.Empty(await Trail(database).WhoSawPersonAsync(school, Lead, "pupil1", "test", default));
        Assert.Empty(await Trail(database).UnansweredAsync(school, Lead, default));
        Assert.Single(await Trail(database).UnansweredAsync(school, Head, default));
    }

    [Fact]
    public async Task WhatMayBeAboutTheReaderByRoleIsNotAnsweredEither()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddSchoolAsync(database);
        var chair = new Actor(ActorKind.Staff, "C. Chair", Guid.NewGuid(), ["chair"]);
        await database.Test.RunAsync($"INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles) VALUES ('{school}', '{chair.Staff}', 'C. Chair', 'chair@school.example', ARRAY['chair'])");
        var alert = await database.AddAlertAsync(school, 1, route: "chair");
        await database.Test.RunAsync("UPDATE onlinesafety.alert SET subject_role = 3");
        Assert.NotNull(await Queue(database).ShowAsync(school, chair, new AlertReference(null, 1), default));
        var both = Head with { Routes = ["head", "dpo"] };

        Assert.Empty(await Trail(database).UnansweredAsync(school, both, default));
        Assert.Null(await Trail(database).WhoSawAsync(school, both, new AlertReference(null, 1), reason: null, default));
        Assert.Empty(await Trail(database).WhoSawPersonAsync(school, both, "pupil1", "test", default));
        Assert.DoesNotContain(await Trail(database).ListAsync(school, both, new AuditFilter(), default), entry => entry.Actor == "C. Chair" || entry.Object == alert.ToString());
        Assert.Single(await Trail(database).UnansweredAsync(school, Lead, default));
    }

    [Fact]
    public async Task TheListSaysNeitherWhichAlertIsAboutTheReaderNorWhoHandlesIt()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddSchoolAsync(database);
        var about = await database.AddAlertAsync(school, 1, route: "head", subjectStaff: Lead.Staff);
        var fell = await database.AddAlertAsync(school, 2, route: "head");
        await database.AddAlertAsync(school, 3, route: "head");
        var (queue, trail) = (Queue(database), Trail(database));
        await queue.ListAsync(school, Head, ["new"], 100, default);
        await queue.ShowAsync(school, Head, new AlertReference(null, 1), default);
        await queue.StepAsync(school, Head, new AlertReference(null, 1), new AlertMove.Note("For myself."), default);
        await queue.ShowAsync(school, Head, new AlertReference(null, 2), default);
        await trail.WhoSawAsync(school, Head, new AlertReference(null, 1), reason: null, default);
        await database.Test.RunAsync($"ALTER TABLE onlinesafety.alert DISABLE TRIGGER USER; DELETE FROM onlinesafety.alert WHERE alert_id = '{fell}'; ALTER TABLE onlinesafety.alert ENABLE TRIGGER USER");

        async Task<string[]> ListedAsync(Actor reader, string? by = null) =>
            [.. (await trail.ListAsync(school, reader, new AuditFilter { Actor = by }, default)).Where(e => e.Entry is > 1 and < 7).Select(e => $"{e.Actor}: {e.Action} {e.Object}")];

        // Who looked at one that fell is said as before: it is about nobody any more.
        Assert.Equal(
            ["F. Head: alert.list new 2-3", "not shown to you: alert.show not shown to you", "not shown to you: alert.note not shown to you", $"F. Head: alert.show {fell}", "F. Head: audit.who-saw "],
            await ListedAsync(Lead));
        Assert.Equal(["F. Head: alert.list new 2-3", $"F. Head: alert.show {fell}", "F. Head: audit.who-saw "], await ListedAsync(Lead, "F. Head"));
        Assert.Empty(await ListedAsync(Lead, AuditTrail.NotShown));
        Assert.Equal(
            ["F. Head: alert.list new 1-3", $"F. Head: alert.show {about}", $"F. Head: alert.note {about}", $"F. Head: alert.show {fell}", "F. Head: audit.who-saw 1"],
            await ListedAsync(Deputy));
        Assert.Equal(await ListedAsync(Deputy), await ListedAsync(InstallationDatabase.Tester));
        Assert.True((await new AuditVerifier(database[DatabaseRole.Audit]).VerifyAsync(school, [], progress: null, default)).Clean);
    }

    [Fact]
    public async Task AnAlertThatWasOpenedIsOnTheListUntilSomebodyActs()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddSchoolAsync(database);
        await database.AddAlertAsync(school, 1);
        await database.AddAlertAsync(school, 2, severity: 4);
        await database.AddAlertAsync(school, 3);
        var (queue, trail) = (Queue(database), Trail(database));
        await queue.ListAsync(school, Lead, [], 100, default);
        Assert.Empty(await trail.UnansweredAsync(school, InstallationDatabase.Tester, default));

        await queue.ShowAsync(school, Lead, new AlertReference(null, 1), default);
        await queue.ShowAsync(school, Deputy, new AlertReference(null, 2), default);
        await queue.ShowAsync(school, Lead, new AlertReference(null, 2), default);
        await queue.ShowAsync(school, Lead, new AlertReference(null, 2), default);
        var viewed = await trail.UnansweredAsync(school, InstallationDatabase.Tester, default);
        Assert.Equal([(2, "critical", 3L, "D. Lead,E. Deputy"), (1, "high", 1L, "D. Lead")], viewed.Select(v => (v.Number, v.Severity, v.Looks, string.Join(',', v.OpenedBy))));

        await queue.StepAsync(school, Lead, new AlertReference(null, 2), new AlertMove.Acknowledge(), default);
        Assert.Equal([1], (await trail.UnansweredAsync(school, InstallationDatabase.Tester, default)).Select(v => v.Number));

        // It grew and is new again: what was opened before somebody acted counts no more.
        await database.Test.RunAsync("UPDATE onlinesafety.alert SET state = 'new', acknowledged_at = NULL, acknowledged_by = NULL WHERE number = 2");
        Assert.Equal([1], (await trail.UnansweredAsync(school, InstallationDatabase.Tester, default)).Select(v => v.Number));
        await queue.ShowAsync(school, Lead, new AlertReference(null, 2), default);
        Assert.Equal([2, 1], (await trail.UnansweredAsync(school, InstallationDatabase.Tester, default)).Select(v => v.Number));
    }

    [Fact]
    public async Task EntriesAreListedByWhoWhatAndWhen()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await AddSchoolAsync(database);
        var other = await database.AddSchoolAsync("Other School");
        await database.AddAlertAsync(school, 1);
        await Queue(database).ShowAsync(school, Lead, new AlertReference(null, 1), default);
        await Queue(database).ShowAsync(school, Deputy, new AlertReference(null, 1), default);
        var trail = Trail(database);

        async Task<string> ListedAsync(AuditFilter filter) => string.Join(' ', (await trail.ListAsync(school, InstallationDatabase.Tester, filter, default)).Select(e => $"{e.Entry}:{e.Action}"));

        Assert.Equal("1:school.add 2:alert.show 3:alert.show", await ListedAsync(new AuditFilter()));
        Assert.Equal("2:alert.show", await ListedAsync(new AuditFilter { Actor = "D. Lead" }));
        Assert.Equal("2:alert.show 3:alert.show", await ListedAsync(new AuditFilter { Action = "alert." }));
        Assert.Equal("6:audit.list", await ListedAsync(new AuditFilter { Limit = 1 }));
        Assert.Equal("", await ListedAsync(new AuditFilter { Until = DateTimeOffset.UnixEpoch }));
        Assert.Equal("", await ListedAsync(new AuditFilter { From = DateTimeOffset.UnixEpoch.AddYears(100) }));
        Assert.Equal(["school.add"], (await trail.ListAsync(other, InstallationDatabase.Tester, new AuditFilter(), default)).Select(e => e.Action));
    }

    /// <summary>A school with these people on its staff list, put there unrecorded.</summary>
    private static async Task<Guid> AddSchoolAsync(InstallationDatabase database)
    {
        var school = await database.AddSchoolAsync();
        await database.Test.RunAsync($"""
            INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles) VALUES ('{school}', '{Lead.Staff}', '{Lead.Name}', 'lead@school.example', ARRAY['dsl']),
                ('{school}', '{Deputy.Staff}', '{Deputy.Name}', 'deputy@school.example', ARRAY['deputy']), ('{school}', '{Head.Staff}', '{Head.Name}', 'head@school.example', ARRAY['head'])
            """);
        return school;
    }

    private static AuditTrail Trail(InstallationDatabase database) => new(database[DatabaseRole.Audit], database.Seals);

    private static AlertQueue Queue(InstallationDatabase database) =>
        new(database[DatabaseRole.Console], ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()), new PolicyDirectory(BankHolidays.None, NullLogger.Instance), database.Seals);
}
