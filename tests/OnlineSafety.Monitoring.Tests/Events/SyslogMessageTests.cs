using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Tests.Normalization;

namespace OnlineSafety.Monitoring.Tests.Events;

public sealed class SyslogMessageTests
{
    private static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);

    /// <summary>Headers as devices really send them, against the RFCs.</summary>
    [Theory]
    [InlineData("<30>device=\"SFW\" date=2026-03-02 time=09:14:07", "", "", "device=\"SFW\" date=2026-03-02 time=09:14:07")]
    [InlineData("<189>date=2026-03-02 time=09:14:07 devname=\"FGT\"", "", "", "date=2026-03-02 time=09:14:07 devname=\"FGT\"")]
    [InlineData("<189>Mar  2 09:14:07 fw1 date=2026-03-02 time=09:14:07", "fw1", "", "date=2026-03-02 time=09:14:07")]
    [InlineData("<189>Mar  2 09:14:07 date=2026-03-02 time=09:14:07", "", "", "date=2026-03-02 time=09:14:07")]
    [InlineData("<130> [ERROR] text", "", "", " [ERROR] text")]
    [InlineData("<14>Mar 2 09:14:07 fw1 app: one digit day", "fw1", "app", "one digit day")]
    [InlineData("<14>Mar  2 09:14:07 2026 fw1 app: year after", "fw1", "app", "year after")]
    [InlineData("<14>Mar 2 2026 09:14:07.123+0000 fw1 app: year inside", "fw1", "app", "year inside")]
    [InlineData("<14>*Mar  2 09:14:07.123: %SYS-5-CONFIG_I: cisco", "", "%SYS-5-CONFIG_I", "cisco")]
    [InlineData("<14>1772442847.381 fw1 app: epoch", "fw1", "app", "epoch")]
    [InlineData("<14>2026-03-02 09:14:07,381 fw1 app: comma", "fw1", "app", "comma")]
    [InlineData("<14>1 Mar  2 09:14:07 fw1 app: fake version", "fw1", "app", "fake version")]
    [InlineData("<14>Mar  2 09:14:07 [fw1] app: brackets", "fw1", "app", "brackets")]
    [InlineData("<14>e2guardian[2211]: no time, no host", "", "e2guardian", "no time, no host")]
    [InlineData("<14>Mar  2 09:14:07 PA-440 1,2026/03/02 09:14:07,0212", "PA-440", "", "1,2026/03/02 09:14:07,0212")]
    [InlineData("\uFEFF{\"a\":1}", "", "", "{\"a\":1}")]
    [InlineData("<14>\uFEFF{\"a\":1}", "", "", "{\"a\":1}")]
    [InlineData("<14>Mar  2 09:14:07 fw1 \uFEFF{\"a\":1}", "fw1", "", "{\"a\":1}")]
    [InlineData("1772442847.381    214 10.20.30.41 TCP_DENIED/403", "", "", "1772442847.381    214 10.20.30.41 TCP_DENIED/403")]
    [InlineData("<14>1772442847.381 123456 10.20.30.41 TCP_DENIED/403", "", "", "1772442847.381 123456 10.20.30.41 TCP_DENIED/403")]
    [InlineData("1772442847.381\t\tjsmith\t10.20.30.41", "", "", "1772442847.381\t\tjsmith\t10.20.30.41")]
    [InlineData("2026.03.02 09:14:07 jsmith 10.20.30.41", "", "", "2026.03.02 09:14:07 jsmith 10.20.30.41")]
    public void AHeaderIsTakenOffAndNothingElse(string line, string host, string app, string message)
    {
        var syslog = SyslogMessage.Parse(Encoding.UTF8.GetBytes(line), ReceivedAt, TimeZoneInfo.Utc);

        Assert.Equal(host, Encoding.UTF8.GetString(syslog.HostName));
        Assert.Equal(app, Encoding.UTF8.GetString(syslog.AppName));
        Assert.Equal(message, Encoding.UTF8.GetString(syslog.Message));
    }

    [Theory]
    [InlineData("<14>Dec 31 23:59:58 h a: x", "2027-01-01T00:00:03Z", "2026-12-31T23:59:58Z")]
    [InlineData("<14>Jan  1 00:00:01 h a: x", "2026-12-31T23:59:58Z", "2027-01-01T00:00:01Z")]
    [InlineData("<14>Feb 29 12:00:00 h a: x", "2028-03-01T00:00:00Z", "2028-02-29T12:00:00Z")]
    [InlineData("<14>Mar 20 00:00:01 h a: x", "2026-03-02T09:15:00Z", "2026-03-20T00:00:01Z")]
    [InlineData("<14>Mar  2 09:14:07 BST h a: x", "2026-03-02T09:15:00Z", "2026-03-02T09:14:07Z")]
    [InlineData("<14>Mar  2 2026 09:14:07 BST h a: x", "2026-03-02T09:15:00Z", "2026-03-02T08:14:07Z")]
    [InlineData("<14>Jul  2 09:14:07 h a: x", "2026-07-02T08:15:00Z", "2026-07-02T08:14:07Z")]
    [InlineData("<14>1 2026-03-02T09:14:07.123456789Z h a - - - x", "2026-03-02T09:15:00Z", "2026-03-02T09:14:07.1234567Z")]
    [InlineData("<14>1 2026-02-30T00:00:00Z h a - - - x", "2026-03-02T09:15:00Z", null)]
    [InlineData("<14>1 2026-01-01T00:00:00+24:00 h a - - - x", "2026-03-02T09:15:00Z", null)]
    public void TheTimeIsReadInTheSendersZoneAndTheRightYear(string line, string received, string? expected)
    {
        var syslog = SyslogMessage.Parse(Encoding.UTF8.GetBytes(line), DateTimeOffset.Parse(received), Packs.London);
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected), syslog.Timestamp);
    }

    [Theory]
    [InlineData("2026-10-25T00:31:00Z", "2026-10-25T00:30:00Z")]
    [InlineData("2026-10-25T01:31:00Z", "2026-10-25T01:30:00Z")]
    public void TheHourThatOccursTwiceIsReadNearestToReceipt(string received, string expected)
    {
        var syslog = SyslogMessage.Parse("<14>Oct 25 01:30:00 h a: x"u8, DateTimeOffset.Parse(received), Packs.London);
        Assert.Equal(DateTimeOffset.Parse(expected), syslog.Timestamp);
    }

    [Fact]
    public void HalfAMillionBracketsTakeLinearTime()
    {
        // Quadratic reading of this line would take minutes: the test run's own limit is the assertion.
        var line = Encoding.UTF8.GetBytes("<14>1 - h a - - " + string.Concat(Enumerable.Repeat("[e k=\"", 100_000)));
        var syslog = SyslogMessage.Parse(line, ReceivedAt, TimeZoneInfo.Utc);
        Assert.Equal(line.Length - 16, syslog.Message.Length);
    }
}
