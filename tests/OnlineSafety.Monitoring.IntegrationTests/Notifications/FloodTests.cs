using System.Diagnostics;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>Many alerts at once: few mails, every alert told of, nobody else kept waiting.</summary>
public sealed class FloodTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task FiveThousandAlertsInAMinuteAreTenMailsAtMostToEachAndNoneIsLost()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (deputy, elsewhere, other) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        await world.AddStaffAsync(deputy, "deputy@school.example.test", "deputy");
        await world.AddSchoolAsync(elsewhere, "Elm School");
        await world.AddStaffAsync(elsewhere, other, "dsl@elm.example.test", "dsl");
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var dispatcher = world.Process(time: clock).Dispatcher;
        // The ledger's time goes on by itself too, with the work of the test.
        var began = Stopwatch.GetTimestamp();
        var sentAt = new List<(string To, int Step, double Seconds)>();
        for (var step = 0; step < 60; step++)
        {
            if (step < 40)
            {
                await world.RaiseManyAsync(125, [world.Dsl, deputy], criticalEach: 60);
            }

            if (step == 20)
            {
                await world.RaiseManyAsync(1, [other], school: elsewhere);
            }

            await dispatcher.DispatchOnceAsync(default);
            var now = step + Stopwatch.GetElapsedTime(began).TotalSeconds;
            sentAt.AddRange(world.Smtp.Mails.Skip(sentAt.Count).Select(mail => (mail.Recipients[0], step, now)));
            await world.PassAsync(Second);
            clock.Advance(Second);
        }

        var flooded = sentAt.Where(mail => mail.To != "dsl@elm.example.test").GroupBy(mail => mail.To).ToList();
        Assert.Equal(2, flooded.Count);
        Assert.All(flooded, to => Assert.All(to, mail => Assert.InRange(to.Count(m => m.Seconds >= mail.Seconds && m.Seconds < mail.Seconds + 60), 1, 10)));
        Assert.Equal(20, Assert.Single(sentAt, mail => mail.To == "dsl@elm.example.test").Step);

        Assert.Equal(5000L + 1, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.alert"));
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state <> 'sent' OR bundle_id IS NULL"));
        var told = (string[])(await world.Database.RunAsync("SELECT array_agg(DISTINCT bundle_id::text ORDER BY bundle_id::text) FROM onlinesafety.notification"))!;
        Assert.Equal(told, world.Smtp.Mails.Select(mail => NotifyWorld.MessageIdOf(mail)[1..37]).Order(StringComparer.Ordinal));
        var waited = (TimeSpan)(await world.Database.RunAsync(
            "SELECT max(sent_at - n.created_at) FROM onlinesafety.notification n JOIN onlinesafety.alert a USING (school_id, alert_id) WHERE severity = 4"))!;
        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task AMailOfManySaysHowManyAndHowGraveWithTheirNumbersAndNoSecret()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseManyAsync(200, [world.Dsl], criticalEach: 50);

        Assert.Equal(1, await world.Process().Dispatcher.DispatchOnceAsync(default));

        var mail = Assert.Single(world.Smtp.Mails);
        var text = Unfolded(mail);
        Assert.Contains("Subject: [Online safety] 200 alerts, 4 critical: numbers 1 to 200 at Oak School\r\n", text, StringComparison.Ordinal);
        Assert.Matches(@"Critical +4: number 50, 100, 150, 200\r\nHigh +196: number 1-49, 51-99, 101-149, 151-199\r\n", text);
        Assert.Contains("https://safety.example.test/alerts", text, StringComparison.Ordinal);
        Assert.Contains("Content-Type: text/html", text, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", text, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task WhoeverOneOfThemIsAboutIsToldOfTheOthersOnly()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var head = Guid.NewGuid();
        await world.AddStaffAsync(head, "head@school.example.test", "head", "dsl");
        await world.RaiseManyAsync(6, [head]);
        var (_, own) = await world.RaiseAsync(to: head, subject: head);
        var (closed, resolved) = await world.RaiseAsync(to: head);
        await world.Database.RunAsync($"UPDATE onlinesafety.alert SET state = 'resolved', outcome = 'test', resolved_at = now(), resolved_by = 'x', note = 'n', acted_at = now() WHERE alert_id = '{closed}'");

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Contains("6 alerts, none critical: numbers 1 to 6 at", Unfolded(Assert.Single(world.Smtp.Mails)), StringComparison.Ordinal);
        Assert.Equal("dropped recipient-is-subject", await world.StateAsync(own));
        Assert.Equal("dropped alert-resolved", await world.StateAsync(resolved));
        Assert.Equal(6L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state = 'sent'"));
    }

    [Fact]
    public async Task AKillBetweenSendAndMarkSendsThatMailOnceMoreWithTheSameRowsWhateverCameSince()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseManyAsync(20, [world.Dsl]);
        var dying = new TransportWhoseProcessDies(new SmtpTransport(Microsoft.Extensions.Options.Options.Create(world.Mail)));
        var (dispatcher, _, source) = world.Process(dying);
        dying.Death = () => source.DisposeAsync();
        await dispatcher.DispatchOnceAsync(default);
        await world.RaiseManyAsync(30, [world.Dsl]);

        await world.RunOutLeasesAsync();
        var next = world.Process().Dispatcher;
        while (await next.DispatchOnceAsync(default) > 0)
        {
        }

        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state <> 'sent'"));
        var mails = world.Smtp.Mails.GroupBy(NotifyWorld.MessageIdOf).ToList();
        Assert.Equal([2, 1], mails.Select(mail => mail.Count()));
        Assert.Single(mails[0].Select(mail => mail.Text).Distinct());
        Assert.Contains("20 alerts", Unfolded(mails[0].First()), StringComparison.Ordinal);
        Assert.Contains("30 alerts", Unfolded(mails[1].Single()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatTheRelayRefusedForNowGoesTogetherWithWhatCameSince()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseManyAsync(20, [world.Dsl]);
        world.Smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Answer(451));
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        Assert.Equal(20L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state = 'due' AND error = 'busy' AND bundle_id IS NULL"));

        await world.RaiseManyAsync(30, [world.Dsl]);
        await world.MakeDueAsync();
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.Contains("50 alerts", Unfolded(Assert.Single(world.Smtp.Mails)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ManyProcessesTogetherKeepThePace()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var dispatchers = Enumerable.Range(0, 3).Select(_ => world.Process().Dispatcher).ToList();
        for (var round = 0; round < 10; round++)
        {
            await world.RaiseManyAsync(10, [world.Dsl]);
            await Task.WhenAll(dispatchers.Select(dispatcher => dispatcher.DispatchOnceAsync(default)));
        }

        // The first three may go at once; the rest waits eight seconds.
        Assert.InRange(world.Smtp.Mails.Count, 1, 3);
        Assert.Equal(world.Smtp.Mails.Count, world.Smtp.Mails.Select(NotifyWorld.MessageIdOf).Distinct().Count());
    }

    [Fact]
    public async Task AClockThatGoesBackHoldsNoMailUp()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseManyAsync(20, [world.Dsl]);
        await world.Process().Dispatcher.DispatchOnceAsync(default);
        await world.Database.RunAsync("UPDATE onlinesafety.notification SET sent_at = now() + interval '1 hour', bundle_id = notification_id");
        await world.RaiseManyAsync(1, [world.Dsl]);

        Assert.Equal(1, await world.Process().Dispatcher.DispatchOnceAsync(default));
    }

    private static string Unfolded(CapturedMail mail) =>
        Regex.Replace(mail.Text.Replace("=\r\n", "", StringComparison.Ordinal), "\r\n (?=[^ ])", " ", RegexOptions.None, TimeSpan.FromSeconds(1));

    /// <summary>The database goes away between the relay's 250 and the mark, as with a kill of the process.</summary>
    private sealed class TransportWhoseProcessDies(IMailTransport inner) : IMailTransport
    {
        public Func<ValueTask>? Death { get; set; }

        public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
        {
            await inner.SendAsync(mail, cancellationToken);
            await Death!();
        }
    }
}
