using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.Sources;

public sealed class NewSourceTests
{
    [Fact]
    public void ASingleAddressBecomesANetworkOfOne()
    {
        var source = (Syslog() with { From = ["192.0.2.7", "2001:db8::1", "10.2.0.0/16", "192.0.2.7"] }).ToSource(Guid.NewGuid());

        Assert.Equal(["192.0.2.7/32", "2001:db8::1/128", "10.2.0.0/16"], source.Networks);
    }

    [Theory]
    [InlineData("10.2.0.0/33")]
    [InlineData("school.example")]
    [InlineData("")]
    public void WhatIsNoNetworkIsRefused(string from) =>
        Assert.Throws<SetupException>(() => (Syslog() with { From = [from] }).ToSource(Guid.NewGuid()));

    [Fact]
    public void SyslogSelectorsOnAnotherDoorAreRefused()
    {
        Assert.Throws<SetupException>(() => (Syslog() with { Door = SourceDoor.Webhook, Host = "fw1" }).ToSource(Guid.NewGuid()));
        Assert.Throws<SetupException>(() => (Syslog() with { Door = SourceDoor.File, Port = 5515 }).ToSource(Guid.NewGuid()));
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("caf\u00e9")]
    [InlineData("")]
    public void ASelectorThatNoSyslogHeaderCanHoldIsRefused(string host) =>
        Assert.Throws<SetupException>(() => (Syslog() with { Host = host }).ToSource(Guid.NewGuid()));

    [Fact]
    public void AnUnknownTimeZoneIsRefused() =>
        Assert.Throws<SetupException>(() => (Syslog() with { TimeZone = "Europe/Atlantis" }).ToSource(Guid.NewGuid()));

    [Fact]
    public void TheProductNamesASourceWithoutAName() => Assert.Equal("protex", Syslog().ToSource(Guid.NewGuid()).Name);

    private static NewSource Syslog() => new() { Product = "protex", Door = SourceDoor.Syslog };
}
