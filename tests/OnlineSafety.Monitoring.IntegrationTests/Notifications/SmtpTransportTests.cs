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
    [InlineData("localhost", 1, false)]
    [InlineData("localhost", -1, true)]
    [InlineData("other.example.test", 1, true)]
    public async Task ABadCertificateIsNeverAReasonToGoOnInClear(string name, int years, bool trusted)
    {
        await using var relay = new ScriptedRelay("STARTTLS") { Certificate = ScriptedRelay.SelfSigned(name, Now.AddYears(years)) };
        var options = trusted ? Trusting(relay, RelaySecurity.WhenOffered) : To(relay);

        Assert.Equal(MailFault.Tls, await SendAsync(options));
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

        Assert.Equal(MailFault.Authentication, await SendAsync(options));
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
