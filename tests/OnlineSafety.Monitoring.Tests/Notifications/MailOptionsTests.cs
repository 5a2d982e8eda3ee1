using OnlineSafety.Monitoring.Notifications.Email;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class MailOptionsTests
{
    private static IEnumerable<string> Faults(MailOptions options) => new MailOptionsCheck().Validate(null, options).Failures ?? [];

    [Fact]
    public void TheDefaultsHold() => Assert.Empty(Faults(new MailOptions()));

    [Fact]
    public void EveryFaultIsReportedAtOnce()
    {
        var faults = Faults(new MailOptions { From = "nobody", BaseUrl = "ftp://x", Concurrency = 0, AttemptSeconds = 31, RelayHost = "relay.example.test", RelayPort = 0, HandoverSeconds = 11 });

        Assert.Equal(6, faults.Count());
    }

    [Theory]
    [InlineData("relay.example.test", "WhenOffered", false)]
    [InlineData("relay.example.test", "Required", true)]
    [InlineData("relay.example.test", "Implicit", true)]
    [InlineData("localhost", "None", true)]
    public void APasswordNeverTravelsInClear(string host, string security, bool holds)
    {
        var options = new MailOptions { RelayHost = host, RelaySecurity = Enum.Parse<RelaySecurity>(security), RelayUser = "u", RelayPassword = "p" };

        Assert.Equal(holds, !Faults(options).Any());
    }

    [Fact]
    public void TlsIsLeftOutOnlyForARelayOnThisHost()
    {
        Assert.Single(Faults(new MailOptions { RelayHost = "relay.example.test", RelaySecurity = RelaySecurity.None }));
        Assert.Empty(Faults(new MailOptions { RelayHost = "127.0.0.1", RelaySecurity = RelaySecurity.None }));
    }

    [Fact]
    public void ATokenComesFromOnePlaceAndGoesToAMailbox()
    {
        MailOptions Token(string file, params string[] command) => new()
        {
            RelayHost = "smtp.office365.com", RelayPort = 587, RelaySecurity = RelaySecurity.Required, RelayUser = "box@school.example.test",
            RelayAuthentication = RelayAuthentication.XOAuth2, RelayTokenFile = file, RelayTokenCommand = command,
        };

        Assert.Empty(Faults(Token("token")));
        Assert.Empty(Faults(Token("", "token-for-mail")));
        Assert.Single(Faults(Token("")));
        Assert.Single(Faults(Token("token", "token-for-mail")));
        Assert.Single(Faults(new MailOptions { RelayHost = "localhost", RelayTokenFile = "token" }));
    }

    [Theory]
    [InlineData("X-Egress", "secure", true)]
    [InlineData("Sensitivity", "Company-Confidential", true)]
    [InlineData("Bcc", "x@y.example.test", false)]
    [InlineData("subject", "x", false)]
    [InlineData("Content-Type", "x", false)]
    [InlineData("X-A: b\r\nBcc", "x", false)]
    [InlineData("X-A", "x\r\nBcc: x@y.example.test", false)]
    public void AHeaderForAGatewayMayBeAddedAndNothingElse(string name, string value, bool holds) =>
        Assert.Equal(holds, !Faults(new MailOptions { Headers = { [name] = value } }).Any());
}
