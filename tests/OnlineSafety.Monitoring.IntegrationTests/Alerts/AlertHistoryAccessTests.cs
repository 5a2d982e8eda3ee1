using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>Who sees an alert's history and its messages, asked of the queue and, past it, of the rows themselves.</summary>
public sealed class AlertHistoryAccessTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly AlertReference First = new(null, 1);

    [Fact]
    public async Task ItIsSeenByWhoeverSeesTheAlertAndByNobodyElse()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var other = await database.AddSchoolAsync("Other School");
        var (dsl, head, chair, reader) = (await AddAsync(database, school, "dsl"), await AddAsync(database, school, "head"), await AddAsync(database, school, "chair"), await AddAsync(database, school, "digest"));
        var elsewhere = await AddAsync(database, other, "head");
        // About the DSL, who has the desk of the head as well: what is about oneself is hidden whatever one's desk.
        var subject = Actor.Member(dsl.Staff!.Value, "dsl", ["dsl", "head", "chair"]);
        var alert = await database.AddAlertAsync(school, 1, route: "head", subjectStaff: dsl.Staff);
        await database.AddNotificationAsync(school, alert, head.Staff!.Value);
        await database.AddNotificationAsync(school, alert, dsl.Staff!.Value);
        var queue = Queue(database);
        Assert.True((await queue.StepAsync(school, head, First, new AlertMove.Note("About the DSL."), default)).Done);

        foreach (var (actor, seen) in new[] { (head, true), (InstallationDatabase.Tester, true), (subject, false), (dsl, false), (chair, false), (reader, false), (elsewhere, false) })
        {
            var of = actor == elsewhere ? other : school;
            Assert.Equal(seen ? 2 : 0, (await queue.HistoryAsync(of, actor, new AlertReference(alert, 0), default)).Count);
            Assert.Equal(seen ? 2 : 0, (await queue.ToldAsync(of, actor, new AlertReference(alert, 0), default)).Count);
            Assert.Equal(seen ? 1 : 0, await CountAsync(database, of, actor, "alert_step"));
            // Nor by a row of one's own, which would name an alert that is hidden.
            Assert.Equal(seen ? 2 : 0, await CountAsync(database, of, actor, "notification"));
        }
    }

    [Theory]
    [InlineData("state = 'dropped', error = 'acted-on'", true)]
    [InlineData("state = 'dropped', error = 'alert-resolved'", true)]
    [InlineData("state = 'dropped', error = 'silenced'", false)]
    [InlineData("state = 'dropped', error = 'not-routed'", false)]
    [InlineData("state = 'sent', withdrawn = true", false)]
    [InlineData("state = 'dropped', error = 'acted-on', withdrawn = true", false)]
    public async Task WhoeverWasToBeToldSeesItAlsoWhenSomebodyActedFirst(string row, bool sees)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var head = await AddAsync(database, school, "head");
        await database.AddNotificationAsync(school, await database.AddAlertAsync(school, 1), head.Staff!.Value);
        await database.Test.RunAsync($"UPDATE onlinesafety.notification SET {row}");

        Assert.Equal(sees ? 1 : 0, (await Queue(database).ListAsync(school, head, [], 10, default)).Count);
    }

    [Theory]
    [InlineData("staff", "dsl", "dsl", true)]
    [InlineData("staff", "dsl", "somebody else", false)]
    [InlineData("staff", "deputy", "dsl", false)]
    [InlineData("operator", "dsl", "dsl", false)]
    [InlineData("service", "dsl", "dsl", false)]
    public async Task AStepIsWrittenInNobodyElsesName(string kind, string id, string name, bool written)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var staff = new Dictionary<string, Actor> { ["dsl"] = await AddAsync(database, school, "dsl"), ["deputy"] = await AddAsync(database, school, "deputy") };
        var alert = await database.AddAlertAsync(school, 1);

        Assert.Equal(written, await MayAsync(database, school, staff["dsl"], $"""
            INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_id, actor_name, step, from_state, to_state, note)
            VALUES ('{school}', '{alert}', now(), '{kind}', '{staff[id].Staff}', '{name}', 'note', 'new', 'new', 'x')
            """));
    }

    [Fact]
    public async Task NobodyWritesAStepOfAnAlertThatTheyDoNotSee()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var dsl = await AddAsync(database, school, "dsl");
        foreach (var (alert, may) in new[] { (await database.AddAlertAsync(school, 1), true), (await database.AddAlertAsync(school, 2, route: "head"), false), (await database.AddAlertAsync(school, 3, subjectStaff: dsl.Staff), false) })
        {
            Assert.Equal(may, await MayAsync(database, school, dsl, $"""
                INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_id, actor_name, step, from_state, to_state, note)
                VALUES ('{school}', '{alert}', now(), 'staff', '{dsl.Staff}', 'dsl', 'note', 'new', 'new', 'x')
                """));
        }
    }

    [Theory]
    [InlineData("dsl", null, "deputy", true)]
    [InlineData("dsl", null, "head", true)]
    [InlineData("dsl", null, "chair", false)]
    [InlineData("dsl", null, "digest", false)]
    [InlineData("dsl", null, "it", false)]
    [InlineData("dsl", "deputy", "deputy", false)]
    [InlineData("dsl", "deputy", "dsl", false)]
    [InlineData("dsl", "deputy", "head", true)]
    [InlineData("dsl", "head", "head", false)]
    [InlineData("dsl", "head", "chair", true)]
    [InlineData("head", null, "dsl", false)]
    [InlineData("head", null, "chair", true)]
    [InlineData("head", "deputy", "deputy", false)]
    [InlineData("chair", "head", "head", false)]
    [InlineData("chair", "head", "dsl", false)]
    [InlineData("chair", "head", "chair", true)]
    public async Task NoStepTellsWhomTheLadderForbids(string route, string? about, string whom, bool may)
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var staff = new Dictionary<string, Guid>();
        foreach (var role in new[] { "dsl", "deputy", "head", "chair", "digest", "it" })
        {
            staff[role] = (await AddAsync(database, school, role)).Staff!.Value;
        }

        var alert = await database.AddAlertAsync(school, 1, route: route, subjectStaff: about is null ? null : staff[about]);

        Assert.Equal(may, await MayAsync(database, school, InstallationDatabase.Tester, Tell(school, alert, $"'{staff[whom]}'", "escalated")));
    }

    [Fact]
    public async Task NorWhatOnlyTheServiceSaysNorPeopleWhoAreNotThere()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var deputy = (await AddAsync(database, school, "deputy")).Staff!.Value;
        var elsewhere = (await AddAsync(database, await database.AddSchoolAsync("Other School"), "deputy")).Staff!.Value;
        var alert = await database.AddAlertAsync(school, 1);
        var hidden = await database.AddAlertAsync(school, 2, route: "head");
        var dsl = await AddAsync(database, school, "dsl");

        Assert.True(await MayAsync(database, school, dsl, Tell(school, alert, $"'{deputy}'", "reopened")));
        Assert.True(await MayAsync(database, school, dsl, Tell(school, alert, "NULL", "escalated")));
        Assert.False(await MayAsync(database, school, dsl, Tell(school, alert, $"'{deputy}'", "raised")));
        Assert.False(await MayAsync(database, school, dsl, Tell(school, alert, $"'{elsewhere}'", "escalated")));
        Assert.False(await MayAsync(database, school, dsl, Tell(school, hidden, "NULL", "escalated")));
        await database.Test.RunAsync($"UPDATE onlinesafety.staff SET enabled = false WHERE staff_id = '{deputy}'");
        Assert.False(await MayAsync(database, school, dsl, Tell(school, alert, $"'{deputy}'", "reopened")));
    }

    private static string Tell(Guid school, Guid alert, string staff, string cause) => $"""
        INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, due_at, created_at)
        VALUES ('{school}', gen_random_uuid(), 'alert', '{cause}', '{alert}', {staff}, 'email', 'due', now(), now())
        """;

    private static async Task<bool> MayAsync(InstallationDatabase database, Guid school, Actor actor, string sql)
    {
        await using var session = await database[DatabaseRole.Console].OpenAsync(school, actor, default);
        await using var command = session.Command(sql);
        try
        {
            return await command.ExecuteNonQueryAsync() == 1;
        }
        catch (PostgresException refused) when (refused.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            return false;
        }
    }

    private static async Task<long> CountAsync(InstallationDatabase database, Guid school, Actor actor, string table)
    {
        await using var session = await database[DatabaseRole.Console].OpenAsync(school, actor, default);
        await using var command = session.Command($"SELECT count(alert_id) FROM {table}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static Task<Actor> AddAsync(InstallationDatabase database, Guid school, string role) => AlertStepTests.AddAsync(database, school, role);

    private static AlertQueue Queue(InstallationDatabase database) => new(database[DatabaseRole.Console], ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()), InstallationDatabase.Policies, database.Seals);
}
