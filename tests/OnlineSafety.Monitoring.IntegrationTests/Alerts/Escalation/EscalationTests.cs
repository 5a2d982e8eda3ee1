using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts.Escalation;

public sealed class EscalationTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Rows = "SELECT string_agg(cause || ' ' || roles[1], ', ' ORDER BY cause, roles[1]) FROM onlinesafety.notification JOIN onlinesafety.staff USING (school_id, staff_id)";

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

    [Fact]
    public async Task InPlaceOfARefusedMailboxTheNextIsToldAtOnceAndSoIsWhoeverMendsIt()
    {
        await using var world = await WorldAsync();
        await world.AddStaffAsync(Guid.NewGuid(), "it@school.example.test", "it");
        await world.RaiseAsync(severity: 4);
        world.Smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Answer(550, "no such user"));
        var dispatcher = world.Process().Dispatcher;
        await dispatcher.DispatchOnceAsync(default);
        var pass = world.Escalation();

        await pass.RunAsync(default);
        await pass.RunAsync(default);

        Assert.Equal("raised dsl, unreached deputy, unreached deputy, unreached it", await world.Database.RunAsync(Rows));
        await dispatcher.DispatchOnceAsync(default);
        Assert.Equal(
            ["deputy@school.example.test", "deputy@school.example.test", "it@school.example.test"], world.Smtp.Mails.SelectMany(mail => mail.Recipients).Order());
        var mail = world.Smtp.Mails.Single(m => m.Recipients[0].StartsWith("it@", StringComparison.Ordinal)).Text;
        Assert.Contains("are not delivered", mail.ReplaceLineEndings("").Replace("= ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("self", mail, StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Relaying is denied, or the mailbox may not send as the sender address: it can be mended, and meanwhile somebody else is told.</summary>
    [Theory]
    [InlineData(nameof(SmtpStep.RcptTo), "5.7.1 Relay access denied")]
    [InlineData(nameof(SmtpStep.Message), "5.2.0 SendAsDenied")]
    public async Task WhatTheRelayRefusesForItsOwnReasonsIsTriedAgainAndSomebodyElseIsToldMeanwhile(string step, string words)
    {
        await using var world = await WorldAsync();
        var (_, row) = await world.RaiseAsync(severity: 4);
        world.Smtp.Fail(Enum.Parse<SmtpStep>(step), new SmtpFault.Answer(554, words));
        var dispatcher = world.Process().Dispatcher;
        await dispatcher.DispatchOnceAsync(default);
        Assert.Equal("due message-refused", await world.StateAsync(row));
        var pass = world.Escalation();

        await pass.RunAsync(default);
        await pass.RunAsync(default);

        Assert.Equal("raised dsl, unreached deputy", await world.Database.RunAsync(Rows + " WHERE kind = 'alert'"));
        await world.MakeDueAsync();
        await dispatcher.DispatchOnceAsync(default);
        Assert.Equal("sent ", await world.StateAsync(row));
    }

    /// <summary>One whose own message is refused too calls for nobody else: the relay may refuse everybody.</summary>
    [Fact]
    public async Task WhoeverStandsInAndIsRefusedForTheRelaysReasonsCallsForNobodyElse()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 4);
        world.Smtp.Recipient = _ => new SmtpFault.Answer(554, "5.7.1 Relay access denied");
        var dispatcher = world.Process().Dispatcher;
        var pass = world.Escalation();
        for (var round = 0; round < 3; round++)
        {
            await world.MakeDueAsync();
            await dispatcher.DispatchOnceAsync(default);
            await pass.RunAsync(default);
        }

        Assert.Equal("raised dsl, unreached deputy", await world.Database.RunAsync(Rows + " WHERE kind = 'alert'"));
    }

    [Fact]
    public async Task AMailThatComesBackCountsAsOneThatWasRefused()
    {
        await using var world = await WorldAsync();
        var (_, row) = await world.RaiseAsync(severity: 4);
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("sent ", await world.StateAsync(row));
        var desk = new BounceDesk(world.Open().Database);

        Assert.Equal(1, await desk.TakeAsync(row, Actor.Operator("mail"), default));
        Assert.Equal(0, await desk.TakeAsync(row, Actor.Operator("mail"), default));
        Assert.Equal(0, await desk.TakeAsync(Guid.NewGuid(), Actor.Operator("mail"), default));
        await world.Escalation().RunAsync(default);

        Assert.Equal("failed bounced", await world.StateAsync(row));
        Assert.Equal("raised dsl, unreached deputy, unreached deputy", await world.Database.RunAsync(Rows));
    }

    [Theory]
    [InlineData("escalated", "head", "escalated", "unreached deputy, unreached dsl")]
    [InlineData("assigned", "deputy", "acknowledged", "unreached head")]
    public async Task WhatAColleagueHandsOnAndDoesNotArriveIsToldToOthers(string cause, string to, string state, string told)
    {
        await using var world = await WorldAsync();
        var row = await HandedOnAsync(world, cause, to, state);
        Assert.Equal(1, await new BounceDesk(world.Open().Database).TakeAsync(row, Actor.Operator("mail"), default));

        await world.Escalation().RunAsync(default);
        await world.Escalation().RunAsync(default);

        Assert.Equal(told, await world.Database.RunAsync(Rows + " WHERE kind = 'alert' AND cause = 'unreached'"));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE kind = 'alert' AND cause = 'unreached' AND state <> 'sent'"));
    }

    /// <summary>The control: somebody acted on it since.</summary>
    [Theory]
    [InlineData("in_review")]
    [InlineData("handed_over")]
    public async Task WhatSomebodyActedOnSinceIsToldToNobodyInstead(string state)
    {
        await using var world = await WorldAsync();
        var row = await HandedOnAsync(world, "escalated", "head", "escalated");
        await world.Database.RunAsync($"UPDATE onlinesafety.alert SET state = '{state}', reference = 'C-1', acted_at = clock_timestamp()");
        await new BounceDesk(world.Open().Database).TakeAsync(row, Actor.Operator("mail"), default);

        await world.Escalation().RunAsync(default);

        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE kind = 'alert' AND cause = 'unreached'"));
    }

    /// <summary>The DSL and the deputy were told, one of them acted, and what was handed on to this desk left as a mail.</summary>
    private static async Task<Guid> HandedOnAsync(NotifyWorld world, string cause, string to, string state)
    {
        var (alert, _) = await world.RaiseAsync(severity: 4);
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, sent_at, due_at, created_at)
            SELECT school_id, gen_random_uuid(), 'alert', 'raised', '{alert}', staff_id, 'email', 'sent', now(), now(), now() - interval '1 hour' FROM onlinesafety.staff WHERE 'deputy' = ANY (roles);
            UPDATE onlinesafety.notification SET state = 'sent', sent_at = now(), created_at = now() - interval '1 hour';
            UPDATE onlinesafety.alert SET state = '{state}', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now();
            """);
        var row = Guid.NewGuid();
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
            SELECT a.school_id, '{row}', 'alert', '{cause}', alert_id, staff_id, 'email', acted_at, acted_at FROM onlinesafety.alert a JOIN onlinesafety.staff USING (school_id) WHERE '{to}' = ANY (roles)
            """);
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("sent ", await world.StateAsync(row));
        return row;
    }

    /// <summary>The head was to be told of it, and was not: by a rule whose message a silence dropped, or in a round while the relay is down.</summary>
    [Theory]
    [InlineData("raised", "dropped", "silenced")]
    [InlineData("unanswered", "due", "relay-down")]
    public async Task WhoeverEscalatesReachesTheNextDeskAlsoWhereAMessageToItNeverLeft(string cause, string state, string error)
    {
        await using var world = await WorldAsync();
        var (trust, row) = (Guid.NewGuid(), Guid.NewGuid());
        await world.AddStaffAsync(trust, "trust@school.example.test", "digest");
        var (alert, _) = await world.RaiseAsync();
        await world.Database.RunAsync($$"""
            INSERT INTO onlinesafety.school_policy (school_id, policy, named, set_at, set_by, revision)
            VALUES ('{{world.School}}', '{"trust":["trust@school.example.test"]}', '{"trust@school.example.test":"{{trust}}"}', now(), 'x', 1);
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, error, due_at, created_at)
            SELECT school_id, '{{row}}', 'alert', '{{cause}}', '{{alert}}', staff_id, 'email', '{{state}}', '{{error}}', now() - interval '1 minute', now() - interval '1 hour'
            FROM onlinesafety.staff WHERE 'head' = ANY (roles);
            """);

        var step = await world.Queue().StepAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(alert, 0), new AlertMove.Escalate("Now."), default);

        Assert.Equal((null, 1), (step.Refusal, step.Told));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal("head@school.example.test", Assert.Single(Assert.Single(world.Smtp.Mails).Recipients));
        Assert.StartsWith("dropped", await world.StateAsync(row), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereNobodyIsAtAFurtherDeskTheClockGoesOn()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, _) = await world.RaiseAsync();

        var step = await world.Queue().StepAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(alert, 0), new AlertMove.Escalate("Now."), default);

        Assert.StartsWith("Nobody is at a further desk", step.Refusal, StringComparison.Ordinal);
        Assert.Equal("new", step.Alert!.State);
        Assert.Equal(true, await world.Database.RunAsync("SELECT next_at IS NOT NULL AND answered_at IS NULL FROM onlinesafety.escalation"));
    }

    /// <summary>Somebody stood in for the head, whose message a colleague's step had dropped before it left.</summary>
    [Fact]
    public async Task WhatWasDroppedUnsentHasToldNobody()
    {
        await using var world = await WorldAsync();
        var row = await HandedOnAsync(world, "assigned", "deputy", "acknowledged");
        await world.Database.RunAsync($"""
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, error, due_at, created_at)
            SELECT a.school_id, gen_random_uuid(), 'alert', 'unanswered', alert_id, staff_id, 'email', 'dropped', 'acted-on', now(), now() - interval '1 hour'
            FROM onlinesafety.alert a JOIN onlinesafety.staff USING (school_id) WHERE 'head' = ANY (roles)
            """);
        await new BounceDesk(world.Open().Database).TakeAsync(row, Actor.Operator("mail"), default);

        await world.Escalation().RunAsync(default);

        Assert.Equal("unreached head", await world.Database.RunAsync(Rows + " WHERE kind = 'alert' AND cause = 'unreached'"));
    }

    /// <summary>There was nobody when it was raised, and all its rounds went by.</summary>
    [Theory]
    [InlineData("INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles) SELECT school_id, gen_random_uuid(), 'New', 'new@school.example.test', '{dsl}' FROM onlinesafety.school")]
    [InlineData("UPDATE onlinesafety.staff SET enabled = true WHERE 'dsl' = ANY (roles)")]
    [InlineData("UPDATE onlinesafety.staff SET roles = '{deputy}' WHERE 'it' = ANY (roles)")]
    public async Task WhoeverComesToAnEmptyDeskIsToldAtOnceWhatWaitsThere(string appointed)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.AddStaffAsync(Guid.NewGuid(), "it@school.example.test", "it");
        await world.RaiseAsync(severity: 4);
        await world.Database.RunAsync("""
            UPDATE onlinesafety.staff SET enabled = false WHERE 'dsl' = ANY (roles);
            UPDATE onlinesafety.notification SET staff_id = NULL, state = 'failed', error = 'no-recipient', answered_for = true;
            UPDATE onlinesafety.escalation SET since = now() - interval '30 days', next_at = NULL, steps_done = 15, rounds = 5, plan_steps = 3, breached_at = now() - interval '29 days';
            """);
        var pass = world.Escalation();
        Assert.Equal(0, await pass.RunAsync(default));

        await world.Database.RunAsync(appointed);

        Assert.Equal(1, await pass.RunAsync(default));
        Assert.Equal(1, await world.Process().Dispatcher.DispatchOnceAsync(default));
        Assert.Contains("A new alert needs your attention", Assert.Single(world.Smtp.Mails).Text.ReplaceLineEndings("").Replace("= ", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        // Its steps begin again, and it stays red.
        Assert.Equal("0 0 t t", await world.Database.RunAsync("SELECT concat_ws(' ', steps_done, rounds, next_at > now(), breached_at < now() - interval '1 day') FROM onlinesafety.escalation"));
    }

    /// <summary>Whoever was told has left the desk since, and has an account still.</summary>
    [Fact]
    public async Task WhatOnlySomebodyKnowsWhoHasLeftTheDeskIsToldToWhoeverComesToIt()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync(severity: 4);
        var (pass, dispatcher) = (world.Escalation(), world.Process().Dispatcher);
        await dispatcher.DispatchOnceAsync(default);
        await pass.RunAsync(default);
        Assert.Single(world.Smtp.Mails);

        await world.Database.RunAsync($"UPDATE onlinesafety.staff SET roles = '{{it}}' WHERE staff_id = '{world.Dsl}'");
        await world.AddStaffAsync(Guid.NewGuid(), "new@school.example.test", "dsl");
        await pass.RunAsync(default);
        await dispatcher.DispatchOnceAsync(default);

        Assert.Equal("new@school.example.test", Assert.Single(world.Smtp.Mails[^1].Recipients));
        Assert.Equal(2, world.Smtp.Mails.Count);
    }

    /// <summary>The message that was to tell somebody is dropped, because that person is not at the desk any more.</summary>
    [Theory]
    [InlineData("enabled = false")]
    [InlineData("roles = '{it}'")]
    public async Task WhatWasToTellSomebodyWhoHasLeftTheDeskIsToldToWhoeverSitsThereNow(string left)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.AddStaffAsync(Guid.NewGuid(), "head@school.example.test", "head");
        var (_, row) = await world.RaiseAsync(severity: 4);
        var pass = world.Escalation();
        await pass.RunAsync(default);
        await world.Database.RunAsync($"UPDATE onlinesafety.staff SET {left} WHERE staff_id = '{world.Dsl}'");
        var dispatcher = world.Process().Dispatcher;
        await dispatcher.DispatchOnceAsync(default);
        Assert.StartsWith("dropped", await world.StateAsync(row), StringComparison.Ordinal);

        await pass.RunAsync(default);
        await pass.RunAsync(default);
        await dispatcher.DispatchOnceAsync(default);

        Assert.Equal("head@school.example.test", Assert.Single(Assert.Single(world.Smtp.Mails).Recipients));
        Assert.Equal("raised sent", await world.Database.RunAsync("SELECT string_agg(cause || ' ' || state, ', ') FROM onlinesafety.notification JOIN onlinesafety.staff USING (school_id, staff_id) WHERE 'head' = ANY (roles)"));
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

    [Fact]
    public async Task NobodyIsToldInPlaceOfAnotherOfWhatHasBeenAnswered()
    {
        await using var world = await WorldAsync();
        await world.RaiseAsync(severity: 4);
        world.Smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Answer(550));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        await world.Database.RunAsync("UPDATE onlinesafety.alert SET state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()");

        await world.Escalation().RunAsync(default);

        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE cause = 'unreached' AND kind = 'alert'"));
    }

    [Fact]
    public async Task WhereThereIsNobodyToTellTheLedgerSaysSo()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync(severity: 4);
        await world.Database.RunAsync("UPDATE onlinesafety.staff SET enabled = false");
        await LongAgoAsync(world);

        await world.Escalation().RunAsync(default);

        Assert.Equal("failed no-recipient", await world.Database.RunAsync("SELECT state || ' ' || error FROM onlinesafety.notification WHERE cause = 'unanswered'"));
    }

    [Fact]
    public async Task AHeadDoesNotLearnThatTheChairWasToBeToldOfSomething()
    {
        await using var world = await WorldAsync();
        var (head, chair) = (Guid.NewGuid(), Guid.NewGuid());
        await world.Database.RunAsync($"UPDATE onlinesafety.staff SET roles = ARRAY['digest']; UPDATE onlinesafety.staff SET roles = ARRAY['deputy'] WHERE staff_id = '{world.Dsl}'");
        await world.AddStaffAsync(head, "both@school.example.test", "head", "dsl");
        await world.AddStaffAsync(chair, "chair@school.example.test", "chair");
        await world.RaiseAsync(to: chair, route: "chair", subject: head, severity: 4);
        await GiveUpAsync();

        await world.Escalation().RunAsync(default);

        Assert.Equal("unreached deputy", await world.Database.RunAsync(Rows + " WHERE kind = 'delivery'"));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        var mail = Assert.Single(world.Smtp.Mails).Text.ReplaceLineEndings("").Replace("= ", " ", StringComparison.Ordinal);
        Assert.DoesNotContain("alerts on the queue", mail, StringComparison.Ordinal);
        Assert.DoesNotContain("Messages given up", mail, StringComparison.Ordinal);

        // Where the head alone is left, nobody at the school is told.
        await world.Database.RunAsync($"DELETE FROM onlinesafety.notification; UPDATE onlinesafety.staff SET enabled = false WHERE staff_id = '{world.Dsl}'");
        await world.RaiseAsync(to: chair, route: "chair", subject: head, severity: 4);
        await GiveUpAsync();
        await world.Escalation().RunAsync(default);
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE kind = 'delivery'"));

        Task GiveUpAsync() => world.Database.RunAsync("UPDATE onlinesafety.notification SET state = 'failed', error = 'bounced', due_at = now() WHERE state = 'due'");
    }

    private async Task<NotifyWorld> WorldAsync()
    {
        var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.AddStaffAsync(Guid.NewGuid(), "deputy@school.example.test", "deputy");
        await world.AddStaffAsync(Guid.NewGuid(), "head@school.example.test", "head");
        await world.AddStaffAsync(Guid.NewGuid(), "governor@school.example.test", "digest");
        return world;
    }

    /// <summary>Longer than any clock of the default policy, whatever day it is.</summary>
    private static Task LongAgoAsync(NotifyWorld world) =>
        world.Database.RunAsync("UPDATE onlinesafety.escalation SET since = now() - interval '30 days', next_at = now() WHERE next_at IS NOT NULL");

    private static Task MakeDueAsync(NotifyWorld world) => world.Database.RunAsync("UPDATE onlinesafety.escalation SET next_at = now() WHERE next_at IS NOT NULL");

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
