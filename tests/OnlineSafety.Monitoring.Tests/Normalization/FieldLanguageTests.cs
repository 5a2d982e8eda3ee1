using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>How values become fields of the event.</summary>
public sealed class FieldLanguageTests
{
    private const string Kv = """{"type":"kv","requires":["id"]}""";

    private static MonitoringEvent Read(string fields, string line, string packMembers = "", CategoryNames? names = null) =>
        OneMapping.Event(OneMapping.Of($"\"shape\":{Kv},\"ignore\":[\"id\"],\"fields\":{fields}", packMembers), "id=1 " + line, names: names);

    [Theory]
    [InlineData("hostname=\"casino.example.test\" url=\"/play?a=1\" service=\"HTTPS\"", "https://casino.example.test/play?a=1", "casino.example.test")]
    [InlineData("hostname=\"casino.example.test\" url=\"/play\" service=tcp/8080", "casino.example.test/play", "casino.example.test")]
    [InlineData("hostname=\"casino.example.test\" url=\"\" service=HTTP", "http://casino.example.test", "casino.example.test")]
    [InlineData("hostname=\"other.example.test\" url=\"https://casino.example.test/\" service=HTTPS", "https://casino.example.test/", "casino.example.test")]
    [InlineData("url=\"/play\" service=HTTPS", "/play", null)]
    public void AHostAndAPathBecomeAUrl(string line, string url, string? host)
    {
        var e = Read("""{"url":{"from":"url","host":"hostname","scheme":"service"}}""", line);
        Assert.Equal((url, host), (e.Url, e.UrlHost));
    }

    [Fact]
    public void APartOfAUrlCanBeAFieldAndTheUrlAsWell()
    {
        var e = Read(
            """{"url":"u","deviceHost":{"from":"u","urlPart":"host"},"app":{"from":"u","urlPart":"path"},"text":{"from":"u","urlPart":"query"},"user":{"from":"u","urlParameter":"who"}}""",
            "u=\"https://deny.example.test:8443/block?who=J%2eSmith&x=1#top\"");
        Assert.Equal(("deny.example.test", "/block", "who=J%2eSmith&x=1", "j.smith"), (e.DeviceHost, e.App, e.Text, e.User));
        Assert.Empty(e.Unmapped);
    }

    [Theory]
    [InlineData("SCHOOL\\jsmith", "jsmith")]
    [InlineData("jsmith@school.example", "jsmith")]
    [InlineData("x-fwd-for: 10.1.2.3", null)]
    [InlineData("10.1.2.3", null)]
    [InlineData("2001:db8::1", null)]
    [InlineData("-", null)]
    [InlineData("anonymous", null)]
    public void WhatIsNobodyIsNoUser(string sent, string? user)
    {
        var e = Read("""{"app":"app","user":{"from":"user","except":["x-fwd-for:*","anonymous"]}}""", $"app=x user=\"{sent.Replace("\\", "\\\\", StringComparison.Ordinal)}\"");
        Assert.Equal(user, e.User);
        Assert.Equal(user is null && sent != "-" ? 1 : 0, e.Unmapped.Count(pair => pair.Key == "user" && pair.Value == sent));
    }

    [Theory]
    [InlineData("Y9-Girls", "Year 9")]
    [InlineData("STAFF", "Staff")]
    [InlineData("Other", "Other")]
    public void ATextIsMappedByWordsWithStarsAndElseStaysAsSent(string sent, string group) =>
        Assert.Equal(group, Read("""{"group":{"from":"g","map":{"Y9*":"Year 9","staff":"Staff"}}}""", $"g={sent}").Group);

    [Fact]
    public void ACategoryNumberIsTheSchoolsNameThenThePacksAndElseStaysAsSent()
    {
        const string Fields = """{"categories":{"from":"cat","separators":","}}""";
        const string Pack = "\"categoryNames\":{\"11\":\"Gambling\",\"0x2A\":\"Games\"},";
        var own = new CategoryNames([KeyValuePair.Create("105", "School clubs"), KeyValuePair.Create("11", "Betting")]);

        Assert.Equal(["Gambling", "105", "Games"], Read(Fields, "cat=11,105,0x2a", Pack).Categories);
        Assert.Equal(["Betting", "School clubs", "Games"], Read(Fields, "cat=11,105,0x2a", Pack, own).Categories);
    }

