using System.Net;
using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Mail;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Intake.Mail;

public sealed class MailDoorTests
{
    [Theory]
    [InlineData("FROM:<a@b.test>", "a@b.test", "")]
    [InlineData("from: <a@b.test> SIZE=10 body=8bitmime", "a@b.test", "SIZE=10,BODY=8BITMIME")]
    [InlineData("FROM:<>", "", "")]
    [InlineData("FROM:<@relay.test,@other.test:a@b.test>", "a@b.test", "")]
    public void APathIsReadWithWhatFollowsIt(string rest, string address, string parameters)
    {
        Assert.True(SmtpCommand.Read("MAIL " + rest).TryPath("FROM", out var read, out var found));
        Assert.Equal((address, parameters), (read, string.Join(',', found)));
    }

    [Theory]
    [InlineData("FROM:")]
    [InlineData("FROM:a@b.test")]
    [InlineData("FROM:<a@b.test")]
    [InlineData("FROM:<a@b.test>x")]
    [InlineData("FROM:<a b@b.test>")]
    [InlineData("FROM:<a\t@b.test>")]
    [InlineData("TO:<a@b.test>")]
    [InlineData("")]
    public void WhatIsNoPathIsRefused(string rest) => Assert.False(SmtpCommand.Read("MAIL " + rest).TryPath("FROM", out _, out _));

    [Theory]
    [InlineData("", "anybody@any.test", true)]
    [InlineData("", "", true)]
    [InlineData("smoothwall.com", "noreply@smoothwall.com", true)]
    [InlineData("smoothwall.com", "noreply@mail.Smoothwall.com", true)]
    [InlineData("smoothwall.com", "noreply@notsmoothwall.com", false)]
    [InlineData("smoothwall.com", "smoothwall.com", false)]
    [InlineData("smoothwall.com", "", false)]
    [InlineData("smoothwall.com", "smoothwall.com@evil.test", false)]
    [InlineData("a@b.test", "A@b.test", true)]
    [InlineData("a@b.test", "aa@b.test", false)]
    public void OnlySendersOnTheListMayWrite(string allowed, string sender, bool may) =>
        Assert.Equal(may, MailRecipients.Allows(Source() with { Senders = allowed.Length == 0 ? [] : [allowed] }, sender));

    [Fact]
    public void AnAddressIsKnownByItsHashInAnyCaseAndInOurDomainAlone()
    {
        var mailbox = AccessKey.CreateMailbox();
        var source = Source() with { KeyHashes = [AccessKey.Hash(mailbox)] };
        var recipients = new MailRecipients(new Fixed(source), "safety.example.test");

        Assert.Equal(source.Key, recipients.Find(mailbox + "@safety.example.test")?.Key);
        Assert.Equal(source.Key, recipients.Find(mailbox.ToUpperInvariant() + "@Safety.Example.Test")?.Key);
        Assert.Null(recipients.Find(mailbox + "@example.test"));
        Assert.Null(recipients.Find(mailbox));
        Assert.Null(recipients.Find("x" + mailbox + "@safety.example.test"));
        Assert.Null(recipients.Find("postmaster@safety.example.test"));
        Assert.True(mailbox.Length <= 64);
    }

    [Fact]
    public void AMailIsKnownAgainWhateverWasAddedOnItsWay()
    {
        var first = Letter("Message-ID: <1@a.test>\r\nSubject: x\r\nDate: d\r\n\r\nbody");
        var again = Letter("Received: from a\r\n by b\r\nDKIM-Signature: z\r\nMessage-Id:\r\n <1@a.test>\r\nSubject: x\r\nDate: d\r\n\r\nbody");

        Assert.Equal((first.Id, Convert.ToHexString(first.Hash)), (again.Id, Convert.ToHexString(again.Hash)));
        Assert.Equal((0, 1), (first.Hops, again.Hops));
        Assert.NotEqual(first.Hash, Letter("Message-ID: <1@a.test>\r\nSubject: x\r\nDate: d\r\n\r\nbody!").Hash);
        Assert.NotEqual(first.Hash, Letter("Message-ID: <1@a.test>\r\nSubject: y\r\nDate: d\r\n\r\nbody").Hash);
        Assert.NotEqual(first.Hash, Letter("Message-ID: <1@a.test>\r\nSubject: x\r\nDate: e\r\n\r\nbody").Hash);
    }

    [Theory]
    [InlineData("Subject: x\r\n\r\nMessage-ID: <in@the.body>")]
    [InlineData("Message-ID:\r\nSubject: x\r\n\r\n")]
    [InlineData("")]
    [InlineData("\r\n")]
    public void AMailWithoutAnIdHasNone(string mail) => Assert.Null(Letter(mail).Id);

    [Fact]
    public void ASourceThatSendsTooFastIsAskedToComeAgainAndNoOther()
    {
        var time = new ManualTimeProvider(Some.Time);
        var rates = new Allowances<Guid>(2, TimeSpan.FromMinutes(1), time);
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());

        Assert.Equal([true, true, false], new[] { rates.TryTake(one), rates.TryTake(one), rates.TryTake(one) });
        Assert.True(rates.TryTake(other));
        time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal([true, false], new[] { rates.TryTake(one), rates.TryTake(one) });
    }

    [Theory]
    [InlineData("", "", null)]
    [InlineData("0.0.0.0:2525", "safety.example.test", null)]
    [InlineData("2525", "", "Mail:Listen")]
    [InlineData("0.0.0.0:2525", "not a domain", "Mail:Domain")]
    public void TheDoorNeedsAnAddressAndAPortAndMayHaveADomain(string listen, string domain, string? fault)
    {
        var options = new IntakeOptions();
        (options.Mail.Listen, options.Mail.Domain) = (listen, domain);

        var result = new IntakeOptionsValidator().Validate(null, options);

        Assert.Equal(fault is null, result.Succeeded);
        Assert.Contains(fault ?? "", string.Join('\n', result.Failures ?? []), StringComparison.Ordinal);
    }

    private static MailLetter Letter(string mail) => MailLetter.Read(Encoding.Latin1.GetBytes(mail));

    private static SourceRegistration Source() => new()
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()), Name = "mail", Product = "smoothwall", Door = SourceDoor.Mail,
    };

    private sealed class Fixed(params SourceRegistration[] sources) : ISourceDirectory
    {
        public event Action? Changed { add { } remove { } }

        public IReadOnlyList<SourceRegistration> Sources => sources;

        public SourceRegistration? Find(Guid source) => null;

        public Task RefreshAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<SourceRegistration> UnassignedAsync(string listener, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
