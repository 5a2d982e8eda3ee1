using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing.Review;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>Alerts that were raised before anybody knew whose account they are about.</summary>
public sealed class PeopleReviewTests(PostgresFixture postgres) : ProcessingScene(postgres), IClassFixture<PostgresFixture>
{
    private const string Grave = "painless ways to kill myself";

    [Fact]
    public async Task AnAlertAboutSomebodyWhomTheListLearnsOfLaterLeavesThatPersonsDesk()
    {
        var (dsl, head) = (await AddStaffAsync("dsl", "dlead"), await AddStaffAsync("head"));
        await AppendAsync(Search("dlead2", Grave), Search("pupil7", Grave));
        await DrainAsync();
        Assert.Equal((2, 2), await SeenAsync(dsl, "dsl"));

        await ImportAsync("account,aliases,role\ndlead,dlead2,dsl\npupil7,,pupil\n");
        Assert.Equal(1, await PassAsync());

        Assert.Equal((1, 1), await SeenAsync(dsl, "dsl"));
        Assert.Equal((1, 1), await SeenAsync(head, "head"));
        Assert.Equal(
            [["head", dsl, "user:dlead", "new"]],
            await QueryAsync($"SELECT route, subject_staff, subject_key, state FROM onlinesafety.alert WHERE subject_staff = '{dsl}'"));
        Assert.Equal(
            [[dsl, "raised", true], [head, "route", false]],
            await QueryAsync($"SELECT staff_id, cause, withdrawn FROM onlinesafety.notification WHERE alert_id IN (SELECT alert_id FROM onlinesafety.alert WHERE subject_staff = '{dsl}') ORDER BY created_at"));
    }

