using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.IntegrationTests.Access;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>Who leads a year: what that person reads, and how little may be done with it. Asked of the queue and, past it, of the rows.</summary>
public sealed class YearLeadTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task OpenAlertsAboutPupilsOfTheNamedYearsAreSeenAndNothingElse()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var lead = await AddAsync(database, school, "Year 9");
        await database.AddStaffAsync(school, "dsl", "dsl");
        await AddAlertsAsync(database, school);
        var queue = Queue(database);

        Assert.Equal([1], (await queue.ListAsync(school, lead, [], 100, default)).Select(alert => alert.Number));
        Assert.NotNull(await queue.ShowAsync(school, lead, new AlertReference(null, 1), default));
        foreach (var hidden in Enumerable.Range(2, 8))
        {
            Assert.Null(await queue.ShowAsync(school, lead, new AlertReference(null, hidden), default));
            Assert.Null((await queue.StepAsync(school, lead, new AlertReference(null, hidden), new AlertMove.Note("Mine?"), default)).Alert);
        }

        // Claiming another desk opens nothing; no longer being the lead of the year, or disabled, closes it.
        Assert.Equal([1], (await queue.ListAsync(school, lead with { Routes = ["pastoral", "dsl", "head", "operator"] }, [], 100, default)).Select(alert => alert.Number));
        Assert.Empty(await queue.ListAsync(school, lead with { Routes = [] }, [], 100, default));
        await database.Staff.SetYearsAsync(school, lead.Staff!.Value, ["Year 10"], InstallationDatabase.Tester, default);
        Assert.Equal([5], (await queue.ListAsync(school, lead, [], 100, default)).Select(alert => alert.Number));
        await database.Staff.SetYearsAsync(school, lead.Staff.Value, [], InstallationDatabase.Tester, default);
        Assert.Empty(await queue.ListAsync(school, lead, [], 100, default));
        await database.Staff.SetYearsAsync(school, lead.Staff.Value, ["9"], InstallationDatabase.Tester, default);
        await database.Staff.SetRolesAsync(school, lead.Staff.Value, ["governor"], InstallationDatabase.Tester, default);
        Assert.Empty(await queue.ListAsync(school, lead, [], 100, default));
    }

    [Fact]
    public async Task ANoteIsAllThatMayBeDoneAndOthersWordsAreNotRead()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var lead = await AddAsync(database, school, "9");
        var dsl = await AlertStepTests.AddAsync(database, school, "dsl");
        await AddAlertsAsync(database, school);
        var (queue, first) = (Queue(database), new AlertReference(null, 1));
        Assert.True((await queue.StepAsync(school, dsl, first, new AlertMove.Note("For the DSL alone."), default)).Done);
        Assert.True((await queue.StepAsync(school, lead, first, new AlertMove.Note("Her tutor knows."), default)).Done);

        foreach (AlertMove move in new AlertMove[] { new AlertMove.Acknowledge(), new AlertMove.Assign(lead.Staff!.Value), new AlertMove.Escalate("Up.") })
        {
            Assert.Null((await queue.StepAsync(school, lead, first, move, default)).Alert);
        }

        var mine = await queue.HistoryAsync(school, lead, first, default);
        Assert.Contains(mine, step => step.Note == "Her tutor knows.");
        Assert.DoesNotContain(mine, step => step.Note == "For the DSL alone.");
        Assert.Equal(2, (await queue.HistoryAsync(school, dsl, first, default)).Count(step => step.Step == "note"));
        // Its clock runs on: nobody has answered.
        Assert.Equal("new", await database.Test.RunAsync($"SELECT state FROM onlinesafety.alert WHERE school_id = '{school}' AND number = 1"));
        Assert.NotEqual(DBNull.Value, await database.Test.RunAsync("SELECT next_at FROM onlinesafety.escalation e JOIN onlinesafety.alert a USING (school_id, alert_id) WHERE a.number = 1"));

        // Past the queue: the database refuses what the queue would never ask for.
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, await RefusedAsync(database, school, lead, $"""
            INSERT INTO alert_step (school_id, alert_id, at, actor_kind, actor_id, actor_name, step, from_state, to_state)
            SELECT school_id, alert_id, now(), 'staff', '{lead.Staff}', '{lead.Name}', 'acknowledge', 'new', 'acknowledged' FROM alert WHERE number = 1
            """));
        await using var session = await database[DatabaseRole.Console].OpenAsync(school, lead, default);
        Assert.Equal(0, await session.ExecuteAsync("UPDATE alert SET note = note", [], default));
    }

    [Fact]
    public async Task TheCaseThatItBecameElsewhereIsForWhoeverActsOnIt()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var lead = await AddAsync(database, school, "9");
        var dsl = await AlertStepTests.AddAsync(database, school, "dsl");
        await AddAlertsAsync(database, school);
        var (queue, first) = (Queue(database), new AlertReference(null, 1));
        Assert.True((await queue.StepAsync(school, dsl, first, new AlertMove.HandOver("CP-2026-114, her uncle", "Taken on."), default)).Done);

        Assert.Equal(("handed_over", null), await CaseOfAsync(lead));
        Assert.Equal(("handed_over", "CP-2026-114, her uncle"), await CaseOfAsync(dsl));

        // As the API has it, and as the page has it.
        async Task<(string? State, string? Case)> CaseOfAsync(Actor reader)
        {
            var shown = await queue.ShowAsync(school, reader, first, default);
            var around = new SurroundingsReader(database[DatabaseRole.Console], Guide, InstallationDatabase.Policies, database.Seals, TimeProvider.System);
            var visit = await new AlertVisits(database[DatabaseRole.Console], queue, around, database.Seals).OpenAsync(new SignedInStaff(school, reader), first, default);
            Assert.Equal(shown?.Reference, visit?.Alert.Reference);
            return (shown?.State, shown?.Reference);
        }
    }

    [Fact]
    public async Task AnEventIsReadWithItsAlertAndNotWithoutOne()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();
        var lead = await AddAsync(database, school, "9");
        var alerts = await AddAlertsAsync(database, school);
        await database.AddEventAsync(school, alerts[0], "{}");
        await database.AddEventAsync(school, alerts[4], "{}");
        await database.AddEventAsync(school, alerts[0], "{}");
        await database.Test.RunAsync("UPDATE onlinesafety.event SET audience = 1 WHERE ctid = (SELECT max(ctid) FROM onlinesafety.event)");

        await using var session = await database[DatabaseRole.Console].OpenAsync(school, lead, default);
        Assert.Equal([alerts[0]], await session.RowsAsync("SELECT alert_id FROM event", [], row => row.GetGuid(0), default));
        Assert.Empty(await session.RowsAsync("SELECT day FROM digest", [], row => row.GetFieldValue<DateOnly>(0), default));
    }

    /// <summary>1: of year 9. Then help-seeking, at the head's desk, about staff, of year 10, of nobody known, of no year, of another year's class, resolved.</summary>
    private static async Task<List<Guid>> AddAlertsAsync(InstallationDatabase database, Guid school)
    {
        var alerts = new List<Guid>();
        foreach (var (number, route) in Enumerable.Range(1, 9).Select(number => (number, number == 3 ? "head" : "dsl")))
        {
            alerts.Add(await database.AddAlertAsync(school, number, route, subjectStaff: number == 4 ? Guid.NewGuid() : null));
        }

        await database.Test.RunAsync($"""
            UPDATE onlinesafety.alert SET subject_year = CASE WHEN number = 5 THEN '10' WHEN number = 7 THEN NULL WHEN number = 8 THEN '9a' ELSE '9' END,
                audience = CASE WHEN number = 2 THEN 1 ELSE 0 END, subject_role = CASE WHEN number = 6 THEN 0 ELSE 1 END
            WHERE school_id = '{school}';
            UPDATE onlinesafety.alert SET state = 'resolved', outcome = 'concern', note = 'Told in confidence.', resolved_at = now(), resolved_by = 'x', acted_at = now() WHERE school_id = '{school}' AND number = 9
            """);
        return alerts;
    }

    private static async Task<Actor> AddAsync(InstallationDatabase database, Guid school, params string[] years)
    {
        var staff = (await database.AddStaffAsync(school, "year.lead", "pastoral")).Staff;
        await database.Staff.SetYearsAsync(school, staff.StaffId, years, InstallationDatabase.Tester, default);
        return Actor.Member(staff.StaffId, staff.Name, staff.Roles);
    }

    private static async Task<string?> RefusedAsync(InstallationDatabase database, Guid school, Actor actor, string sql)
    {
        await using var session = await database[DatabaseRole.Console].OpenAsync(school, actor, default);
        return (await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(sql, [], default))).SqlState;
    }

    private static ThemeGuide Guide => ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray());

    private static AlertQueue Queue(InstallationDatabase database) => new(database[DatabaseRole.Console], Guide, InstallationDatabase.Policies, database.Seals);
}
