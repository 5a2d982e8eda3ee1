using System.Net;
using System.Text;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class SourceMatcherTests
{
    private const string FromFilter = "<14>Mar  2 09:14:07 filter1 e2guardian[412]: text";

    [Fact]
    public void ASourceWithoutConditionsTakesWhateverComesToTheCommonListener() =>
        Assert.Equal("any", Match(null, "10.0.0.1", FromFilter, Source("any")));

    [Fact]
    public void ASourceIsFoundOnlyOnItsOwnPort()
    {
        var sources = new[] { Source("common"), Source("own", port: 6001), Source("other", port: 6002) };

        Assert.Equal("common", Match(null, "10.0.0.1", FromFilter, sources));
        Assert.Equal("own", Match(6001, "10.0.0.1", FromFilter, sources));
    }

    [Fact]
    public void ASenderOutsideTheNetworksMatchesNothing() =>
        Assert.Null(Match(null, "192.168.7.7", FromFilter, Source("school", from: "10.0.0.0/8")));

    [Fact]
    public void TheNarrowerNetworkWins()
    {
        var sources = new[] { Source("any"), Source("trust", from: "10.0.0.0/8"), Source("school", from: "10.1.0.0/16"), Source("box", from: "10.1.2.3/32") };

        Assert.Equal("box", Match(null, "10.1.2.3", FromFilter, sources));
        Assert.Equal("school", Match(null, "10.1.9.9", FromFilter, sources));
        Assert.Equal("trust", Match(null, "10.9.9.9", FromFilter, sources));
        Assert.Equal("any", Match(null, "192.0.2.1", FromFilter, sources));
    }

    [Fact]
    public void AnIPv4SenderOnADualStackSocketIsMatchedByIPv4Networks() =>
        Assert.Equal("school", Match(null, "::ffff:10.1.2.3", FromFilter, Source("school", from: "10.1.0.0/16")));

    [Fact]
    public void BehindOneRelayTheHostNameDecidesWhateverItsCase()
    {
        var sources = new[] { Source("first", from: "10.0.0.1/32", host: "FILTER1"), Source("second", from: "10.0.0.1/32", host: "filter2") };

        Assert.Equal("first", Match(null, "10.0.0.1", FromFilter, sources));
        Assert.Null(Match(null, "10.0.0.1", FromFilter.Replace("filter1", "filter3", StringComparison.Ordinal), sources));
    }

    [Fact]
    public void TheAppNameDecidesBetweenProductsOfOneHost()
    {
        var sources = new[] { Source("firewall", host: "filter1", app: "fw"), Source("protex", host: "filter1", app: "e2guardian"), Source("rest", host: "filter1") };

        Assert.Equal("protex", Match(null, "10.0.0.1", FromFilter, sources));
        Assert.Equal("rest", Match(null, "10.0.0.1", FromFilter.Replace("e2guardian[412]", "cron[1]", StringComparison.Ordinal), sources));
    }

    [Fact]
    public void TwoThatFitEquallyWellAreNone()
    {
        Assert.Null(Match(null, "10.0.0.1", FromFilter, Source("one"), Source("two")));
        Assert.Null(Match(null, "10.0.0.1", FromFilter, Source("one", host: "filter1"), Source("two", host: "filter1")));
    }

    [Fact]
    public void WebhookAndUnassignedSourcesNeverMatch()
    {
        var webhook = Source("webhook") with { Door = SourceDoor.Webhook };
        var unassigned = Source("unassigned") with { Unassigned = true };

        Assert.Null(Match(null, "10.0.0.1", FromFilter, webhook, unassigned));
        Assert.False(SourceMatcher.For(null, [webhook, unassigned]).For(IPAddress.Parse("10.0.0.1")).Any);
    }

    [Fact]
    public void ACertificateGoesBeforeTheNarrowestNetwork()
    {
        var thumbprint = new byte[] { 1, 2, 3 };
        var bound = Source("bound") with { Tls = true, Certificates = [[9], thumbprint] };
        var matcher = SourceMatcher.For(null, [bound, Source("box", from: "10.1.2.3/32", host: "filter1", app: "e2guardian")]);

        Assert.Equal("bound", Find(matcher, new PeerProof(Tls: true, thumbprint)));
        Assert.Equal("box", Find(matcher, new PeerProof(Tls: true, [7])));
        Assert.Equal("box", Find(matcher, default));
    }

    [Fact]
    public void ASourceThatDemandsTlsIsNotFoundInClearAndIsFoundBeforeOneThatDoesNot()
    {
        var matcher = SourceMatcher.For(null, [Source("clear"), Source("sealed") with { Tls = true }]);

        Assert.Equal("clear", Find(matcher, default));
        Assert.Equal("sealed", Find(matcher, new PeerProof(Tls: true, Certificate: null)));
    }

    [Fact]
    public void WhoFitsOnlyWhatItHasNotProvedIsToldApartFromAStranger()
    {
        var sealedSource = Source("sealed", from: "10.1.0.0/16") with { Tls = true };
        var matcher = SourceMatcher.For(null, [sealedSource]);

        Assert.Same(sealedSource, matcher.For(IPAddress.Parse("10.1.2.3")).Unproven);
        Assert.Null(matcher.For(IPAddress.Parse("10.1.2.3"), new PeerProof(Tls: true, null)).Unproven);
        Assert.Null(matcher.For(IPAddress.Parse("192.0.2.1")).Unproven);
        Assert.Null(SourceMatcher.For(null, [sealedSource, Source("any")]).For(IPAddress.Parse("10.1.2.3")).Unproven);
    }

    [Fact]
    public void WhatASenderDidNotProveIsNoLineOfAnotherSchoolThatTakesMoreLoosely()
    {
        var sealedSource = Source("sealed", from: "10.1.0.0/16") with { Tls = true };
        var others = Source("loose", from: "10.0.0.0/8");
        var own = others with { Key = sealedSource.Key with { Source = Guid.NewGuid() } };
        var named = Source("named", from: "10.1.0.0/16", host: "filter1") with { Tls = true };
        var elsewhere = Source("elsewhere", from: "10.1.0.0/16", host: "filter9") with { Tls = true };

        Assert.Null(Find(SourceMatcher.For(null, [sealedSource, others]), default));
        Assert.Equal("loose", Find(SourceMatcher.For(null, [sealedSource, own]), default));
        Assert.Equal("loose", Find(SourceMatcher.For(null, [Source("sealed", from: "10.0.0.0/8") with { Tls = true }, others]), default));
        Assert.Null(Find(SourceMatcher.For(null, [named, others]), default));
        Assert.Equal("loose", Find(SourceMatcher.For(null, [elsewhere, others]), default));
        Assert.Equal("sealed", Find(SourceMatcher.For(null, [sealedSource, others]), new PeerProof(Tls: true, null)));
    }

    [Fact]
    public void WhatASchoolThatLeftWouldHaveTakenIsNobodyElses()
    {
        var left = Source("left", from: "10.1.0.0/16");
        var others = Source("loose", from: "10.0.0.0/8");

        Assert.Null(Find(SourceMatcher.For(null, [others], [left]), default));
        Assert.Null(Find(SourceMatcher.For(null, [others], [Source("named", from: "10.0.0.0/8", host: "filter1")]), default));
        Assert.Equal("loose", Find(SourceMatcher.For(null, [others], [Source("elsewhere", from: "10.9.0.0/16")]), default));
        Assert.Equal("left", Find(SourceMatcher.For(null, [others, left]), default));
    }

    [Fact]
    public void WhatASourceOutOfUseWouldHaveTakenIsNoLineOfAnotherSchoolThatTakesMoreLoosely()
    {
        var disabled = Source("disabled", from: "10.1.0.0/16");
        var others = Source("loose", from: "10.0.0.0/8");
        var own = others with { Key = disabled.Key with { Source = Guid.NewGuid() } };

        Assert.Null(Find(SourceMatcher.For(null, [others], disabled: [disabled]), default));
        Assert.Null(Find(SourceMatcher.For(null, [others], disabled: [Source("named", from: "10.0.0.0/8", host: "filter1")]), default));
        Assert.Null(SourceMatcher.For(null, [others], disabled: [disabled]).For(IPAddress.Parse("10.1.2.3")).Unproven);
        Assert.Equal("loose", Find(SourceMatcher.For(null, [own], disabled: [disabled]), default));
        Assert.Equal("loose", Find(SourceMatcher.For(null, [others], disabled: [Source("elsewhere", from: "10.9.0.0/16")]), default));
        // A school that takes a device over names it as closely.
        Assert.Equal("taken over", Find(SourceMatcher.For(null, [others, Source("taken over", from: "10.1.0.0/16")], disabled: [disabled]), default));
    }

    private static string? Find(SourceMatcher matcher, PeerProof proof) =>
        matcher.For(IPAddress.Parse("10.1.2.3"), proof).Find(Encoding.UTF8.GetBytes(FromFilter), DateTimeOffset.UnixEpoch)?.Name;

    private static string? Match(int? port, string peer, string message, params SourceRegistration[] sources) =>
        SourceMatcher.For(port, sources).For(IPAddress.Parse(peer)).Find(Encoding.UTF8.GetBytes(message), DateTimeOffset.UnixEpoch)?.Name;

    private static SourceRegistration Source(string name, int? port = null, string? from = null, string? host = null, string? app = null) => new()
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = name,
        Product = "protex",
        Door = SourceDoor.Syslog,
        Port = port,
        From = from is null ? [] : [IPNetwork.Parse(from)],
        MatchHost = host,
        MatchApp = app,
    };
}
