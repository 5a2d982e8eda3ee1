using System.Text;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

public sealed class DispatcherTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task AnAlertBecomesAThinMailWithBothPartsAndNoSecret()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (alert, notification) = await world.RaiseAsync(extra: "iwf");

        Assert.Equal(1, await world.Process().Dispatcher.DispatchOnceAsync(default));

        var mail = Assert.Single(world.Smtp.Mails);
        var text = mail.Text.Replace("=\r\n", "", StringComparison.Ordinal);
        Assert.Equal(["dsl@school.example.test"], mail.Recipients);
        Assert.Contains("Subject: [Online safety] High: alert 1 at Oak School: Self harm\r\n", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/plain", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/html", text, StringComparison.Ordinal);
        Assert.Contains($"https://safety.example.test/alerts/{alert}", text, StringComparison.Ordinal);
        Assert.Contains("Follow the instructions shown with the alert", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal($"<{notification}@onlinesafety.school.example.test>", NotifyWorld.MessageIdOf(mail));
        Assert.Equal("sent ", await world.StateAsync(notification));
    }

    public static TheoryData<string> Transient => ["refused", "greylist", "busy", "cut-early", "cut-after-dot", "hang", "relay-550"];

    [Theory]
    [MemberData(nameof(Transient))]
    public async Task AFaultOfTheRelayCostsTimeAndTheResendIsTheSameMessage(string fault)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        var mail = world.Mail;
        mail.AttemptSeconds = 1;
        switch (fault)
        {
            case "refused":
                mail.RelayPort = 1;
                break;
            case "greylist":
                world.Smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Answer(451));
                break;
            case "busy":
                world.Smtp.Fail(SmtpStep.Connect, new SmtpFault.Answer(421));
                break;
            case "cut-early":
                world.Smtp.Fail(SmtpStep.MailFrom, new SmtpFault.Cut(), times: 3);
                break;
            case "cut-after-dot":
                world.Smtp.Fail(SmtpStep.Accepted, new SmtpFault.Cut());
                break;
            case "hang":
                world.Smtp.Fail(SmtpStep.Data, new SmtpFault.Hang());
                break;
            case "relay-550":
                world.Smtp.Fail(SmtpStep.MailFrom, new SmtpFault.Answer(550));
                break;
        }

        var (dispatcher, _, _) = world.Process(mail: mail);
        Assert.Equal(1, await dispatcher.DispatchOnceAsync(default));
        Assert.StartsWith("due ", await world.StateAsync(notification), StringComparison.Ordinal);
        Assert.Equal(0, await dispatcher.DispatchOnceAsync(default));

        await world.MakeDueAsync();
        Assert.Equal(1, await world.Process().Dispatcher.DispatchOnceAsync(default));

        Assert.Equal("sent ", await world.StateAsync(notification));
        Assert.Equal(fault == "cut-after-dot" ? 2 : 1, world.Smtp.Mails.Count);
        Assert.Single(world.Smtp.Mails.Select(m => Encoding.UTF8.GetString(m.Raw)).Distinct());
    }

    [Fact]
    public async Task AShortCutIsMendedWithinTheAttempt()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        world.Smtp.Fail(SmtpStep.Ehlo, new SmtpFault.Cut(), times: 2);

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("sent ", await world.StateAsync(notification));
        Assert.Equal(3, world.Smtp.Connections);
    }

    [Fact]
    public async Task ARecipientWhoIsRefusedFailsAtOnceAndTheOthersAreTold()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var deputy = Guid.NewGuid();
        await world.AddStaffAsync(deputy, "deputy@school.example.test", "deputy");
        var (_, first) = await world.RaiseAsync();
        world.Smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Answer(550, "no such user secretpupil"));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        var (_, second) = await world.RaiseAsync(to: deputy);
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("failed recipient-refused", await world.StateAsync(first));
        Assert.Equal("sent ", await world.StateAsync(second));
    }

    [Fact]
    public async Task AKillBetweenSendAndMarkSendsOnceMoreWithTheSameMessageId()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        var dying = new TransportWhoseProcessDiesAfterSending(new SmtpTransport(Microsoft.Extensions.Options.Options.Create(world.Mail)));
        var (dispatcher, _, source) = world.Process(dying);
        dying.Death = () => source.DisposeAsync();

        await dispatcher.DispatchOnceAsync(default);
        Assert.Equal("sending ", await world.StateAsync(notification));

        var next = world.Process().Dispatcher;
        Assert.Equal(0, await next.DispatchOnceAsync(default));
        await world.RunOutLeasesAsync();
        Assert.Equal(1, await next.DispatchOnceAsync(default));
        await world.RunOutLeasesAsync();
        Assert.Equal(0, await next.DispatchOnceAsync(default));

        Assert.Equal(2, world.Smtp.Mails.Count);
        Assert.Single(world.Smtp.Mails.Select(NotifyWorld.MessageIdOf).Distinct());
        Assert.Equal("sent ", await world.StateAsync(notification));
    }

    /// <summary>A process that stood still between claim and send while its lease went to another.</summary>
    [Fact]
    public async Task WhoeverLostTheClaimBeforeTheMailLeftSendsNothing()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        var frozen = new TransportThatStandsStill(new SmtpTransport(Microsoft.Extensions.Options.Options.Create(world.Mail)));
        var still = world.Process(frozen).Dispatcher.DispatchOnceAsync(default);
        await frozen.Reached.Task;
        await world.RunOutLeasesAsync();
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        frozen.GoOn.SetResult();
        await still;

        Assert.Single(world.Smtp.Mails);
        Assert.Equal("sent ", await world.StateAsync(notification));
    }

    /// <summary>A database that is gone could mark nothing: of the mails that are under way none is handed over but the one that was.</summary>
    [Fact]
    public async Task WithTheDatabaseGoneOneMailAtMostIsSentTwice()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        for (var i = 0; i < 4; i++)
        {
            var staff = Guid.NewGuid();
            await world.AddStaffAsync(staff, $"dsl{i}@school.example.test", "dsl");
            await world.RaiseAsync(to: staff);
        }

        var dying = new TransportWhoseProcessDiesAfterSending(new SmtpTransport(Microsoft.Extensions.Options.Options.Create(world.Mail)));
        var (dispatcher, _, source) = world.Process(dying);
        dying.Death = () => source.DisposeAsync();
        await dispatcher.DispatchOnceAsync(default);
        Assert.Single(world.Smtp.Mails);

        await world.RunOutLeasesAsync();
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal(new Tally(Waiting: 0, Sent: 4, Lost: 0, Doubled: 1, Strange: 0), await Tally.OfAsync(world));
    }

    /// <summary>The control: the order that other systems have, mark and then send, loses the mail in the same crash.</summary>
    [Fact]
    public async Task MarkingBeforeSendingWouldLoseTheMail()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync();
        var (_, ledger, _) = world.Process();
        var mail = Assert.Single((await ledger.ClaimAsync(world.School, 8, default)).Mails);
        await ledger.CompleteAsync(mail, [new Outcome.Sent()], default);
        // Here the process dies, before sending.
        await world.RunOutLeasesAsync();
        await world.MakeDueAsync();

        Assert.Equal(0, await world.Process().Dispatcher.DispatchOnceAsync(default));
        Assert.Empty(world.Smtp.Mails);
    }

    [Fact]
    public async Task ALateWorkersMarkIsRefused()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        var (_, frozen, _) = world.Process();
        var stale = Assert.Single((await frozen.ClaimAsync(world.School, 8, default)).Mails);
        await world.RunOutLeasesAsync();
        var (_, other, _) = world.Process();
        var fresh = Assert.Single((await other.ClaimAsync(world.School, 8, default)).Mails);

        Assert.False(await frozen.CompleteAsync(stale, [new Outcome.Failed("late")], default));
        Assert.Equal("sending ", await world.StateAsync(notification));
        Assert.True(await other.CompleteAsync(fresh, [new Outcome.Sent()], default));
    }

    [Fact]
    public async Task ALateMarkIsRefusedWithinOneProcessToo()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync();
        var (_, ledger, _) = world.Process();
        var stale = Assert.Single((await ledger.ClaimAsync(world.School, 8, default)).Mails);
        await world.RunOutLeasesAsync();
        var fresh = Assert.Single((await ledger.ClaimAsync(world.School, 8, default)).Mails);

        Assert.False(await ledger.CompleteAsync(stale, [new Outcome.Sent()], default));
        Assert.True(await ledger.CompleteAsync(fresh, [new Outcome.Sent()], default));
    }

    [Fact]
    public async Task ManyDispatchersNeverSendARowTwice()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        for (var i = 0; i < 60; i++)
        {
            var staff = Guid.NewGuid();
            await world.AddStaffAsync(staff, $"dsl{i}@school.example.test", "dsl");
            await world.RaiseAsync(to: staff);
        }

        var dispatchers = Enumerable.Range(0, 3).Select(_ => world.Process().Dispatcher).ToList();
        await Task.WhenAll(dispatchers.Select(async d =>
        {
            while (await d.DispatchOnceAsync(default) > 0)
            {
            }
        }));

        Assert.Equal(60, world.Smtp.Mails.Count);
        Assert.Equal(60, world.Smtp.Mails.Select(NotifyWorld.MessageIdOf).Distinct().Count());
    }

    [Fact]
    public async Task WhatNobodyNeedsAnyMoreIsDroppedAndWhatIsAboutTheRecipientIsNeverSent()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var head = Guid.NewGuid();
        await world.AddStaffAsync(head, "head@school.example.test", "head", "chair");
        var (resolved, one) = await world.RaiseAsync();
        await world.Database.RunAsync($"UPDATE onlinesafety.alert SET state = 'resolved', outcome = 'test', resolved_at = now(), resolved_by = 'x', note = 'n', acted_at = now() WHERE alert_id = '{resolved}'");
        var (_, two) = await world.RaiseAsync(to: head, route: "chair", subject: head);
        var (_, three) = await world.RaiseAsync(to: Guid.NewGuid());
        var (_, four) = await world.RaiseAsync(route: "head");
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        await world.Database.RunAsync("UPDATE onlinesafety.staff SET enabled = false");
        var (_, five) = await world.RaiseAsync();
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("dropped alert-resolved", await world.StateAsync(one));
        Assert.Equal("dropped recipient-is-subject", await world.StateAsync(two));
        Assert.Equal("dropped recipient-gone", await world.StateAsync(three));
        Assert.Equal("dropped not-routed", await world.StateAsync(four));
        Assert.Equal("dropped recipient-disabled", await world.StateAsync(five));
        Assert.Empty(world.Smtp.Mails);
    }

    [Fact]
    public async Task WhatWasWrittenForADeskThatTheAlertHasLeftIsNotSent()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET withdrawn = true");

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("dropped withdrawn", await world.StateAsync(notification));
        Assert.Empty(world.Smtp.Mails);
    }

    [Fact]
    public async Task WithoutARelayTheMailIsAFileAndAResendOverwritesIt()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var folder = Directory.CreateTempSubdirectory("outbox-");
        try
        {
            var mail = new MailOptions { Outbox = Path.Combine(folder.FullName, "outbox") };
            var (alert, notification) = await world.RaiseAsync();
            var outbox = new OutboxTransport(Microsoft.Extensions.Options.Options.Create(mail));
            await world.Process(outbox, mail).Dispatcher.DispatchOnceAsync(default);
            await world.Database.RunAsync("UPDATE onlinesafety.notification SET state = 'due'");
            await world.Process(outbox, mail).Dispatcher.DispatchOnceAsync(default);

            var file = Assert.Single(Directory.GetFileSystemEntries(mail.Outbox));
            Assert.EndsWith($"{notification}.eml", file, StringComparison.Ordinal);
            // And says everywhere that nobody got it.
            Assert.Equal("sent folder", await world.StateAsync(notification));
            var told = Assert.Single(await world.Queue().ToldAsync(world.School, NotifyWorld.Member(world.Dsl, "dsl"), new AlertReference(alert, 0), default));
            Assert.Equal(("sent", "folder", true), (told.State, told.Why, told.ReachedNobody));
            Assert.Contains("Subject: [Online safety] High", await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task AnOutboxThatCannotBeWrittenIsTriedAgain()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        var mail = new MailOptions { Outbox = "/proc/outbox" };

        await world.Process(new OutboxTransport(Microsoft.Extensions.Options.Options.Create(mail)), mail).Dispatcher.DispatchOnceAsync(default);

        Assert.Equal("due outbox", await world.StateAsync(notification));
    }

    [Fact]
    public async Task ADownRelayIsSparedByTheCircuitAndTriedAgain()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        for (var i = 0; i < 20; i++)
        {
            var staff = Guid.NewGuid();
            await world.AddStaffAsync(staff, $"dsl{i}@school.example.test", "dsl");
            await world.RaiseAsync(to: staff);
        }

        world.Smtp.Fail(SmtpStep.Connect, new SmtpFault.Cut(), times: 1000);
        var (dispatcher, _, _) = world.Process();
        while (await dispatcher.DispatchOnceAsync(default) > 0)
        {
        }

        Assert.InRange(world.Smtp.Connections, 1, 40);
        Assert.True((long)(await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state = 'due' AND error = 'relay-down'"))! > 0);
        Assert.Equal(20L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state = 'due'"));
        // What the circuit refused has not been tried: its next wait is as after no try at all.
        Assert.Equal("0 1", await world.Database.RunAsync("SELECT concat_ws(' ', max(attempts) FILTER (WHERE error = 'relay-down'), min(attempts) FILTER (WHERE error <> 'relay-down')) FROM onlinesafety.notification"));
    }

    [Fact]
    public async Task ARowThatTripsOverADefectIsTriedAgainAndGivenUpInTheEnd()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.Maker().MakeAsync(world.School, new DateOnly(2026, 11, 25), late: false, default);
        await world.Database.RunAsync("UPDATE onlinesafety.digest SET content = 'no json'");
        var (_, alert) = await world.RaiseAsync();
        var dispatcher = world.Process().Dispatcher;
        await dispatcher.DispatchOnceAsync(default);
        Assert.Equal("due internal", await world.Database.RunAsync("SELECT state || ' ' || error FROM onlinesafety.notification WHERE kind = 'digest'"));
        Assert.Equal("sent ", await world.StateAsync(alert));

        await world.Database.RunAsync("UPDATE onlinesafety.notification SET created_at = now() - interval '5 days'");
        await world.MakeDueAsync();
        await dispatcher.DispatchOnceAsync(default);

        Assert.Equal("failed internal", await world.Database.RunAsync("SELECT state || ' ' || error FROM onlinesafety.notification WHERE kind = 'digest'"));
    }

    /// <summary>Stands still when it has the mail and before it has handed any of it over.</summary>
    private sealed class TransportThatStandsStill(IMailTransport inner) : IMailTransport
    {
        public TaskCompletionSource Reached { get; } = new();

        public TaskCompletionSource GoOn { get; } = new();

        public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
        {
            Reached.SetResult();
            await GoOn.Task;
            await inner.SendAsync(mail, cancellationToken);
        }
    }

    /// <summary>The database goes away between the relay's 250 and the mark, as with a kill of the process.</summary>
    private sealed class TransportWhoseProcessDiesAfterSending(IMailTransport inner) : IMailTransport
    {
        public Func<ValueTask>? Death { get; set; }

        public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
        {
            await inner.SendAsync(mail, cancellationToken);
            await Death!();
        }
    }
}
