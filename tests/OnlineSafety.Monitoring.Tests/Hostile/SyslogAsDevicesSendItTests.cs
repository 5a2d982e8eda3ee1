using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.Tests.Intake;
using OnlineSafety.Monitoring.Tests.Normalization;

namespace OnlineSafety.Monitoring.Tests.Hostile;

/// <summary>
/// Syslog as devices really send it, one row for each way in which they break the rules. The first number is the row: 1 no priority, 2 body at once,
/// 3 neither time nor host, 4 host without date, 5 one-digit day, 6 no year, 7 year added, 8 no zone, 9 zone abbreviations, 10 epoch, 11 ISO variants,
/// 12 fake version, 13 host variants, 14 JSON only, 15 byte order marks, 16 cut, 17 cut inside a character, 18 and 19 framing, 20 control lines,
/// 21 control characters written out. What needs a socket (18, 19, 23, 24) is in the integration tests too; row 22 (TLS) is its listener's.
/// </summary>
public sealed class SyslogAsDevicesSendItTests
{
    private const string Pair = "url=http://forum.example.test/ user=j.example action=blocked";
    private const string Columns =
        "1772442847.381\t\tj.example\t192.0.2.41\tpc-1\thttp://forum.example.test/\tGET\t403\t0\ttext/html\t-\t-\t214\t-\t500\t*DENIED* Blocked site: example.test\t0\tViolence\tsecondary\t3";
    private const string Squid = "1772442847.381    214 192.0.2.41 TCP_DENIED/403 3901 GET http://forum.example.test/ j.example HIER_NONE/- text/html";
    private const string Json = "{\"phrase\":\"x\",\"username\":\"j.example\"}";

    private static readonly DateTimeOffset ReceivedAt = new(2026, 3, 2, 9, 15, 0, TimeSpan.Zero);
    private static readonly MappingSet Mappings = Repository.Rules.Mappings;

