using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>What relays do, over the time that it takes: nobody is left untold, and nobody is told twice but for what nobody can know.</summary>
public sealed class RelayFaultTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _clock = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task AnHourOfRefusalLosesNothingAndDoublesNothing()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var staff = await StaffAsync(world, 12);
        var dispatcher = world.Process(relays: _clock).Dispatcher;
        world.Smtp.Refusing = true;
        for (var minute = 0; minute < 60; minute++)
        {
            if (minute % 5 == 0)
            {
                await world.RaiseAsync(to: staff[minute / 5]);
            }

            await PassAsync(world, dispatcher);
        }

        Assert.Empty(world.Smtp.Mails);
        Assert.Equal(0L, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state <> 'due'"));
        Assert.InRange(world.Smtp.Connections, staff.Count, 200);

        world.Smtp.Refusing = false;
        // The longest step of the retries and its spread.
        for (var minute = 0; minute < 34; minute++)
        {
            await PassAsync(world, dispatcher);
        }

        Assert.Equal(new Tally(Waiting: 0, Sent: staff.Count, Lost: 0, Doubled: 0, Strange: 0), await Tally.OfAsync(world));
    }

    [Fact]
    public async Task GreylistingCostsEachRecipientMinutesAndNoMail()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var staff = await StaffAsync(world, 6);
        var seen = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        world.Smtp.Recipient = to =>
        {
            seen.TryAdd(to, _clock.GetUtcNow());
            return _clock.GetUtcNow() - seen[to] < TimeSpan.FromMinutes(5) ? new SmtpFault.Answer(451, "4.7.1 Greylisted, try again later") : null;
        };
        foreach (var one in staff)
        {
            await world.RaiseAsync(to: one);
        }

        var dispatcher = world.Process(relays: _clock).Dispatcher;
        await PassAsync(world, dispatcher);
        Assert.Equal(new Tally(Waiting: staff.Count, Sent: 0, Lost: 0, Doubled: 0, Strange: 0), await Tally.OfAsync(world));

        for (var minute = 1; minute < 10; minute++)
        {
            await PassAsync(world, dispatcher);
        }

        Assert.Equal(new Tally(Waiting: 0, Sent: staff.Count, Lost: 0, Doubled: 0, Strange: 0), await Tally.OfAsync(world));
    }

    [Fact]
    public async Task OneOfThreeRefusedForGoodLeavesTheOthersTold()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var staff = await StaffAsync(world, 3);
        world.Smtp.Recipient = to => to == $"{staff[1]:N}@school.example.test" ? new SmtpFault.Answer(550, "5.1.1 No such user") : null;
        await world.RaiseManyAsync(1, [.. staff]);

        await PassAsync(world, world.Process(relays: _clock).Dispatcher);

        Assert.Equal(new Tally(Waiting: 0, Sent: 2, Lost: 0, Doubled: 0, Strange: 0), await Tally.OfAsync(world));
        Assert.Equal(
            "failed recipient-refused",
            await world.Database.RunAsync($"SELECT state || ' ' || error FROM onlinesafety.notification WHERE staff_id = '{staff[1]}'"));
    }

    [Theory]
    [InlineData(SmtpStep.Connect)]
    [InlineData(SmtpStep.Ehlo)]
    [InlineData(SmtpStep.MailFrom)]
    [InlineData(SmtpStep.RcptTo)]
    [InlineData(SmtpStep.Data)]
    [InlineData(SmtpStep.Message)]
    [InlineData(SmtpStep.Accepted)]
    [InlineData(SmtpStep.Quit)]
    internal async Task AHangAtAnyStepCostsOneAttempt(SmtpStep step)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        world.Smtp.Fail(step, new SmtpFault.Hang());
        var mail = world.Mail;
        (mail.AttemptSeconds, mail.StepSeconds) = (1, 1);

        await world.Process(mail: mail).Dispatcher.DispatchOnceAsync(default);
        // After the 250 nothing that the relay does or leaves matters.
        Assert.Equal(step == SmtpStep.Quit ? "sent " : "due timeout", await world.StateAsync(notification));
        await world.MakeDueAsync();
        await world.Process().Dispatcher.DispatchOnceAsync(default);

        // Only where the relay had the whole message and never said so can it have it twice.
        Assert.Equal(new Tally(Waiting: 0, Sent: 1, Lost: 0, Doubled: step == SmtpStep.Accepted ? 1 : 0, Strange: 0), await Tally.OfAsync(world));
    }

    [Theory]
    [InlineData("certificate-expired")]
    [InlineData("certificate-untrusted")]
    [InlineData("tls-missing")]
    public async Task WithoutGoodTlsNothingGoesInClearAndAllGoesWhenItIsMended(string fault)
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var (_, notification) = await world.RaiseAsync();
        var now = TimeProvider.System.GetUtcNow();
        using var good = ScriptedRelay.SelfSigned("localhost", now.AddYears(1));
        using var expired = ScriptedRelay.SelfSigned("localhost", now.AddDays(-1));
        using var strange = ScriptedRelay.SelfSigned("localhost", now.AddYears(1));
        world.Smtp.Certificate = fault switch { "certificate-expired" => expired, "certificate-untrusted" => strange, _ => null };
        var mail = Secured(world, [good, expired]);

        await world.Process(mail: mail).Dispatcher.DispatchOnceAsync(default);
        Assert.Equal($"due {fault}", await world.StateAsync(notification));
        Assert.Empty(world.Smtp.Mails);

        world.Smtp.Certificate = good;
        await world.MakeDueAsync();
        await world.Process(mail: mail).Dispatcher.DispatchOnceAsync(default);
        File.Delete(mail.RelayAuthority);

        Assert.Equal(new Tally(Waiting: 0, Sent: 1, Lost: 0, Doubled: 0, Strange: 0), await Tally.OfAsync(world));
        Assert.True(Assert.Single(world.Smtp.Mails).Secure);
    }

    /// <summary>The control: the server whose offer of TLS was taken away would have taken the mail in clear.</summary>
    [Fact]
    public async Task WhoDoesNotAskForTlsIsHeardInClear()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync();

        await world.Process().Dispatcher.DispatchOnceAsync(default);

        Assert.False(Assert.Single(world.Smtp.Mails).Secure);
    }

    /// <summary>The controls of all these: what is lost, doubled and left is seen.</summary>
    [Fact]
    public async Task WhatATransportLosesOrDoublesIsFound()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await world.RaiseAsync();
        await world.Process(new SwallowingTransport()).Dispatcher.DispatchOnceAsync(default);
        Assert.Equal(new Tally(Waiting: 0, Sent: 1, Lost: 1, Doubled: 0, Strange: 0), await Tally.OfAsync(world));

        await world.RaiseAsync();
        await world.Process(new RepeatingTransport(new SmtpTransport(Options.Create(world.Mail)))).Dispatcher.DispatchOnceAsync(default);
        Assert.Equal(new Tally(Waiting: 0, Sent: 2, Lost: 1, Doubled: 1, Strange: 0), await Tally.OfAsync(world));

        await world.RaiseAsync();
        Assert.Equal(1, (await Tally.OfAsync(world)).Waiting);
        await world.Database.RunAsync("DELETE FROM onlinesafety.notification");
        Assert.Equal(1, (await Tally.OfAsync(world)).Strange);
    }

    /// <summary>A pass, and then a minute of the ledger's and the relays' clock. What waits for a short while within the pass need not.</summary>
    private async Task PassAsync(NotifyWorld world, Dispatcher dispatcher)
    {
        var pass = dispatcher.DispatchOnceAsync(default);
        while (!pass.IsCompleted)
        {
            if (_clock.NextDue is { } due && due - _clock.GetUtcNow() < TimeSpan.FromSeconds(3))
            {
                _clock.AdvanceTo(due);
            }

            await Task.WhenAny(pass, Task.Delay(2));
        }

        await pass;
        await world.PassAsync(Minute);
        _clock.Advance(Minute);
    }

    private static async Task<List<Guid>> StaffAsync(NotifyWorld world, int count)
    {
        var staff = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToList();
        foreach (var one in staff)
        {
            await world.AddStaffAsync(one, $"{one:N}@school.example.test", "dsl");
        }

        return staff;
    }

    private static MailOptions Secured(NotifyWorld world, IReadOnlyList<X509Certificate2> trusted)
    {
        var mail = world.Mail;
        (mail.RelayHost, mail.RelaySecurity, mail.RelayAuthority) = ("localhost", RelaySecurity.Required, Path.GetTempFileName());
        File.WriteAllText(mail.RelayAuthority, string.Join('\n', trusted.Select(certificate => certificate.ExportCertificatePem())));
        return mail;
    }

    private sealed class SwallowingTransport : IMailTransport
    {
        public Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class RepeatingTransport(IMailTransport real) : IMailTransport
    {
        public async Task SendAsync(OutgoingMail mail, CancellationToken cancellationToken)
        {
            await real.SendAsync(mail, cancellationToken);
            await real.SendAsync(mail, cancellationToken);
        }
    }
}
