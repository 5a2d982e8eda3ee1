using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts.Escalation;

/// <summary>Clocks, steps and rounds.</summary>
public sealed class EscalationTests(PostgresFixture postgres) : EscalationScene(postgres)
{
    [Fact]
    public async Task WhatNobodyAnswersGoesFromDeskToDeskThroughFiveRoundsAndStaysRed()
    {
        await using var world = await WorldAsync();
        var (alert, _) = await world.RaiseAsync(severity: 4);
        await LongAgoAsync(world);
        var pass = world.Escalation();
        for (var step = 0; step < 15; step++)
        {
            await MakeDueAsync(world);
            Assert.Equal(1, await pass.RunAsync(default));
            Assert.Equal((step / 3) + 1L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.alert_step WHERE step = 'breached'"));
        }

        // Each round: the DSL's desk, the head, and where the school has no trust the first desk again.
        Assert.Equal(10L, await CountAsync(world, "dsl"));
        Assert.Equal(10L, await CountAsync(world, "deputy"));
        Assert.Equal(5L, await CountAsync(world, "head"));
        Assert.Equal("new 15 5 t f", await world.Database.RunAsync(
            "SELECT concat_ws(' ', state, steps_done, rounds, breached_at IS NOT NULL, next_at IS NOT NULL) FROM onlinesafety.alert JOIN onlinesafety.escalation USING (school_id, alert_id)"));
        await MakeDueAsync(world);
        Assert.Equal(0, await pass.RunAsync(default));
        Assert.Equal("round 1,round 2,round 3,round 4,round 5", await world.Database.RunAsync("SELECT string_agg(detail, ',' ORDER BY step_no) FROM onlinesafety.alert_step"));
        var shown = Assert.Single(await world.Queue().ListAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), [], 10, default));
        Assert.Equal((alert, 5, true), (shown.Alert, shown.Breaches, shown.AcknowledgeBy < DateTimeOffset.UtcNow));