    [Theory]
    [InlineData(1, "protex", Columns, "", "2026-03-02T09:14:07.381Z", "vendor")]
    [InlineData(1, "protex", Squid, "", "2026-03-02T09:14:07.381Z", "vendor")]
    [InlineData(1, "generic", "Mar  2 09:14:07 fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(1, "generic", "2026-03-02T09:14:07Z fw1 : %FTD-6-430002: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(2, "generic", "<30>device=\"SFW\" date=2026-03-02 time=09:14:07 " + Pair, "", "2026-03-02T09:14:07Z", "vendor")]
    [InlineData(2, "generic", "<189>date=2026-03-02 time=09:14:07 devname=\"FGT\" " + Pair, "", "2026-03-02T09:14:07Z", "vendor")]
    [InlineData(3, "generic", "<130> [ERROR] " + Pair, "", "2026-03-02T09:15:00Z", "received")]
    [InlineData(4, "protex", "<14>fw1 " + Columns, "", "2026-03-02T09:14:07.381Z", "vendor")]
    [InlineData(4, "senso", "<14>fw1 " + Json, "", "2026-03-02T09:15:00Z", "received")]
    [InlineData(5, "generic", "<14>Mar 2 09:14:07 fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(7, "generic", "<14>Mar  2 09:14:07 2026 fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(7, "generic", "<14>Mar 2 2026 09:14:07.123+0000 fw1 " + Pair, "fw1", "2026-03-02T09:14:07.123Z", "header")]
    [InlineData(8, "generic", "<14>*Mar  2 09:14:07.123: filter: " + Pair, "", "2026-03-02T09:14:07.123Z", "header")]
    [InlineData(8, "generic", "<14>.Mar  2 09:14:07: filter: " + Pair, "", "2026-03-02T09:14:07Z", "header")]
    [InlineData(9, "generic", "<14>Mar  2 2026 09:14:07 BST fw1 filter: " + Pair, "fw1", "2026-03-02T08:14:07Z", "header")]
    [InlineData(9, "generic", "<14>Mar  2 09:14:07 IST fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(9, "generic", "<14>Mar  2 09:14:07 2026 CST fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(9, "generic", "<14>2026-03-02 09:14:07 AEST fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(10, "generic", "<14>1772442847 fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(10, "generic", "<14>1772442847.381 fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07.381Z", "header")]
    [InlineData(10, "generic", "<14>1772442847381 fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07.381Z", "header")]
    [InlineData(11, "generic", "<14>2026-03-02 09:14:07,381 fw1 " + Pair, "fw1", "2026-03-02T09:14:07.381Z", "header")]
    [InlineData(11, "generic", "<14>2026-03-02 09:14 fw1 " + Pair, "fw1", "2026-03-02T09:14:00Z", "header")]
    [InlineData(11, "generic", "<14>2026-03-02 09:14:07.381 +0000 fw1 " + Pair, "fw1", "2026-03-02T09:14:07.381Z", "header")]
    [InlineData(12, "generic", "<14>1 Mar  2 09:14:07 fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(13, "protex", "<14>Mar 02 09:14:07 fw1 10.0.0.1 " + Columns, "fw1", "2026-03-02T09:14:07.381Z", "vendor")]
    [InlineData(13, "senso", "<14>Mar 02 09:14:07 fw1 10.0.0.1 " + Json, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(13, "generic", "<14>Mar  2 09:14:07 [fw1] filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(13, "generic", "<14>Mar  2 09:14:07 src@relay/10.0.0.1 filter: " + Pair, "src@relay/10.0.0.1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(14, "senso", Json, "", "2026-03-02T09:15:00Z", "received")]
    [InlineData(14, "senso", "<14>" + Json, "", "2026-03-02T09:15:00Z", "received")]
    [InlineData(14, "senso", "<14>1 2026-03-02T09:14:07Z fw1 app - - - " + Json, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(15, "senso", "\uFEFF" + Json, "", "2026-03-02T09:15:00Z", "received")]
    [InlineData(15, "senso", "\uFEFF<14>Mar  2 09:14:07 fw1 \uFEFF" + Json, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(15, "senso", "<14>1 2026-03-02T09:14:07Z fw1 app - - - \uFEFF" + Json, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(15, "generic", "\uFEFFMar  2 09:14:07 fw1 filter: " + Pair, "fw1", "2026-03-02T09:14:07Z", "header")]
    [InlineData(20, "generic", "<14>Mar  2 09:14:07 fw1 filter: message repeated 3 times: [ " + Pair + "]", "fw1", "2026-03-02T09:14:07Z", "header")]
    public void TheHeaderIsReadTheBodyIsMappedAndTheBestTimeIsTaken(int row, string product, string line, string host, string time, string basis)
    {
        var (result, events) = Read(product, line);

        Assert.True(row > 0 && result.Outcome == NormalizeOutcome.Mapped, $"{result}");
        var read = Assert.Single(events);
        Assert.Equal(host, Encoding.UTF8.GetString(SyslogMessage.Parse(Encoding.UTF8.GetBytes(line), ReceivedAt, TimeZoneInfo.Utc).HostName));
        Assert.Equal(DateTimeOffset.Parse(time), read.OccurredAt);
        Assert.Equal(basis, Words.Of(read.TimeBasis));
        Assert.Equal("j.example", read.User);
        Assert.Equal(ReceivedAt, read.ReceivedAt);
        Assert.Equal(EventWarnings.None, read.Warnings & ~EventWarnings.UnmappedAction);
        Assert.Equal(RecordFlags.None, read.RecordFlags);
    }

    [Theory]
    [InlineData(6, "<14>Dec 31 23:59:58 fw1 filter: " + Pair, "2027-01-01T00:00:03Z", "2026-12-31T23:59:58Z", "header", "None")]
    [InlineData(6, "<14>Jan  1 00:00:01 fw1 filter: " + Pair, "2026-12-31T23:59:58Z", "2027-01-01T00:00:01Z", "header", "None")]
    [InlineData(6, "<14>Jun  1 09:00:00 fw1 filter: " + Pair, "2026-03-02T09:15:00Z", "2025-06-01T08:00:00Z", "header", "None")]
    [InlineData(8, "<14>Jul  2 09:14:07 fw1 filter: " + Pair, "2026-07-02T08:15:00Z", "2026-07-02T08:14:07Z", "header", "None")]
    [InlineData(8, "<14>Oct 25 01:30:00 fw1 filter: " + Pair, "2026-10-25T00:31:00Z", "2026-10-25T00:30:00Z", "header", "None")]
    [InlineData(8, "<14>Oct 25 01:30:00 fw1 filter: " + Pair, "2026-10-25T01:31:00Z", "2026-10-25T01:30:00Z", "header", "None")]
    [InlineData(8, "<14>2026-03-04T09:14:07Z fw1 filter: " + Pair, "2026-03-02T09:15:00Z", "2026-03-02T09:15:00Z", "received", "ClockSkew")]
    public void ATimeThatTheSenderLeavesOpenIsReadInItsZoneNearReceipt(
        int row, string line, string received, string expected, string basis, string warnings)
    {
        var (result, events) = Read("generic", Encoding.UTF8.GetBytes(line), DateTimeOffset.Parse(received), Packs.London);

        Assert.True(row > 0 && result.Outcome == NormalizeOutcome.Mapped, $"{result}");
        Assert.Equal((DateTimeOffset.Parse(expected), basis, warnings), (events[0].OccurredAt, Words.Of(events[0].TimeBasis), events[0].Warnings.ToString()));
    }

    [Theory]
    [InlineData(3, "<130> [ERROR] disc full")]
    [InlineData(4, "<14>fw1 link is up")]
    [InlineData(12, "<14>1 fw1 link is up")]
    [InlineData(16, "<14>Mar  2 09:14:07 filter1 e2guardian[2211]: 1772442847.381\t\tj.example\t192.0.2.41\tlab-1\thttp://forum.exa")]
    [InlineData(16, "mple.test/\tGET\t403\t0\ttext/html\t-\t-\t214\t-\t500\t*DENIED* Blocked site: example.test\t0\tViolence\tsecondary\t3")]
    [InlineData(19, "  at the second line of what was one message")]
    [InlineData(20, "<14>message repeated 2 times and then words of somebody")]
    [InlineData(20, "<14>last message repeated 2 times of which somebody wrote more")]
    [InlineData(20, "<14>HEARTBEAT of somebody")]
    public void WhatNoMappingReadsIsKeptAsItCameListedAndReadForGraveWords(int row, string line)
    {
        var plain = Processed("protex", Encoding.UTF8.GetBytes(line));
        Assert.True(row > 0 && plain.Disposition == Disposition.Review);
        Assert.Equal(line, Encoding.UTF8.GetString(plain.Evidence));
        Assert.NotEqual("", plain.Event.Review);
        Assert.Equal(Severity.None, plain.Event.Assessment.Severity);

        var grave = Processed("protex", Encoding.UTF8.GetBytes(line + " painless ways to kill myself"));
        Assert.Equal(Disposition.Review, grave.Disposition);
        Assert.True(grave.Event.Assessment.Severity >= Severity.High);
    }

    [Theory]
    [InlineData(16, 480)]
    [InlineData(16, 1024)]
    [InlineData(16, 6144)]
    [InlineData(16, 8000)]
    public void ALineCutByItsSenderStillGivesWhatCame(int row, int at)
    {
        var line = $"<14>Mar  2 09:14:07 fw1 filter: {Pair} detail=\"{new string('a', 9000)}";

        var (result, events) = Read("generic", line[..at]);

        Assert.True(row > 0 && result.Outcome == NormalizeOutcome.Mapped);
        Assert.Equal(("http://forum.example.test/", "j.example"), (events[0].Url, events[0].User));
        Assert.StartsWith("aaa", events[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Row17ACharacterCutInHalfIsReplacedAndTheEventSaysSo()
    {
        var line = Encoding.UTF8.GetBytes($"<14>Mar  2 09:14:07 fw1 filter: {Pair} detail=caf\u00e9")[..^1];

        var (result, events) = Read("generic", line, ReceivedAt, TimeZoneInfo.Utc);

        Assert.Equal(NormalizeOutcome.Mapped, result.Outcome);
        Assert.Equal(("caf\uFFFD", EventWarnings.TruncatedUtf8), (events[0].Text, events[0].Warnings));
    }

    [Fact]
    public void Row17BytesThatWereNeverUtf8AreReplacedAndTheEventSaysSo()
    {
        var (_, events) = Read("generic", [.. Encoding.UTF8.GetBytes($"<14>{Pair} detail="), 0xFF, 0x80, (byte)'x'], ReceivedAt, TimeZoneInfo.Utc);

        Assert.Equal(("\uFFFD\uFFFDx", EventWarnings.InvalidUtf8), (events[0].Text, events[0].Warnings));
    }

    [Fact]
    public void Row17JsonCutInsideACharacterIsKeptForReviewWithItsReason()
    {
        var kept = Processed("senso", Encoding.UTF8.GetBytes("<14>{\"phrase\":\"i will kill myself tonight caf\u00e9")[..^1]);

        Assert.Equal((Disposition.Review, "bad-json"), (kept.Disposition, kept.Event.Review));
        Assert.True(kept.Event.Assessment.Severity >= Severity.High);
    }

    [Theory]
    [InlineData(18, "30 <14>Mar  2 09:14:07 fw1 a: one31 <14>Mar  2 09:14:07 fw1 a: two!", 2)]
    [InlineData(18, "<14>Mar  2 09:14:07 fw1 a: one\n<14>Mar  2 09:14:07 fw1 a: two!\n", 2)]
    [InlineData(18, "<14>Mar  2 09:14:07 fw1 a: one\r\n<14>Mar  2 09:14:07 fw1 a: two!\r\n", 2)]
    [InlineData(18, "<14>Mar  2 09:14:07 fw1 a: one\r<14>Mar  2 09:14:07 fw1 a: two!\r", 2)]
    [InlineData(18, "<14>Mar  2 09:14:07 fw1 a: one\0<14>Mar  2 09:14:07 fw1 a: two!\0", 2)]
    [InlineData(18, "<189>29: *Mar  2 09:14:07: %SYS-5-CONFIG_I: one<189>30: *Mar  2 09:14:08: %SYS-5-CONFIG_I: two!", 1)]
    [InlineData(19, "53 <14>Mar  2 09:14:07 fw1 a: one\n  and its second two!!", 1)]
    [InlineData(19, "<14>Mar  2 09:14:07 fw1 a: one\n  and its second two!\n", 2)]
    public void EachFramingGivesTheMessagesAndEveryByteOfThem(int row, string stream, int messages)
    {
        var frames = SyslogFramerTests.Frame(new SyslogFramer(64 * 1024), Encoding.UTF8.GetBytes(stream), int.MaxValue);

        Assert.True(row > 0);
        Assert.Equal(messages, frames.Count);
        Assert.All(frames, frame => Assert.Equal(RecordFlags.None, frame.Flags));
        Assert.Contains("one", frames[0].Text, StringComparison.Ordinal);
        Assert.Contains("two!", frames[^1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, "<46>Mar  2 09:14:07 fw1 -- MARK --")]
    [InlineData(20, "<46>1 2026-03-02T09:14:07Z fw1 rsyslogd - - - -- MARK --")]
    [InlineData(20, "<14>Mar  2 09:14:07 fw1 last message repeated 17 times")]
    [InlineData(20, "<14>Mar  2 09:14:07 last message repeated 17 times")]
    [InlineData(20, "<14>Mar  2 09:14:07 fw1 syslogd: last message repeated 2 times ")]
    [InlineData(20, "<14>1 2026-03-02T09:14:07Z fw1 ERAServer 1114 - - HEARTBEAT")]
    public void AControlLineIsNoEventButASignOfLife(int row, string line)
    {
        var control = Processed("protex", Encoding.UTF8.GetBytes(line));

        Assert.True(row > 0);
        Assert.Equal(Disposition.Control, control.Disposition);
        Assert.Equal(ReceivedAt, control.Plan.LastControlAt);
        Assert.Empty(control.Plan.Events);
    }

    [Theory]
    [InlineData(21, "#011")]
    [InlineData(21, "\t")]
    public void ATabThatARelayWroteOutIsATab(int row, string tab)
    {
        var (result, events) = Read("protex", "<14>Mar  2 09:14:07 fw1 e2guardian: " + Columns.Replace("\t", tab, StringComparison.Ordinal));

        Assert.True(row > 0);
        Assert.Equal(NormalizeOutcome.Mapped, result.Outcome);
        Assert.Equal(("j.example", "http://forum.example.test/"), (events[0].User, events[0].Url));
    }

    [Fact]
    public void Row21OtherControlCharactersWrittenOutStayAsTheyCame()
    {
        var (_, events) = Read("generic", $"<14>Mar  2 09:14:07 fw1 filter: {Pair} detail=\"one#012two#033[31m\"");

        Assert.Equal("one#012two#033[31m", events[0].Text);
    }

    private static (NormalizeResult Result, List<MonitoringEvent> Events) Read(string product, string line) =>
        Read(product, Encoding.UTF8.GetBytes(line), ReceivedAt, TimeZoneInfo.Utc);

    private static (NormalizeResult Result, List<MonitoringEvent> Events) Read(string product, byte[] line, DateTimeOffset received, TimeZoneInfo zone)
    {
        var record = new RawRecord(Some.Syslog, received, RecordFlags.None, line);
        var sink = new EventKeeper(record);
        return (new Normalizer(Mappings).Normalize(record, Mappings.Find(product), zone, sink), sink.Events);
    }

    private static ProcessedRecord Processed(string product, byte[] line)
    {
        var context = new StreamContext(
            new SourceKey(Guid.NewGuid(), Guid.NewGuid()), product, Mappings.Find(product), TimeZoneInfo.Utc, TimeSpan.FromHours(2), new SchoolPeople(new Dictionary<string, Subject>(), [])) { Seal = Some.Seal };
        var plan = new RecordPlan();
        plan.Start(1);
        new Stages(Repository.Rules, NullLogger.Instance).Run(context, Guid.NewGuid(), 1, new RawRecord(Some.Syslog, ReceivedAt, RecordFlags.None, line), plan);
        return new ProcessedRecord(plan);
    }

    private sealed record ProcessedRecord(RecordPlan Plan)
    {
        public Disposition Disposition => Enum.GetValues<Disposition>().Single(disposition => Plan.Count(disposition) == 1);

        public PlannedEvent Event => Assert.Single(Plan.Events);

        public byte[] Evidence => Assert.Single(Plan.Evidence).Raw.ToArray();
    }
}
