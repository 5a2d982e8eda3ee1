using System.Text;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

public sealed class SmtpTransportTests
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static OutgoingMail Mail(string to = "dsl@school.example.test") =>
        new(Guid.NewGuid(), Now, "safety@school.example.test", to, "Subject: x\r\n\r\n.dot\r\nbody\r\n"u8.ToArray());

    private static async Task<MailFault?> SendAsync(MailOptions options, OutgoingMail? mail = null)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await new SmtpTransport(Options.Create(options)).SendAsync(mail ?? Mail(), limit.Token);
            return null;
        }
        catch (MailException e)
        {
            return e.Fault;
        }
    }

    private static MailOptions To(ScriptedRelay relay, RelaySecurity security = RelaySecurity.WhenOffered) =>
        new() { RelayHost = "localhost", RelayPort = relay.Port, RelaySecurity = security };

    [Fact]
    public async Task ADottedLineArrivesAsItWas()
    {
        await using var smtp = new SmtpCapture();

        Assert.Null(await SendAsync(new MailOptions { RelayHost = "127.0.0.1", RelayPort = smtp.Port }));
        Assert.Equal("Subject: x\r\n\r\n.dot\r\nbody\r\n", Encoding.ASCII.GetString(smtp.Mails.Single().Raw));
    }

    [Fact]
    public async Task WithATrustedCertificateEverythingButTheGreetingIsInsideTls()
    {
        await using var relay = new ScriptedRelay("STARTTLS", "AUTH PLAIN LOGIN") { Certificate = ScriptedRelay.SelfSigned("localhost", Now.AddYears(1)) };
        var options = Trusting(relay, RelaySecurity.Required);
        (options.RelayUser, options.RelayPassword) = ("user", "pass");

        Assert.Null(await SendAsync(options));

        Assert.Equal(["clear EHLO [127.0.0.1]", "clear STARTTLS"], relay.Lines.Where(l => l.StartsWith("clear ", StringComparison.Ordinal)));
        Assert.Contains("tls AUTH PLAIN AHVzZXIAcGFzcw==", relay.Lines);
        Assert.Contains("tls ..dot", relay.Lines);
    }

    [Fact]
    public async Task ImplicitTlsAndLoginWork()
    {
        await using var relay = new ScriptedRelay("AUTH LOGIN") { Certificate = ScriptedRelay.SelfSigned("localhost", Now.AddYears(1)), Implicit = true };
        var options = Trusting(relay, RelaySecurity.Implicit);
        (options.RelayUser, options.RelayPassword) = ("user", "pass");

        Assert.Null(await SendAsync(options));

        Assert.All(relay.Lines, l => Assert.StartsWith("tls ", l, StringComparison.Ordinal));
        Assert.Contains("tls cGFzcw==", relay.Lines);
    }

    [Theory]
    [InlineData("localhost", 1, false, "certificate-untrusted")]
    [InlineData("localhost", -1, true, "certificate-expired")]
    [InlineData("other.example.test", 1, true, "certificate-name")]
    public async Task ABadCertificateIsNamedAndNeverAReasonToGoOnInClear(string name, int years, bool trusted, string fault)
    {
        await using var relay = new ScriptedRelay("STARTTLS") { Certificate = ScriptedRelay.SelfSigned(name, Now.AddYears(years)) };
        var options = trusted ? Trusting(relay, RelaySecurity.WhenOffered) : To(relay);

        Assert.Equal(fault, MailFaults.CodeOf((await SendAsync(options))!.Value));
        Assert.DoesNotContain(relay.Lines, l => l.Contains("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhereTlsIsRequiredARelayWithoutItGetsNothing()
    {
        await using var relay = new ScriptedRelay();

        Assert.Equal(MailFault.TlsMissing, await SendAsync(To(relay, RelaySecurity.Required)));
        Assert.DoesNotContain(relay.Lines, l => l.Contains("MAIL", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnswersSmuggledInClearBehindStartTlsAreRefused()
    {
        await using var relay = new ScriptedRelay("STARTTLS") { Certificate = ScriptedRelay.SelfSigned("localhost", Now.AddYears(1)), Smuggled = "250 ok\r\n250 ok\r\n" };

        Assert.Equal(MailFault.Protocol, await SendAsync(Trusting(relay, RelaySecurity.WhenOffered)));
    }

    [Fact]
    public async Task ARelayThatOffersNoKnownAuthenticationIsNamedSo()
    {
        await using var relay = new ScriptedRelay("AUTH GSSAPI");
        var options = To(relay, RelaySecurity.None);
        (options.RelayUser, options.RelayPassword) = ("user", "pass");

        Assert.Equal(MailFault.AuthenticationMissing, await SendAsync(options));
    }

    [Theory]
    [InlineData(RelayAuthentication.Plain, "AUTH PLAIN AHVzZXIAcGFzcw==")]
    [InlineData(RelayAuthentication.Login, "AUTH LOGIN")]
    internal async Task TheWayThatIsSetIsTheOneUsed(RelayAuthentication way, string line)
    {
        await using var relay = new ScriptedRelay("AUTH LOGIN PLAIN XOAUTH2");
        var options = To(relay, RelaySecurity.None);
        (options.RelayUser, options.RelayPassword, options.RelayAuthentication) = ("user", "pass", way);

        Assert.Null(await SendAsync(options));
        Assert.Contains("clear " + line, relay.Lines);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ATokenFromACommandOrAFileGoesAsXOAuth2(bool command)
    {
        await using var relay = new ScriptedRelay("STARTTLS", "AUTH LOGIN XOAUTH2") { Certificate = ScriptedRelay.SelfSigned("localhost", Now.AddYears(1)) };
        var options = Trusting(relay, RelaySecurity.Required);
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "ya29.token-1\n");
        (options.RelayUser, options.RelayAuthentication) = ("box@school.example.test", RelayAuthentication.XOAuth2);
        options.RelayTokenFile = command ? "" : file;
        options.RelayTokenCommand = command ? ["/bin/cat", file] : [];

        Assert.Null(await SendAsync(options));

        File.Delete(file);
        var said = relay.Lines.Single(l => l.StartsWith("tls AUTH XOAUTH2 ", StringComparison.Ordinal))["tls AUTH XOAUTH2 ".Length..];
        Assert.Equal("user=box@school.example.test\u0001auth=Bearer ya29.token-1\u0001\u0001", Encoding.ASCII.GetString(Convert.FromBase64String(said)));
    }

    [Fact]
    public async Task ARefusedTokenIsARefusalAndNotAnEndlessChallenge()
    {
        await using var relay = new ScriptedRelay("AUTH XOAUTH2") { RefusesTokens = true };
        var options = To(relay, RelaySecurity.None);
        (options.RelayUser, options.RelayAuthentication, options.RelayTokenCommand) = ("box", RelayAuthentication.XOAuth2, ["/bin/echo", "old"]);

        Assert.Equal(MailFault.Authentication, await SendAsync(options));
        Assert.DoesNotContain(relay.Lines, l => l.Contains("MAIL", StringComparison.Ordinal));
    }

    public static TheoryData<string[]> NoTokens => [["/bin/false"], ["/nowhere/token"], ["/bin/echo", ""], ["/bin/echo", "two words"], ["/bin/sh", "-c", "yes | head -c 100000"]];

    [Theory]
    [MemberData(nameof(NoTokens))]
    public async Task WithoutATokenNothingIsSaid(string[] command)
    {
        await using var relay = new ScriptedRelay("AUTH XOAUTH2");
        var options = To(relay, RelaySecurity.None);
        (options.RelayUser, options.RelayAuthentication, options.RelayTokenCommand) = ("box", RelayAuthentication.XOAuth2, command);

        Assert.Equal(MailFault.Token, await SendAsync(options));
        Assert.DoesNotContain(relay.Lines, l => l.Contains("AUTH", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AStepThatHangsIsNamed()
    {
        await using var smtp = new SmtpCapture();
        smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Hang());
        var options = new MailOptions { RelayHost = "127.0.0.1", RelayPort = smtp.Port, StepSeconds = 1 };

        var report = await new MailTrial(options, TimeProvider.System).RunAsync("dsl@school.example.test", default);

        Assert.False(report.Accepted);
        Assert.Equal("timeout", report.Fault);
        Assert.Equal(["connect", "greeting", "hello", "sender", "recipient"], report.Steps.Select(step => step.Step));
        Assert.Equal([true, true, true, true, false], report.Steps.Select(step => step.Well));
    }

    [Fact]
    public async Task ATrialSaysEachStepAndWhatTheRelayAnswered()
    {
        await using var smtp = new SmtpCapture();
        var options = new MailOptions { RelayHost = "127.0.0.1", RelayPort = smtp.Port, SubjectTag = "[ENCRYPT]" };

        var report = await new MailTrial(options, TimeProvider.System).RunAsync("dsl@school.example.test", default);

        Assert.True(report.Accepted);
        Assert.Equal(["connect", "greeting", "hello", "sender", "recipient", "data", "message"], report.Steps.Select(step => step.Step));
        Assert.All(report.Steps, step => Assert.True(step.Well));
        Assert.Contains("Subject: [ENCRYPT] [Online safety] Test: this is no alert", smtp.Mails.Single().Text, StringComparison.Ordinal);

        smtp.Fail(SmtpStep.RcptTo, new SmtpFault.Answer(550, "5.1.1 no such box"));
        var refused = await new MailTrial(options, TimeProvider.System).RunAsync("gone@school.example.test", default);
        Assert.Equal("recipient-refused", refused.Fault);
        Assert.Contains("5.1.1 no such box", refused.Steps[^1].Detail, StringComparison.Ordinal);
    }

    public static TheoryData<string> NotSmtp => ["HTTP/1.1 400 Bad Request\r\n", "2\r\n", "999 x\r\n", new string('2', 100_000), string.Concat(Enumerable.Repeat("220-x\r\n", 5000)), "220-a\r\n250 b\r\n"];

    [Theory]
    [MemberData(nameof(NotSmtp))]
    public async Task WhatIsNotSmtpOrNeverEndsIsGivenUp(string greeting)
    {
        await using var relay = new ScriptedRelay { Greeting = Encoding.ASCII.GetBytes(greeting) };

        Assert.Equal(MailFault.Protocol, await SendAsync(To(relay)));
    }

    [Theory]
    [InlineData("a@b.test>\r\nRCPT TO:<x@y.test")]
    [InlineData("\"a b\"@b.test")]
    public async Task AnAddressThatIsMoreThanAnAddressReachesNoRelay(string to)
    {
        await using var smtp = new SmtpCapture();

        Assert.Equal(MailFault.Address, await SendAsync(new MailOptions { RelayHost = "127.0.0.1", RelayPort = smtp.Port }, Mail(to)));
        Assert.Equal(0, smtp.Connections);
    }

    private static MailOptions Trusting(ScriptedRelay relay, RelaySecurity security)
    {
        var options = To(relay, security);
        options.RelayAuthority = relay.WriteAuthority();
        return options;
    }
}