        async Task<object?> CountAsync(NotifyWorld at, string role) =>
            await at.Database.RunAsync($"SELECT count(*) FROM onlinesafety.notification JOIN onlinesafety.staff USING (school_id, staff_id) WHERE cause = 'unanswered' AND '{role}' = ANY (roles)");
    }

    [Fact]
    public async Task BeforeItsTimeNobodyIsToldAndTheHourIsKnown()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 3);

        await world.Escalation().RunAsync(default);

        Assert.Equal("raised dsl", await world.Database.RunAsync(Rows));
        Assert.Equal(true, await world.Database.RunAsync("SELECT answer_by > since AND next_at > since AND rounds = 0 FROM onlinesafety.escalation"));
        Assert.NotNull(Assert.Single(await world.Queue().ListAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), [], 10, default)).AcknowledgeBy);
    }

    [Fact]
    public async Task OnePersonsStepStopsTheClockAndEveryMessageThatWaits()
    {
        await using var world = await WorldAsync();
        var (alert, _) = await world.RaiseAsync(severity: 4);
        await LongAgoAsync(world);
        var pass = world.Escalation();
        await pass.RunAsync(default);

        var step = await world.Queue().StepAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(alert, 0), new AlertMove.Acknowledge(), default);
        Assert.True(step.Done);
        await MakeDueAsync(world);
        Assert.Equal(0, await pass.RunAsync(default));
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Empty(world.Smtp.Mails);
        Assert.Equal("dropped acted-on", await world.Database.RunAsync("SELECT DISTINCT state || ' ' || error FROM onlinesafety.notification"));
        Assert.Equal(true, await world.Database.RunAsync("SELECT answered_at IS NOT NULL AND next_at IS NULL AND breached_at IS NOT NULL FROM onlinesafety.escalation"));
    }

    [Fact]
    public async Task WhoeverAnswersWhileAStepIsTakenIsBeforeIt()
    {
        await using var world = await WorldAsync();
        var (alert, _) = await world.RaiseAsync(severity: 4);
        await LongAgoAsync(world);
        await using var connection = new NpgsqlConnection(world.Database.ConnectionString);
        await connection.OpenAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await ExecuteAsync(connection, $"SELECT 1 FROM onlinesafety.alert WHERE alert_id = '{alert}' FOR UPDATE");

        var pass = world.Escalation().RunAsync(default);
        while (await world.Database.RunAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%alert_step%'") is not 1L)
        {
            Assert.False(pass.IsCompleted);
            await Task.Delay(20);
        }

        await ExecuteAsync(connection, $"UPDATE onlinesafety.alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now() WHERE alert_id = '{alert}'");
        await transaction.CommitAsync();
        await pass;

        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.alert_step"));
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE cause = 'unanswered'"));
    }

    [Fact]
    public async Task WhatGrewAfterItWasAnsweredHasAClockOfItsOwn()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 3);
        await LongAgoAsync(world);
        var pass = world.Escalation();
        await pass.RunAsync(default);
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()");
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET state = 'new', severity = 4, acknowledged_at = NULL, acknowledged_by = NULL");

        Assert.Equal(1, await pass.RunAsync(default));

        Assert.Equal(true, await world.Database.RunAsync("SELECT rounds = 0 AND steps_done = 0 AND answered_at IS NULL AND answer_by > now() AND since > now() - interval '1 minute' FROM onlinesafety.escalation"));
    }

    [Fact]
    public async Task WhatBecomesGraverWhileItWaitsIsNeverGivenLonger()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 3);
        await world.Database.RunAsync("UPDATE onlinesafety.escalation SET answer_by = now() + interval '2 minutes'");
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET severity = 4");

        await world.Escalation().RunAsync(default);

        Assert.Equal(true, await world.Database.RunAsync("SELECT answer_by < now() + interval '3 minutes' FROM onlinesafety.escalation"));
    }

    [Fact]
    public async Task OneProcessLeads()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 4);
        await LongAgoAsync(world);
        await using var other = new NpgsqlConnection(world.Database.ConnectionString);
        await other.OpenAsync();
        await ExecuteAsync(other, "SELECT pg_advisory_lock(hashtextextended('escalation', 0))");

        Assert.Equal(0, await world.Escalation().RunAsync(default));
        await other.CloseAsync();
        NpgsqlConnection.ClearPool(other);
        Assert.Equal(1, await world.Escalation().RunAsync(default));
    }

    [Fact]
    public async Task ASchoolInTroubleDelaysNoOther()
    {
        await using var world = await WorldAsync();
        var other = Guid.NewGuid();
        await world.AddSchoolAsync(other, "Ash School");
        var dsl = Guid.NewGuid();
        await world.AddStaffAsync(other, dsl, "dsl@ash.example.test", "dsl");
        await world.RaiseManyAsync(120, [world.Dsl], school: world.School);
        await world.RaiseManyAsync(3, [dsl], school: other);
        await LongAgoAsync(world);
        await world.Database.RunAsync($"""
            CREATE FUNCTION onlinesafety.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON onlinesafety.alert_step FOR EACH ROW WHEN (NEW.school_id = '{world.School}') EXECUTE FUNCTION onlinesafety.refuse();
            """);

        Assert.Equal(3, await world.Escalation().RunAsync(default));
        await world.Database.RunAsync("DROP TRIGGER refuse ON onlinesafety.alert_step");
        Assert.Equal(120, await world.Escalation().RunAsync(default));
        Assert.Equal(123L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.alert_step WHERE step = 'breached'"));
    }

    [Theory]
    [InlineData("INSERT INTO onlinesafety.school_policy (school_id, policy, named, set_at, set_by, revision) SELECT school_id, '{}', '{}', now(), 'x', 1 FROM onlinesafety.school")]
    [InlineData("""INSERT INTO onlinesafety.school_calendar (school_id, content) SELECT school_id, '{"terms":[{"name":"A","first":"2026-09-03","last":"2026-12-18"}]}' FROM onlinesafety.school""")]
    [InlineData("UPDATE onlinesafety.school_policy SET policy = '{\"$comment\":\"x\"}'")]
    [InlineData("""UPDATE onlinesafety.school_calendar SET content = '{"terms":[{"name":"B","first":"2026-09-03","last":"2026-12-18"}]}'""")]
    public async Task ClocksThatRunAreLookedAtAtOnceWhenPolicyOrCalendarChange(string change)
    {
        await using var world = await WorldAsync();
        await world.Database.RunAsync("""
            INSERT INTO onlinesafety.school_policy (school_id, policy, named, set_at, set_by, revision) SELECT school_id, '{}', '{}', now(), 'x', 1 FROM onlinesafety.school;
            INSERT INTO onlinesafety.school_calendar (school_id, content) SELECT school_id, '{"terms":[{"name":"A","first":"2026-09-03","last":"2026-12-18"}]}' FROM onlinesafety.school;
            """);
        if (change.StartsWith("INSERT", StringComparison.Ordinal))
        {
            await world.Database.RunAsync("DELETE FROM onlinesafety.school_policy; DELETE FROM onlinesafety.school_calendar");
        }

        await world.RaiseAsync(severity: 3);
        await world.RaiseAsync(severity: 3);
        await world.Database.RunAsync("""
            UPDATE onlinesafety.escalation SET next_at = now() + interval '1 hour';
            UPDATE onlinesafety.escalation SET rounds = 1, steps_done = 1 WHERE alert_id = (SELECT alert_id FROM onlinesafety.alert WHERE number = 2);
            """);

        await world.Database.RunAsync($"SELECT set_config('app.school', '{world.School}', false); {change}");

        // What is in its rounds goes on in them.
        Assert.Equal("t f", await world.Database.RunAsync("""
            SELECT string_agg((next_at <= clock_timestamp())::text, ' ' ORDER BY number) FROM onlinesafety.escalation JOIN onlinesafety.alert USING (school_id, alert_id)
            """) is string due ? due.Replace("true", "t", StringComparison.Ordinal).Replace("false", "f", StringComparison.Ordinal) : null);
    }

    [Fact]
    public async Task AClosureGivesNoRunningClockLongerAndItsRemovalNone()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 4);
        var pass = world.Escalation();
        await pass.RunAsync(default);
        var before = await world.Database.RunAsync("SELECT answer_by FROM onlinesafety.escalation");

        await CalendarAsync($$"""{"terms":[{"name":"A","first":"2020-09-03","last":"2040-12-18"}],"closures":[{"first":"{{Day(-1)}}","last":"{{Day(40)}}","kind":"closed","note":"Burst pipe"}]}""");
        Assert.Equal(1, await pass.RunAsync(default));
        Assert.Equal(before, await world.Database.RunAsync("SELECT answer_by FROM onlinesafety.escalation"));

        await CalendarAsync("""{"terms":[{"name":"A","first":"2020-09-03","last":"2040-12-18"}]}""");
        Assert.Equal(1, await pass.RunAsync(default));
        Assert.True((DateTime)(await world.Database.RunAsync("SELECT answer_by FROM onlinesafety.escalation"))! <= (DateTime)before!);

        Task CalendarAsync(string json) => world.Database.RunAsync($"""
            SELECT set_config('app.school', '{world.School}', false);
            INSERT INTO onlinesafety.school_calendar (school_id, content) VALUES ('{world.School}', '{json}') ON CONFLICT (school_id) DO UPDATE SET content = EXCLUDED.content
            """);
        static string Day(int days) => TimeProvider.System.GetUtcNow().AddDays(days).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task APolicyThatAsksForAnAnswerSoonerShortensWhatRunsAndOneThatAsksLaterDoesNot()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 1);
        var pass = world.Escalation();
        await pass.RunAsync(default);
        var first = (DateTime)(await world.Database.RunAsync("SELECT answer_by FROM onlinesafety.escalation"))!;
        await world.Database.RunAsync("UPDATE onlinesafety.escalation SET answer_by = since + interval '100 days'");

        await PolicyAsync("""{"$comment":"x"}""");
        await pass.RunAsync(default);
        Assert.Equal(first, await world.Database.RunAsync("SELECT answer_by FROM onlinesafety.escalation"));

        await PolicyAsync("""{"clocks":{"low":5000}}""");
        await pass.RunAsync(default);
        Assert.Equal(first, await world.Database.RunAsync("SELECT answer_by FROM onlinesafety.escalation"));

        Task PolicyAsync(string json) => world.Database.RunAsync($"""
            SELECT set_config('app.school', '{world.School}', false);
            INSERT INTO onlinesafety.school_policy (school_id, policy, named, set_at, set_by, revision) VALUES ('{world.School}', '{json}', '{"{}"}', now(), 'x', 1)
            ON CONFLICT (school_id) DO UPDATE SET policy = EXCLUDED.policy
            """);
    }

    [Fact]
    public async Task AboutStaffTheChairIsToldFromTheSecondRoundOnAndMaySeeIt()
    {
        await using var world = await WorldAsync();
        var chair = Guid.NewGuid();
        await world.AddStaffAsync(chair, "chair@school.example.test", "chair");
        await world.RaiseAsync(route: "head", severity: 4, subject: world.Dsl);
        await world.Database.RunAsync("DELETE FROM onlinesafety.notification");
        await LongAgoAsync(world);
        var pass = world.Escalation();
        for (var step = 0; step < 3; step++)
        {
            await MakeDueAsync(world);
            await pass.RunAsync(default);
        }

        Assert.Equal("unanswered head, unanswered head, unanswered head", await world.Database.RunAsync(Rows));
        Assert.Empty(await world.Queue().ListAsync(world.School, NotifyWorld.Member(chair, "chair"), [], 10, default));
        await MakeDueAsync(world);
        await pass.RunAsync(default);

        Assert.Equal("unanswered chair, unanswered head, unanswered head, unanswered head, unanswered head", await world.Database.RunAsync(Rows));
        Assert.Single(await world.Queue().ListAsync(world.School, NotifyWorld.Member(chair, "chair"), [], 10, default));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("sent", await world.Database.RunAsync($"SELECT state FROM onlinesafety.notification WHERE staff_id = '{chair}'"));
        Assert.DoesNotContain(world.Smtp.Mails, mail => mail.Recipients[0].StartsWith("dsl@", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ABreachedAlertThatGrowsBeginsItsStepsAgainAndStaysRed()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 3);
        await LongAgoAsync(world);
        var pass = world.Escalation();
        for (var step = 0; step < 2; step++)
        {
            await MakeDueAsync(world);
            await pass.RunAsync(default);
        }

        Assert.Equal("2 1 t", await world.Database.RunAsync("SELECT concat_ws(' ', steps_done, rounds, breached_at IS NOT NULL) FROM onlinesafety.escalation"));
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET severity = 4");

        Assert.Equal("0 0 t", await world.Database.RunAsync("SELECT concat_ws(' ', steps_done, rounds, breached_at IS NOT NULL) FROM onlinesafety.escalation"));
        Assert.Equal(1, await pass.RunAsync(default));
        Assert.Equal("1 1 t", await world.Database.RunAsync("SELECT concat_ws(' ', steps_done, rounds, breached_at IS NOT NULL) FROM onlinesafety.escalation"));
        Assert.Equal(2L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.alert_step WHERE step = 'breached'"));
    }

    [Fact]
    public async Task AClockThatWasSetBackDelaysNeitherAMessageNorAnAnswer()
    {
        await using var world = await WorldAsync();
        var (alert, _) = await world.RaiseAsync(severity: 4);
        await world.Database.RunAsync("DELETE FROM onlinesafety.notification");
        // Whoever recorded it read a clock that was an hour ahead.
        PlannedNotification[] rows = [new(Guid.NewGuid(), NotifyCause.Raised, alert, world.Dsl)];
        await world.Open(DatabaseRole.Process).Database.ExecuteAsync(
            world.School, Actor.Service("test"), batch => batch.BatchCommands.Add(AlertSql.NotifyCommand(world.School, rows, DateTimeOffset.UtcNow.AddHours(1))), default);
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_role, source_ids, vendors,
                event_count, reasons, instructions, first_received_at, last_received_at, raised_at)
            SELECT school_id, gen_random_uuid(), 99, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_role, source_ids, vendors,
                event_count, reasons, '', now(), now(), now() + interval '1 hour' FROM onlinesafety.alert
            """);

        Assert.Equal(true, await world.Database.RunAsync("SELECT bool_and(due_at <= now() AND created_at <= now()) FROM onlinesafety.notification"));
        Assert.Equal(true, await world.Database.RunAsync("SELECT bool_and(since <= now() AND next_at <= now()) AND count(*) = 2 FROM onlinesafety.escalation"));
        Assert.Equal(1, await world.Process().Dispatcher.DispatchOnceAsync(default));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
