using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>Key=value lines, CEF and LEEF as firewalls write them.</summary>
public sealed class PairShapeTests
{
    private const string Web = """{"user":["user","suser","duser","usrName"],"url":["url","request"],"deviceIp":["srcip","src"],"text":"msg","app":["cef.name","leef.event"]}""";

    private static readonly Mapping[] Cef = OneMapping.Of("""{"type":"cef"}""", Web, "");
    private static readonly Mapping[] Leef = OneMapping.Of("""{"type":"leef"}""", Web, "");

    [Theory]
    [InlineData("date=2026-03-02,time=09:14:07,user=\"SCHOOL,jsmith\",srcip=10.20.30.41,url=https://casino.example.test/a,b,msg=\"denied, twice\"", "SCHOOL,jsmith", "https://casino.example.test/a,b", "denied, twice")]
    [InlineData("user=,srcip=10.20.30.41,url=,msg=x", null, null, "x")]
    public void PairsBetweenCommasMayHoldCommas(string line, string? user, string? url, string text)
    {
        var pack = OneMapping.Of("""{"type":"kv","separator":",","requires":["srcip"]}""", Web, "");
        var e = OneMapping.Event(pack, line);
        Assert.Equal((user, url, text), (e.UserAsSent, e.Url, e.Text));
    }

