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
        var faults = Faults(new MailOptions { From = "nobody", BaseUrl = "ftp://x", Concurrency = 0, AttemptSeconds = 31, RelayHost = "relay.example.test", RelayPort = 0 });

        Assert.Equal(5, faults.Count());
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
}