    [Fact]
    public async Task WhatWasResolvedByTheOneItIsAboutIsRaisedAtItsOwnDesk()
    {
        var (dsl, head) = (await AddStaffAsync("dsl"), await AddStaffAsync("head"));
        await AppendAsync(Search("dlead2", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.alert SET state = 'resolved', acknowledged_at = now(), acknowledged_by = 'dsl', acted_at = now(), resolved_at = now(), resolved_by = 'dsl', outcome = 'false-alert', note = 'x'");

        await Register().AddAccountsAsync(Protex.School, dsl, ["SCHOOL\\dlead2"], notAPupils: false, Actor.Operator("tester"), default);
        Assert.Equal(1, await PassAsync());

        Assert.Equal((0, 0), await SeenAsync(dsl, "dsl"));
        Assert.Equal([[1, "resolved", "head"], [2, "new", "head"]], await QueryAsync("SELECT number, state, route FROM onlinesafety.alert ORDER BY number"));
        Assert.Equal([[2, head, "raised"]], await QueryAsync("SELECT a.number, n.staff_id, n.cause FROM onlinesafety.notification n JOIN onlinesafety.alert a USING (school_id, alert_id) WHERE NOT n.withdrawn"));
        Assert.Equal(2, Assert.Single(await QueryAsync("SELECT a.number FROM onlinesafety.event e JOIN onlinesafety.alert a USING (school_id, alert_id)"))[0]);
    }

    [Fact]
    public async Task WhatIsAboutAHeadStaysWithTheChairWhateverRoleTheHeadLosesSince()
    {
        var (head, chair) = (await AddStaffAsync("head", "hteacher"), await AddStaffAsync("chair"));
        await AppendAsync(Search("hteacher", Grave));
        await DrainAsync();
        Assert.Equal((1, 1), await SeenAsync(chair, "chair"));

        var register = Register();
        await register.SetRolesAsync(Protex.School, head, ["digest"], Actor.Operator("tester"), default);
        await register.SetRolesAsync(Protex.School, await AddStaffAsync("deputy"), ["head"], Actor.Operator("tester"), default);
        Assert.Equal(0, await PassAsync());

        Assert.Equal([["chair", "new"]], await QueryAsync("SELECT route, state FROM onlinesafety.alert"));
        Assert.Equal((1, 1), await SeenAsync(chair, "chair"));
    }

    [Fact]
    public async Task WhatIsOverAtItsOwnDeskIsNotRaisedAgain()
    {
        await AddStaffAsync("head");
        await ImportAsync("account,aliases,role\nteach,,staff\n");
        await AppendAsync(Search("teach", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.alert SET state = 'resolved', acknowledged_at = now(), acknowledged_by = 'head', acted_at = now(), resolved_at = now(), resolved_by = 'head', outcome = 'false-alert', note = 'x'");

        var teacher = await AddStaffAsync("pastoral");
        await Register().AddAccountsAsync(Protex.School, teacher, ["teach"], notAPupils: false, Actor.Operator("tester"), default);
        Assert.Equal(0, await PassAsync());

        Assert.Equal([[1, "resolved", "head"]], await QueryAsync("SELECT number, state, route FROM onlinesafety.alert"));
    }

    [Fact]
    public async Task AHoldGoesWithTheEventsThatLeaveItsAlert()
    {
        var dsl = await AddStaffAsync("dsl");
        await AddStaffAsync("head");
        await AppendAsync(Search("dlead2", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("""
            INSERT INTO onlinesafety.legal_hold (school_id, hold_id, alert_id, about, reason, author, placed_at)
            SELECT school_id, gen_random_uuid(), alert_id, 'a', 'r', 'Olive Officer', now() FROM onlinesafety.alert;
            UPDATE onlinesafety.alert SET state = 'resolved', acknowledged_at = now(), acknowledged_by = 'dsl', acted_at = now(), resolved_at = now(), resolved_by = 'dsl', outcome = 'false-alert', note = 'x'
            """);

        await Register().AddAccountsAsync(Protex.School, dsl, ["dlead2"], notAPupils: false, Actor.Operator("tester"), default);
        Assert.Equal(1, await PassAsync());

        Assert.Equal([[1], [2]], await QueryAsync("SELECT a.number FROM onlinesafety.legal_hold h JOIN onlinesafety.alert a USING (school_id, alert_id) WHERE h.lifted_at IS NULL ORDER BY 1"));
    }

    [Fact]
    public async Task OnlyTheEventsOfThatPersonLeaveAnAlertThatHoldsOthers()
    {
        var (dsl, head) = (await AddStaffAsync("dsl"), await AddStaffAsync("head"));
        await AppendAsync(Search("dlead2", Grave), Search("pupil7", "how to make a bomb at home"));
        await DrainAsync();
        // As an alert of one device holds both.
        await Installation.Store.RunAsync("""
            UPDATE onlinesafety.event SET alert_id = (SELECT alert_id FROM onlinesafety.alert WHERE number = 1);
            UPDATE onlinesafety.alert SET event_count = 2 WHERE number = 1
            """);

        await Register().AddAccountsAsync(Protex.School, dsl, ["dlead2"], notAPupils: false, Actor.Operator("tester"), default);
        Assert.Equal(1, await PassAsync());

        Assert.Equal([[1, "dsl", 1], [3, "head", 1]], await QueryAsync("SELECT number, route, event_count FROM onlinesafety.alert WHERE number <> 2 ORDER BY number"));
        Assert.Equal((1, 1), await SeenAsync(head, "head"));
        Assert.Equal([[1, "dsl"], [3, "head"]], await QueryAsync("SELECT a.number, e.route FROM onlinesafety.event e JOIN onlinesafety.alert a USING (school_id, alert_id) ORDER BY 1"));
        var left = (await QueryAsync("SELECT convert_from(reasons, 'UTF8') FROM onlinesafety.alert WHERE number = 1"))[0][0];
        Assert.DoesNotContain("kill myself", Assert.IsType<string>(left), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ItIsLookedAtUntilNobodyGoesByTheOldListAndThenNoMore()
    {
        var dsl = await AddStaffAsync("dsl", "dlead");
        await ImportAsync("account,aliases,role\ndlead,dlead2,dsl\n");
        Assert.Equal(0, await PassAsync());
        Assert.NotEqual(DBNull.Value, await Installation.Store.RunAsync("SELECT people_changed_at FROM onlinesafety.school"));
        await Installation.Store.RunAsync("UPDATE onlinesafety.school SET people_changed_at = now() - interval '1 minute'");
        Assert.Equal(0, await PassAsync());
        Assert.Equal(DBNull.Value, await Installation.Store.RunAsync("SELECT people_changed_at FROM onlinesafety.school"));

        // Otherwise whoever processes gives no alert and no event to another desk, and cannot say that it may.
        await AppendAsync(Search("a", Grave));
        await DrainAsync();
        foreach (var sql in (string[])["UPDATE alert SET route = 'chair'", "UPDATE event SET route = 'chair'", "UPDATE event SET alert_id = NULL", "UPDATE school SET people_changed_at = now()"])
        {
            await using var session = await Installation[DatabaseRole.Process].OpenAsync(Protex.School, Actor.Service("test"), default);
            var refused = await Assert.ThrowsAsync<PostgresException>(() => session.ExecuteAsync(sql, [], default));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }

        Assert.Equal((1, 1), await SeenAsync(dsl, "dsl"));
    }

    [Fact]
    public async Task AnAccountIsOnePersonsAndTheFirstStaysTheFirst()
    {
        var register = Register();
        var (dsl, head) = (await AddStaffAsync("dsl", "dlead"), await AddStaffAsync("head"));
        await register.AddAccountsAsync(Protex.School, dsl, ["zz", "DLEAD", "aa"], notAPupils: false, Actor.Operator("tester"), default);
        Assert.Equal(["dlead", "zz", "aa"], (string[])(await QueryAsync($"SELECT accounts FROM onlinesafety.staff WHERE staff_id = '{dsl}'"))[0][0]);
        var taken = await Assert.ThrowsAsync<SetupException>(() => register.AddAccountsAsync(Protex.School, head, ["aa"], notAPupils: false, Actor.Operator("tester"), default));
        Assert.Contains("dsl's", taken.Message, StringComparison.Ordinal);
    }

    private StaffRegister Register() => new(Installation[DatabaseRole.Setup], new PupilNames(() => Installation.Seals));

    private async Task<int> PassAsync() => await new PeopleReview(
        Installation[DatabaseRole.Process], Installation.Seals, new PolicyDirectory(BankHolidays.None, NullLogger.Instance), new NotificationSignals(), NullLogger<PeopleReview>.Instance).PassAsync(default);

    private async Task ImportAsync(string list)
    {
        using var input = new MemoryStream(Encoding.UTF8.GetBytes(list));
        var file = PeopleFile.Read(input, new DateOnly(2026, 11, 20));
        Assert.True((await new PeopleImport(Installation[DatabaseRole.Setup], Installation.Seals, TimeProvider.System).RunAsync(Protex.School, file, skipBad: false, Actor.Operator("tester"), _ => { }, default)).Imported);
    }

    /// <summary>How many alerts and events the database shows to that person.</summary>
    private async Task<(int Alerts, int Events)> SeenAsync(Guid staff, string role)
    {
        await using var console = await Installation[DatabaseRole.Console].OpenAsync(Protex.School, Actor.Member(staff, role, [role]), default);
        return (await console.RowsAsync("SELECT (SELECT count(*)::int FROM alert), (SELECT count(*)::int FROM event)", [], row => (row.GetInt32(0), row.GetInt32(1)), default))[0];
    }
}