    [Fact]
    public void WhatStandsBeforeTheFirstKeyHasANameAndOnlyUpperCaseBeginsAKey()
    {
        var pack = OneMapping.Of(
            """{"type":"kv","separator":",","requires":["URL_LOG_ID"],"lead":"when","keys":"upper"}""",
            """{"time":{"from":"when","formats":["MM/dd/yyyy hh:mm:ss tt*"]},"url":"URL","user":"USER","categories":{"from":"CATEGORIES_NAMES","separators":","}}""",
            "");
        var e = OneMapping.Event(pack, "<14>03/02/2026 09:14:07 AM,URL_LOG_ENTRY,URL_LOG_ID=7712,URL=https://casino.example.test/?a=1,b=2,CATEGORIES_NAMES=Gambling,Games,USER=jsmith");
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 14, 7, TimeSpan.Zero), e.OccurredAt);
        Assert.Equal(("https://casino.example.test/?a=1,b=2", "jsmith"), (e.Url, e.User));
        Assert.Equal(["Gambling", "Games"], e.Categories);
    }

    [Theory]
    [InlineData("user=a srcip=10.0.0.1 ether_type=Unknown (0x0000) msg=\"\" exceptions= url=\"u\"", "a", "u")]
    [InlineData("user=a  srcip=10.0.0.1 token=YWJj== url=u", "a", "u")]
    [InlineData("user=\"SCHOOL\\\\jsmith\" srcip=10.0.0.1 url=\"u\"", "jsmith", "u")]
    public void UnquotedValuesMayBeEmptyOrHoldSpaces(string line, string user, string url)
    {
        var e = OneMapping.Event(OneMapping.Of("""{"type":"kv","requires":["srcip"]}""", Web, ""), line);
        Assert.Equal((user, url), (e.User, e.Url));
    }

    [Theory]
    [InlineData("CEF:0|Fortinet|Fortigate|v7.0.12|13056|utm:webfilter ftgd_blk blocked|4|src=10.20.30.41 duser=school\\\\\\\\jsmith request=/a?b=1&c=2 msg=how to pick a lock")]
    [InlineData("<189>Mar  2 09:14:07 FGT-School CEF:0|Fortinet|Fortigate|v7.0.12|13056|utm:webfilter ftgd_blk blocked|4|src=10.20.30.41 duser=jsmith request=/a?b=1&c=2 msg=how to pick a lock")]
    [InlineData("<189>Mar  2 09:14:07 FGT-School CEF: 0|Fortinet|Fortigate|v7.0.12|13056|utm:webfilter ftgd_blk blocked|4|src=10.20.30.41 duser=jsmith request=/a?b=1&c=2 msg=how to pick a lock")]
    [InlineData("<189>CEF: 0|Fortinet|Fortigate|v7.0.12|13056|utm:webfilter ftgd_blk blocked|4|src=10.20.30.41 duser=jsmith request=/a?b=1&c=2 msg=how to pick a lock")]
    public void CefIsFoundWithAndWithoutASpaceAndAHeader(string line)
    {
        var e = OneMapping.Event(Cef, line);
        Assert.Equal(("jsmith", "/a?b=1&c=2", "10.20.30.41"), (e.User, e.Url, e.DeviceIp));
        Assert.Equal(("utm:webfilter ftgd_blk blocked", "how to pick a lock"), (e.App, e.Text));
    }

    [Fact]
    public void EscapesOfCefAreUndone()
    {
        var e = OneMapping.Event(Cef, """CEF:0|V|P|1|1|a \| b \\ c|4|msg=x\=y \\ z\n"second" suser=jo \k""");
        Assert.Equal(("a | b \\ c", "x=y \\ z\n\"second\"", "jo \\k"), (e.App, e.Text, e.UserAsSent));
    }

    [Fact]
    public void WhatOfCefNoFieldUsesIsKeptButNotWhoseFormatItIs()
    {
        var e = OneMapping.Event(Cef, "CEF:0|Fortinet|Fortigate|v7|13056|n|4|suser=jo spt=443");
        Assert.Equal(["cef.signature", "cef.severity", "spt"], e.Unmapped.Select(pair => pair.Key));
    }

    [Theory]
    [InlineData("CEF:0|Fortinet|Fortigate|v7", NormalizeOutcome.Unreadable)]
    [InlineData("0|a|b", NormalizeOutcome.Unclaimed)]
    [InlineData("LEEF:1.0|a|b|c|d|x=1", NormalizeOutcome.Unclaimed)]
    internal void ABrokenHeaderIsUnreadableAndAForeignOneUnclaimed(string line, NormalizeOutcome outcome) =>
        Assert.Equal(outcome, OneMapping.Read(Cef, line).Result.Outcome);

    [Theory]
    [InlineData("LEEF:1.0|Vendor|Product|1.2|URL|src=10.20.30.41\tusrName=jsmith\turl=https://casino.example.test/?a=1")]
    [InlineData("LEEF:1.0|Vendor|Product|1.2|URL|src=10.20.30.41#011usrName=jsmith#011url=https://casino.example.test/?a=1")]
    [InlineData("LEEF:1.0|Vendor|Product|1.2|URL|src=10.20.30.41|usrName=jsmith|url=https://casino.example.test/?a=1")]
    [InlineData("LEEF:2.0|Vendor|Product|1.2|URL|^|src=10.20.30.41^usrName=jsmith^url=https://casino.example.test/?a=1")]
    [InlineData("LEEF:2.0|Vendor|Product|1.2|URL|x5E|src=10.20.30.41^usrName=jsmith^url=https://casino.example.test/?a=1")]
    [InlineData("LEEF:2.0|Vendor|Product|1.2|URL|0x09|src=10.20.30.41\tusrName=jsmith\turl=https://casino.example.test/?a=1")]
    [InlineData("LEEF:2.0|Vendor|Product|1.2|URL||src=10.20.30.41\tusrName=jsmith\turl=https://casino.example.test/?a=1")]
    [InlineData("<14>Mar  2 09:14:07 fw1 LEEF: 2.0|Vendor|Product|1.2|URL|^|src=10.20.30.41^usrName=jsmith^url=https://casino.example.test/?a=1")]
    public void LeefIsReadWithItsOwnDelimiterOrTheUsualOnes(string line)
    {
        var e = OneMapping.Event(Leef, line);
        Assert.Equal(("jsmith", "10.20.30.41", "https://casino.example.test/?a=1", "URL"), (e.User, e.DeviceIp, e.Url, e.App));
    }
}