    [Theory]
    [InlineData("https://www.google.com/complete/search?q=how+to+m", EventWarnings.Autosuggest)]
    [InlineData("https://www.google.com/search?q=how+to+make", EventWarnings.None)]
    internal void AnAutosuggestRequestIsMarked(string url, EventWarnings warnings)
    {
        var e = Read("""{"url":"url"}""", $"url={url}");
        Assert.Equal((warnings, ActivityKind.Search), (e.Warnings, e.Kind));
        Assert.StartsWith("how to m", e.SearchQuery, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAutosuggestRequestIsMarkedAlsoWhenTheProductNamesTheTerm()
    {
        var e = Read("""{"url":"url","searchQuery":"q"}""", "url=https://www.google.com/complete/search?q=ho q=\"ho\"");
        Assert.Equal((EventWarnings.Autosuggest, "ho"), (e.Warnings, e.SearchQuery));
    }

    [Theory]
    [InlineData("UTC", "2026-07-02 09:14:07", "2026-07-02T09:14:07Z")]
    [InlineData("America/New_York", "2026-07-02 09:14:07", "2026-07-02T13:14:07Z")]
    [InlineData("America/New_York", "2026-07-02 09:14:07 +0200", "2026-07-02T07:14:07Z")]
    public void ATimeIsReadInTheZoneOfItsMappingUnlessItNamesOne(string zone, string sent, string instant)
    {
        var pack = OneMapping.Of(
            $$$"""{"type":"kv","requires":["t"]}""", $$$"""{"time":{"from":"t","formats":["yyyy-MM-dd HH:mm:ss zzz","yyyy-MM-dd HH:mm:ss"],"zone":"{{{zone}}}"}}""", "");
        var record = new RawRecord(
            RecordEnvelope.Of(Door.Http, RecordEnvelope.Syslog, ""), DateTimeOffset.Parse("2026-07-03T12:00:00Z", System.Globalization.CultureInfo.InvariantCulture),
            RecordFlags.None, System.Text.Encoding.UTF8.GetBytes($"t=\"{sent}\""));
        Assert.Equal(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture), OneMapping.Event(pack, record).OccurredAt);
    }

    [Theory]
    [InlineData("Mars/Olympus")]
    [InlineData("GMT Standard Time")]
    public void AZoneThatIsNotOfTheIanaListIsRefused(string zone)
    {
        var error = Assert.Single(OneMapping.ErrorsOf(
            $$$"""
            "shape":{"type":"kv","requires":["t"]},"fields":{"time":{"from":"t","formats":["iso"],"zone":"{{{zone}}}"}}
            """));
        Assert.Contains("IANA", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void TheUserAgentIsAFieldOfItsOwn() => Assert.Equal("Mozilla/5.0 (iPad)", Read("""{"userAgent":"ua"}""", "ua=\"Mozilla/5.0 (iPad)\"").UserAgent);

    [Theory]
    [InlineData("yyyy-MM-dd HH:mm:ss zzz", "2026-03-02 09:14:07 BST", "2026-03-02T08:14:07Z")]
    [InlineData("yyyy-MM-dd HH:mm:ss zzz", "2026-03-02 09:14:07 GMT", "2026-03-02T09:14:07Z")]
    [InlineData("yyyy-MM-dd HH:mm:ss zzz", "2026-03-02 09:14:07 CET", "2026-03-02T09:14:07Z")]
    [InlineData("yyyy-MM-dd HH:mm:ss zzz", "2026-03-02 09:14:07 +11", "2026-03-01T22:14:07Z")]
    [InlineData("yyyy-MM-dd HH:mm:ss zzz", "2026-03-02 09:14:07 +0100", "2026-03-02T08:14:07Z")]
    [InlineData("yyyy:MM:dd-HH:mm:ss", "2026:03:02-09:14:07", "2026-03-02T09:14:07Z")]
    [InlineData("MMM d HH:mm:ss", "Mar 2 09:14:07", "2026-03-02T09:14:07Z")]
    [InlineData("MMM d HH:mm:ss", "Dec 31 23:59:59", "2025-12-31T23:59:59Z")]
    [InlineData("dd/MM HH:mm", "31/12 23:59", "2025-12-31T23:59:00Z")]
    [InlineData("ddd d MMMM yyyy HH:mm", "Monday 2 March 2026 09:14", "2026-03-02T09:14:00Z")]
    [InlineData("ddd MMM dd HH:mm:ss yyyy", "Mon Mar 02 09:14:07 2026", "2026-03-02T09:14:07Z")]
    public void ATimeMayHaveAZoneWordOrNoYear(string format, string sent, string expected)
    {
        var e = Read("""{"time":{"from":"t","formats":["FORMAT"]}}""".Replace("FORMAT", format), $"t=\"{sent}\"");
        Assert.Equal((TimeBasis.Vendor, DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)), (e.TimeBasis, e.OccurredAt));
    }

    [Fact]
    public void WhatIsDeclaredToBeKeptIsKeptAndNotLeftOver()
    {
        var pack = OneMapping.Of($$"""
            "shape":{{Kv}},"keep":["override"],"ignore":["bytes","id"],"fields":{"user":"user"}
            """);
        var e = Assert.Single(OneMapping.Read(pack, "id=1 user=a override=b bytes=5 surprise=c").Events);
        Assert.Equal(["override", "surprise"], e.Event.Unmapped.Select(pair => pair.Key));
        Assert.Equal(["surprise"], e.LeftOver);
    }
}
