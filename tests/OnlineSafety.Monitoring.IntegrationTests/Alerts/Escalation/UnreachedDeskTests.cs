using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts.Escalation;

/// <summary>Whom a message does not reach, who is told in the place of whom, and who comes to an empty desk.</summary>
public sealed class UnreachedDeskTests(PostgresFixture postgres) : EscalationScene(postgres)
{
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

    /// <summary>There is no other desk, and all rounds went by.</summary>
    [Theory]
    [InlineData("failed recipient-refused", 0)]
    [InlineData("failed bounced", 1)]
    public async Task WhatFailedAtAMistypedAddressArrivesWhenItIsPutRight(string failed, int before)
    {
        await using var world = await NotifyWorld.CreateAsync(Postgres.Server);
        var (_, row) = await world.RaiseAsync(severity: 4);
        world.Smtp.Recipient = to => failed == "failed recipient-refused" && to == "dsl@school.example.test" ? new SmtpFault.Answer(550, "5.1.1 no such user") : null;
        var (pass, dispatcher) = (world.Escalation(), world.Process().Dispatcher);
        await dispatcher.DispatchOnceAsync(default);
        await new BounceDesk(world.Open().Database).TakeAsync(row, Actor.Operator("mail"), default);
        await pass.RunAsync(default);
        await pass.RunAsync(default);
        Assert.Equal(failed, await world.StateAsync(row));
        Assert.Equal(before, world.Smtp.Mails.Count);
        await world.Database.RunAsync("UPDATE onlinesafety.escalation SET since = now() - interval '30 days', next_at = NULL, steps_done = 15, rounds = 5, plan_steps = 3, breached_at = now() - interval '29 days'");

        await CorrectAsync(world, "Somebody", "dsl@school.example.test");
        Assert.Equal(failed, await world.StateAsync(row));
        await CorrectAsync(world, "Somebody", "right@school.example.test");

        Assert.Equal("due ", await world.StateAsync(row));
        Assert.Equal(true, await world.Database.RunAsync("SELECT next_at <= clock_timestamp() FROM onlinesafety.escalation"));
        await pass.RunAsync(default);
        await dispatcher.DispatchOnceAsync(default);
        Assert.Equal("sent ", await world.StateAsync(row));
        Assert.Equal("right@school.example.test", Assert.Single(world.Smtp.Mails[^1].Recipients));
        Assert.Equal(before + 1, world.Smtp.Mails.Count);
    }

    /// <summary>The controls: it is closed, or somebody has it in hand since.</summary>
    [Theory]
    [InlineData("state = 'resolved', outcome = 'test', resolved_at = now(), resolved_by = 'x', note = 'x', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()", "failed recipient-refused")]
    [InlineData("state = 'acknowledged', acknowledged_at = now(), acknowledged_by = 'x', acted_at = now()", "dropped acted-on")]
    public async Task WhatNeedsNobodyAnyMoreIsNotSentToANewAddress(string since, string state)
    {
        await using var world = await NotifyWorld.CreateAsync(Postgres.Server);
        var (_, row) = await world.RaiseAsync(severity: 4);
        world.Smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Answer(550, "5.1.1 no such user"));
        var dispatcher = world.Process().Dispatcher;
        await dispatcher.DispatchOnceAsync(default);
        await world.Database.RunAsync($"UPDATE onlinesafety.alert SET {since}");

        await CorrectAsync(world, "Somebody", "right@school.example.test");
        await dispatcher.DispatchOnceAsync(default);

        Assert.Equal(state, await world.StateAsync(row));
        Assert.Empty(world.Smtp.Mails);
    }

    private static Task CorrectAsync(NotifyWorld world, string name, string email) =>
        new StaffRegister(world.Open(DatabaseRole.Setup).Database, new PupilNames(() => world.Seals)).CorrectAsync(world.School, world.Dsl, new StaffDetails(name, email, []), Actor.Operator("it"), default);

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
        await using var world = await NotifyWorld.CreateAsync(Postgres.Server);
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
        await using var world = await NotifyWorld.CreateAsync(Postgres.Server);
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
        await using var world = await NotifyWorld.CreateAsync(Postgres.Server);
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
        await using var world = await NotifyWorld.CreateAsync(Postgres.Server);
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
        await using var world = await NotifyWorld.CreateAsync(Postgres.Server);
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
}
