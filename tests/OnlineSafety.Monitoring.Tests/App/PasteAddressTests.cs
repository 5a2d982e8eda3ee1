using OnlineSafety.Monitoring.App.Guides;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.App;

/// <summary>The lines for a product name the host by which others find the service, and say so where nobody has told it.</summary>
public sealed class PasteAddressTests
{
    private const string Public = "https://safety.school.example";

    private static readonly ServiceAddresses Listens = new("http://127.0.0.1:8080", "school-host:5514", "school-host:6514", "school-host:2525");

    private static Source Source(SourceDoor door, bool tls = false, int? port = null) =>
        new() { SourceId = Guid.NewGuid(), Product = "protex", Door = (short)door, Tls = tls, Port = port };

    private static string LinesFor(Source source, ServiceAddresses service, string? said) => SourceGuide.For(source, "key", SourceAddress.Of(source, service.SeenBy(said), "/data/drop"));

    [Theory]
    [InlineData(SourceDoor.Webhook, false, "https://safety.school.example/v1/ingest/")]
    [InlineData(SourceDoor.Syslog, false, "target=\"safety.school.example\" port=\"5514\"")]
    [InlineData(SourceDoor.Syslog, true, "target=\"safety.school.example\" port=\"6514\"")]
    [InlineData(SourceDoor.Mail, false, "safety.school.example port 2525")]
    internal void LinesNameTheAddressThatWasSet(SourceDoor door, bool tls, string named)
    {
        var source = Source(door, tls);

        var lines = LinesFor(source, Listens, Public + "/");

        Assert.Contains(named, lines, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", lines, StringComparison.Ordinal);
        Assert.DoesNotContain("school-host", lines, StringComparison.Ordinal);
        Assert.Null(SourceGuide.Note(source, Listens, Public));
        Assert.Null(SourceGuide.Missing(source, Listens, Public));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("http://localhost:8080")]
    public void WhereNobodyHasSetItTheyNameWhereItListensAndSayHowToSetIt(string? said)
    {
        var source = Source(SourceDoor.Webhook);

        Assert.Contains("http://127.0.0.1:8080/v1/ingest/", LinesFor(source, Listens, said), StringComparison.Ordinal);
        Assert.Contains("set Mail:BaseUrl in the appsettings.json", SourceGuide.Note(source, Listens, said), StringComparison.Ordinal);
        Assert.Null(SourceGuide.Note(Source(SourceDoor.File), Listens, said));
    }

    [Fact]
    public void AListenerOfOneNetworkKeepsItsAddressAndOneOfThisHostAloneIsSaidToBeSo()
    {
        var network = Listens with { Syslog = "10.20.0.4:5514" };
        var host = Listens with { Syslog = "127.0.0.1:5514" };
        var source = Source(SourceDoor.Syslog);

        Assert.Contains("target=\"10.20.0.4\"", LinesFor(source, network, Public), StringComparison.Ordinal);
        Assert.Null(SourceGuide.Missing(source, network, Public));
        Assert.Contains("--syslog 0.0.0.0:5514", SourceGuide.Missing(source, host, Public), StringComparison.Ordinal);
        // On a machine of one's own everything is tried from here.
        Assert.Null(SourceGuide.Missing(source, host, said: null));
    }

    [Theory]
    [InlineData(SourceDoor.Webhook, "127.0.0.1:8080")]
    [InlineData(SourceDoor.Syslog, "school-host:5514")]
    [InlineData(SourceDoor.Mail, "school-host:2525")]
    internal void TheNoteNamesTheAddressThatStandsInTheLines(SourceDoor door, string named) =>
        Assert.StartsWith($"These lines name {named}, where", SourceGuide.Note(Source(door), Listens, said: null), StringComparison.Ordinal);

    [Fact]
    public void LinesForAFortiGateLeaveItsFirstCollectorAlone()
    {
        var source = Source(SourceDoor.Syslog);
        source.Product = "fortigate";

        Assert.DoesNotContain("config log syslogd ", LinesFor(source, Listens, Public), StringComparison.Ordinal);
    }
}
