using System.Net.Sockets;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Mail;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake.Mail;

/// <summary>The mail door on a real socket, in front of a controlled log.</summary>
public sealed class MailDoorTests
{
    private const string Alert = "Message-ID: <1@filter.example.test>\nSubject: alert\n\nUser: jo\n.hidden dot\n";

    [Fact]
    public async Task A250SaysThatTheMailIsStoredAsItCame()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"));
        doors.Log.Stall();
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        var answer = sender.MailAsync("e2guardian@filter.example.test", RegisteredSources.MailboxOf(source), Alert);
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);
        Assert.False(answer.IsCompleted);
        doors.Log.Resume();

        Assert.StartsWith("250 2.0.0", await answer, StringComparison.Ordinal);
        var stored = Assert.Single(doors.Log.Stored);
        Assert.Equal((source.Key.Source, Alert.ReplaceLineEndings("\r\n") + "\r\n", Door.Mail, RecordEnvelope.Mail), (stored.Source, stored.Text, stored.Envelope.Door, stored.Envelope.ContentType));
        Assert.Equal(new DeliveryHeader(MailDoorParts.SenderHeader, "e2guardian@filter.example.test"), Assert.Single(stored.Envelope.Headers));
        Assert.StartsWith("221", await sender.SayAsync("QUIT"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhenTheLogFailsTheSenderIsToldToComeAgainAndThenThereIsOneRecord()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        doors.Log.RefuseNext(1);

        Assert.StartsWith("451 4.3.0", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), Alert), StringComparison.Ordinal);
        Assert.Empty(doors.Log.Stored);
        Assert.StartsWith("250", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), Alert), StringComparison.Ordinal);

        // As after an answer that was lost: the next server on the way has added its own line.
        Assert.StartsWith("250", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), "Received: from x by y\n" + Alert), StringComparison.Ordinal);
        Assert.Single(doors.Log.Stored);
    }

    [Fact]
    public async Task NothingIsRelayedAndNobodyElsesAddressIsTaken()
    {
        await using var doors = await OpenAsync(sources => sources.Mail("a"));
        foreach (var address in new[] { "someone@elsewhere.test", "osm-b@safety.example.test", "osm-a@elsewhere.test", "osm-a", "postmaster", "@safety.example.test", "osm-a%elsewhere.test@safety.example.test", "osm-a@safety.example.test@elsewhere.test" })
        {
            await using var other = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
            Assert.StartsWith("550 5.1.1", await other.MailAsync("a@b.test", address, Alert), StringComparison.Ordinal);
            Assert.StartsWith("503", await other.SayAsync("DATA"), StringComparison.Ordinal);
        }

        Assert.Empty(doors.Log.Stored);
    }

    [Fact]
    public async Task ASourceMadeAMomentAgoTakesMailAtOnce()
    {
        await using var doors = await OpenAsync(_ => { });
        var source = doors.Sources.Mail("new");
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        Assert.StartsWith("250", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), Alert), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OnlySendersAndHostsOfTheSourceMayWriteAndTheRestIsShown()
    {
        SourceRegistration listed = null!, near = null!;
        await using var doors = await OpenAsync(sources =>
        {
            listed = sources.Mail("listed", ["smoothwall.com"]);
            near = sources.Mail("near", from: "10.1.0.0/16");
        });
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);

        Assert.StartsWith("550 5.7.1", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(listed), Alert), StringComparison.Ordinal);
        await sender.SayAsync("RSET");
        Assert.StartsWith("550 5.7.1", await sender.MailAsync("", RegisteredSources.MailboxOf(listed), Alert), StringComparison.Ordinal);
        await sender.SayAsync("RSET");
        Assert.StartsWith("250", await sender.MailAsync("noreply@mail.smoothwall.com", RegisteredSources.MailboxOf(listed), Alert), StringComparison.Ordinal);
        Assert.StartsWith("550 5.7.1", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(near), Alert), StringComparison.Ordinal);
        Assert.Single(doors.Log.Stored);
        Assert.Equal((2, 1), (doors.Troubles[listed, DoorTroubleKind.SenderRefused], doors.Troubles[near, DoorTroubleKind.SenderRefused]));
    }

    [Fact]
    public async Task ASecondRecipientIsToldToComeInAMailOfItsOwn()
    {
        SourceRegistration one = null!, other = null!;
        await using var doors = await OpenAsync(sources => (one, other) = (sources.Mail("one"), sources.Mail("other")));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        await sender.SayAsync("MAIL FROM:<a@b.test>");
        Assert.StartsWith("250", await sender.SayAsync($"RCPT TO:<{RegisteredSources.MailboxOf(one)}>"), StringComparison.Ordinal);
        Assert.StartsWith("250", await sender.SayAsync($"RCPT TO:<{RegisteredSources.MailboxOf(one)}>"), StringComparison.Ordinal);
        Assert.StartsWith("452 4.5.3", await sender.SayAsync($"RCPT TO:<{RegisteredSources.MailboxOf(other)}>"), StringComparison.Ordinal);
        Assert.StartsWith("354", await sender.SayAsync("DATA"), StringComparison.Ordinal);
        Assert.StartsWith("250", await sender.SayAsync("Subject: x\r\n\r\nx\r\n."), StringComparison.Ordinal);
        Assert.Equal(one.Key.Source, Assert.Single(doors.Log.Stored).Source);
    }

    [Fact]
    public async Task AMailThatIsTooLargeIsRefusedByWhatItSaysAndByWhatItIs()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"), ("Mail:MaxMessageBytes", "65536"));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);

        foreach (var size in new[] { "65537", "99999999999999999999" })
        {
            Assert.StartsWith("250", await sender.SayAsync($"MAIL FROM:<a@b.test> SIZE={size}"), StringComparison.Ordinal);
            Assert.StartsWith("552 5.3.4", await sender.SayAsync($"RCPT TO:<{RegisteredSources.MailboxOf(source)}>"), StringComparison.Ordinal);
            Assert.StartsWith("250", await sender.SayAsync("RSET"), StringComparison.Ordinal);
        }

        Assert.StartsWith("552 5.3.4", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), new string('x', 70_000)), StringComparison.Ordinal);
        Assert.StartsWith("250", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), new string('x', 60_000)), StringComparison.Ordinal);
        Assert.Single(doors.Log.Stored);
        Assert.Equal(3, doors.Troubles[source, DoorTroubleKind.MailRefused]);
    }

    [Fact]
    public async Task AMailThatGoesRoundInCirclesIsRefused()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);

        Assert.StartsWith("554 5.4.6", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), string.Concat(Enumerable.Repeat("Received: x\n", 31)) + Alert), StringComparison.Ordinal);
        Assert.StartsWith("250", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), string.Concat(Enumerable.Repeat("Received: x\n", 30)) + Alert), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnderTlsASourceThatDemandsItIsReachedAndInClearItIsNot()
    {
        using var certificate = new TestCertificate();
        certificate.Write("safety.example.test");
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(
            sources => source = sources.Mail("a", tls: true), ("Syslog:Tls:CertificateFile", certificate.File), ("Syslog:Tls:KeyFile", certificate.KeyFile));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!, greet: false);
        Assert.Contains("STARTTLS", await sender.SayAsync("EHLO x"), StringComparison.Ordinal);
        Assert.StartsWith("530 5.7.0", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), Alert), StringComparison.Ordinal);
        Assert.Equal(1, doors.Troubles[source, DoorTroubleKind.ProofMissing]);

        await sender.StartTlsAsync();
        Assert.StartsWith("503", await sender.SayAsync("MAIL FROM:<a@b.test>"), StringComparison.Ordinal);
        Assert.DoesNotContain("STARTTLS", await sender.SayAsync("EHLO x"), StringComparison.Ordinal);
        Assert.StartsWith("250", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), Alert), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatFollowsStartTlsInClearIsNotTakenForWhatWasSaidUnderIt()
    {
        using var certificate = new TestCertificate();
        certificate.Write("safety.example.test");
        await using var doors = await OpenAsync(sources => sources.Mail("a"), ("Syslog:Tls:CertificateFile", certificate.File), ("Syslog:Tls:KeyFile", certificate.KeyFile));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        await sender.SendAsync("STARTTLS\r\nMAIL FROM:<a@b.test>\r\n");

        Assert.StartsWith("554", await sender.HearAsync(), StringComparison.Ordinal);
        Assert.Equal("", await sender.HearAsync());
    }

    [Fact]
    public async Task WithoutACertificateStartTlsIsNotOffered()
    {
        await using var doors = await OpenAsync(_ => { });
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!, greet: false);
        Assert.DoesNotContain("STARTTLS", await sender.SayAsync("EHLO x"), StringComparison.Ordinal);
        Assert.StartsWith("503", await sender.SayAsync("STARTTLS"), StringComparison.Ordinal);
    }

    /// <summary>What another server would read as a second mail, with a sender of its own, is text of the first.</summary>
    [Theory]
    [InlineData("\n.\n")]
    [InlineData("\n.\r\n")]
    [InlineData("\r\n.\n")]
    [InlineData("\r.\r")]
    public async Task NoMailIsSmuggledInsideAnother(string end)
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        var to = RegisteredSources.MailboxOf(source);
        await sender.SayAsync("MAIL FROM:<a@b.test>");
        await sender.SayAsync($"RCPT TO:<{to}>");
        await sender.SayAsync("DATA");
        Assert.StartsWith("250", await sender.SayAsync($"Subject: x\r\n\r\nfirst{end}MAIL FROM:<head@school.test>\r\nRCPT TO:<{to}>\r\nDATA\r\nsecond\r\n."), StringComparison.Ordinal);
        Assert.StartsWith("250", await sender.SayAsync("NOOP"), StringComparison.Ordinal);
        Assert.Contains("second", Assert.Single(doors.Log.Stored).Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NOOP\nNOOP\r\n", "500 5.5.2")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n", "502")]
    public async Task WhatIsNoSmtpIsRefused(string sent, string answer)
    {
        await using var doors = await OpenAsync(_ => { });
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        await sender.SendAsync(sent);
        Assert.StartsWith(answer, await sender.HearAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CommandsSentAheadAreAnsweredInOrder()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        await sender.SendAsync($"MAIL FROM:<a@b.test>\r\nRCPT TO:<{RegisteredSources.MailboxOf(source)}>\r\nDATA\r\nSubject: x\r\n\r\nbody\r\n.\r\nQUIT\r\n");

        foreach (var code in new[] { "250", "250", "354", "250", "221", "" })
        {
            Assert.StartsWith(code, await sender.HearAsync(), StringComparison.Ordinal);
        }

        Assert.Single(doors.Log.Stored);
    }

    [Fact]
    public async Task TooManyWrongCommandsAndTooManyConnectionsAreRefused()
    {
        await using var doors = await OpenAsync(_ => { }, ("Mail:MaxBadCommands", "3"), ("Mail:MaxConnectionsPerPeer", "2"));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        for (var i = 0; i < 4; i++)
        {
            Assert.StartsWith("502", await sender.SayAsync("HACK"), StringComparison.Ordinal);
        }

        await using var second = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        using var third = new TcpClient();
        await third.ConnectAsync(doors.Mail.Endpoint!);
        Assert.Equal(0, await third.GetStream().ReadAsync(new byte[1]));
        Assert.True(doors.Mail.Met.Lately);

        Assert.StartsWith("421", await sender.SayAsync("NOOP"), StringComparison.Ordinal);
        Assert.Equal("", await sender.HearAsync());
    }

    [Fact]
    public async Task ASourceOverItsRateIsAskedToComeAgain()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"), ("Mail:MaxMailsPerMinutePerSource", "1"));
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        Assert.StartsWith("250", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), Alert), StringComparison.Ordinal);
        Assert.StartsWith("451 4.7.1", await sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), Alert), StringComparison.Ordinal);
        Assert.Equal(1, doors.Troubles[source, DoorTroubleKind.OverRate]);
    }

    [Fact]
    public async Task WhoIsSilentOrTricklesIsCutOff()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"), ("Mail:CommandWithin", "00:00:01"), ("Mail:MailWithin", "00:00:01"));
        await using var silent = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        Assert.StartsWith("421 4.4.2", await silent.HearAsync(), StringComparison.Ordinal);

        await using var slow = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        await slow.SayAsync("MAIL FROM:<a@b.test>");
        await slow.SayAsync($"RCPT TO:<{RegisteredSources.MailboxOf(source)}>");
        await slow.SayAsync("DATA");
        await slow.SendAsync("Subject: x\r\n");
        Assert.StartsWith("421", await slow.HearAsync(), StringComparison.Ordinal);
        Assert.Empty(doors.Log.Stored);
    }

    [Fact]
    public async Task AStopEndsIdleConnectionsAndStoresTheMailThatIsWhole()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Mail("a"));
        await using var idle = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        await using var sender = await MailSender.ConnectAsync(doors.Mail.Endpoint!);
        doors.Log.Stall();
        var answer = sender.MailAsync("a@b.test", RegisteredSources.MailboxOf(source), Alert);
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);
        var stop = doors.StopAsync();
        Assert.StartsWith("421 4.3.2", await idle.HearAsync(), StringComparison.Ordinal);
        doors.Log.Resume();

        Assert.StartsWith("250", await answer, StringComparison.Ordinal);
        await stop;
        Assert.Single(doors.Log.Stored);
    }

    [Fact]
    public async Task UnlessItIsConfiguredTheDoorIsShut()
    {
        await using var doors = await Doors.OpenAsync(_ => { });
        Assert.Null(doors.Mail.Endpoint);
        Assert.False(doors.Mail.Closed);
    }

    private static Task<Doors> OpenAsync(Action<RegisteredSources> register, params (string Key, string Value)[] settings) =>
        Doors.OpenAsync(register, [("Mail:Listen", "127.0.0.1:0"), ("Mail:Domain", "safety.example.test"), .. settings]);
}
