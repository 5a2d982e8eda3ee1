using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

public sealed class NormalizerTests
{
    private static readonly MappingSet Mappings = Packs.Load();

    [Fact]
    public void AnUnknownProductIsUnclaimedAndSaysWhy()
    {
        var (result, _) = Read("nobody", RecordEnvelope.Json, "{}");
        Assert.Equal(new NormalizeResult(NormalizeOutcome.Unclaimed, "no-mapping", "", 0), result);
    }

    [Theory]
    [InlineData("{\"a\":", "bad-json")]
    [InlineData("not json", "bad-json")]
    [InlineData("{\"a\":1}{\"b\":2}", "bad-json")]
    [InlineData("{\"a\":1,\"b\":{\"c\":1,\"c\":2}}", "duplicate-key")]
    [InlineData("{\"a\":1,\"\\u0061\":2}", "duplicate-key")]
    [InlineData("{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"a\":2}", "duplicate-key")]
    [InlineData("{\"phrase\":\"\\ud800\"}", "lone-surrogate")]
    [InlineData("   ", "empty")]
    [InlineData("\"text\"", "bad-json")]
    public void ABrokenJsonBodyIsUnreadableWithItsReason(string body, string reason)
    {
        var (result, events) = Read("senso", RecordEnvelope.Json, body);
        Assert.Equal(NormalizeOutcome.Unreadable, result.Outcome);
        Assert.Equal(reason, result.Reason);
        Assert.Empty(events);
    }

    [Theory]
    [InlineData(32, "")]
    [InlineData(33, "json-too-deep")]
    public void JsonIsReadDownTo32Levels(int depth, string reason)
    {
        var body = "{\"phrase\":\"x\",\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", depth - 2)) + "{}" + new string('}', depth - 1);
        Assert.Equal(reason, Read("senso", RecordEnvelope.Json, body).Result.Reason);
        var list = "{\"phrase\":\"x\",\"a\": " + string.Concat(Enumerable.Repeat("[ ", depth - 1)) + new string(']', depth - 1) + "}";
        Assert.Equal(reason, Read("senso", RecordEnvelope.Json, list).Result.Reason);
    }

    [Fact]
    public void JsonThatIsBrokenAtTheLowestLevelIsBrokenAndNotTooDeep()
    {
        var body = string.Concat(Enumerable.Repeat("{\"a\":", 31)) + "{\"a\":nothing" + new string('}', 32);
        Assert.Equal("bad-json", Read("senso", RecordEnvelope.Json, body).Result.Reason);
    }

    [Fact]
    public void JsonOfMoreThanTenThousandTokensIsUnreadable()
    {
        Assert.Equal("", Read("senso", RecordEnvelope.Json, "{\"phrase\":\"x\",\"x\":[" + string.Join(',', Enumerable.Repeat("1", 9_990)) + "]}").Result.Reason);
        Assert.Equal("json-too-long", Read("senso", RecordEnvelope.Json, "{\"x\":[" + string.Join(',', Enumerable.Repeat("1", 10_000)) + "]}").Result.Reason);
    }

    [Fact]
    public void BytesThatAreNoUtf8MakeJsonUnreadable()
    {
        var (result, _) = Read("senso", RecordEnvelope.Json, [.. "{\"phrase\":\""u8, 0xC3, .. "\"}"u8]);
        Assert.Equal("bad-utf8", result.Reason);
    }

    [Theory]
    [InlineData("<14>1 2026-03-02T09:14:07Z filter1 e2guardian - - - ")]
    [InlineData("<14>1 2026-03-02T09:14:07Z filter1 e2guardian - - -  ")]
    [InlineData("<14>Mar  2 09:14:07 filter1 e2guardian:  ")]
    public void TheSpaceThatARelayLeavesBeforeTheMessageIsNotPartOfIt(string header)
    {
        // rsyslog's RSYSLOG_SyslogProtocol23Format writes a space and then %msg%, which begins with one.
        var (result, events) = Read("protex", RecordEnvelope.Syslog, header + "1772442847.381\t\tj.example\t192.0.2.41\tpc-1\thttp://forum.example.test/\tGET\t403\t0\ttext/html\t-\t-\t214\t-\t500\t*DENIED* Blocked site: example.test\t0\tViolence\tsecondary\t3");
        Assert.Equal(NormalizeOutcome.Mapped, result.Outcome);
        Assert.Single(events);
    }

    [Fact]
    public void AByteOrderMarkBeforeJsonIsNoError()
    {
        var (result, events) = Read("senso", RecordEnvelope.Json, "\uFEFF{\"phrase\":\"x\",\"username\":\"a\"}");
        Assert.Equal(NormalizeOutcome.Mapped, result.Outcome);
        Assert.Equal("a", Assert.Single(events).User);
    }

    [Fact]
    public void EachRecordOfAListIsAnEventWithItsPart()
    {
        var (result, events) = Read("senso", RecordEnvelope.Json, "[{\"phrase\":\"x\"},{\"type\":\"heartbeat\"},{\"phrase\":\"y\"}]");
        Assert.Equal(2, result.Events);
        Assert.Equal([0, 1], events.Select(e => e.Id.Part));
        Assert.Equal(["x", "y"], events.Select(e => e.Text));
    }

    [Fact]
    public void AnEmptyListIsMappedAndHoldsNoEvent()
    {
        Assert.Equal(new NormalizeResult(NormalizeOutcome.Mapped, "", "smoothwall.monitor@3", 0), Read("smoothwall", RecordEnvelope.Json, "[]").Result);
    }

    [Theory]
    [InlineData("""{"eventTime":"2026-03-02T09:14:07Z","userName":"a","pageUrl":"https://a.example.test/","action":"blocked"}""", "no-fields", 0)]
    [InlineData("""[{"user":"a","url":"https://a.example.test/"},{"userName":"b","pageUrl":"https://b.example.test/"}]""", "no-fields", 1)]
    [InlineData("""{"test":"hello"}""", "no-fields", 0)]
    [InlineData("""{"user":"a"}""", "", 1)]
    [InlineData("""{"at":"2026-03-02T09:14:07Z","action":"blocked"}""", "", 1)]
    [InlineData("[]", "", 0)]
    public void ARecordWithNothingThatItsMappingReadsIsUnreadableAndNoEventOfNobody(string body, string reason, int events)
    {
        var pack = OneMapping.Of("{\"type\":\"json\"}", """{"time":{"from":"$.at","formats":["iso"]},"user":"$.user","url":"$.url","action":{"from":"$.action","map":{"blocked":"blocked"}},"kind":{"default":"visit"}}""", "");
        var reading = OneMapping.Read(pack, body, RecordEnvelope.Json);
        Assert.Equal((reason.Length > 0 ? NormalizeOutcome.Unreadable : NormalizeOutcome.Mapped, reason, events), (reading.Result.Outcome, reading.Result.Reason, reading.Result.Events));
        Assert.Equal(events, reading.Events.Count);
    }

    [Fact]
    public void ASignOfLifeOfNoKnownFieldIsStillOne()
    {
        var pack = OneMapping.Of("{\"type\":\"json\"}", """{"user":"$.user"}""", "");
        Assert.Equal(NormalizeOutcome.Control, OneMapping.Read(pack, """{"type":"heartbeat"}""", RecordEnvelope.Json).Result.Outcome);
    }

    [Fact]
    public void JsonInsideASyslogLineIsReadToo()
    {
        var (result, events) = Read("senso", RecordEnvelope.Syslog, "<14>Mar  2 09:14:07 relay1 {\"phrase\":\"x\",\"username\":\"a\"}");
        Assert.Equal(NormalizeOutcome.Mapped, result.Outcome);
        Assert.Equal(TimeBasis.Header, events[0].TimeBasis);
    }

    [Fact]
    public void ATimeMoreThanADayAheadIsReplacedByReceiptAndMarked()
    {
        var (_, events) = Read("senso", RecordEnvelope.Json, "{\"phrase\":\"x\",\"time\":\"2026-03-04T14:00:01Z\"}");
        Assert.Equal(Packs.ReceivedAt, events[0].OccurredAt);
        Assert.Equal(TimeBasis.Received, events[0].TimeBasis);
        Assert.Equal(EventWarnings.ClockSkew, events[0].Warnings);
    }

    [Fact]
    public void ATimeThatCannotBeReadIsKeptAsSentAndMarked()
    {
        var (_, events) = Read("senso", RecordEnvelope.Json, "{\"phrase\":\"x\",\"time\":\"31/31/2026\"}");
        Assert.Equal(EventWarnings.BadTime, events[0].Warnings);
        Assert.Contains(KeyValuePair.Create("time", "31/31/2026"), events[0].Unmapped);
    }

    [Fact]
    public void AWordThatTheMappingDoesNotKnowIsMarkedAndNotGuessed()
    {
        var (_, events) = Read("senso", RecordEnvelope.Json, "{\"phrase\":\"x\",\"severity\":\"SEVERE\",\"action\":\"PAUSED\"}");
        Assert.Equal(EventWarnings.UnmappedAction | EventWarnings.UnmappedSeverity, events[0].Warnings);
        Assert.Equal(("SEVERE", "PAUSED"), (events[0].VendorSeverityWord, events[0].ActionAsSent));
        Assert.Equal((0, DeviceAction.Unknown), (events[0].VendorSeverity, events[0].Action));
    }

    [Theory]
    [InlineData("http://user:secret@host.example.test/a", "http://host.example.test/a", "host.example.test")]
    [InlineData("https://Host.Example.TEST:443/a?b=1", "https://Host.Example.TEST/a?b=1", "host.example.test")]
    [InlineData("http://host.example.test:80", "http://host.example.test", "host.example.test")]
    [InlineData("https://host.example.test:8443/", "https://host.example.test:8443/", "host.example.test")]
    [InlineData("https://h.example.test/?user=a&Password=x&b=2#top", "https://h.example.test/?user=a&Password=&b=2#top", "h.example.test")]
    [InlineData("https://h.example.test/p@th", "https://h.example.test/p@th", "h.example.test")]
    [InlineData("http://[2001:db8::1]:8080/", "http://[2001:db8::1]:8080/", "[2001:db8::1]")]
    [InlineData("h.example.test:443", "h.example.test", "h.example.test")]
    [InlineData("h.example.test./x", "h.example.test./x", "h.example.test")]
    [InlineData("javascript:alert(1)", "javascript:alert(1)", "javascript")]
    public void AUrlLosesItsSecretsAndGivesItsHost(string sent, string url, string host)
    {
        var (_, events) = Read("senso", RecordEnvelope.Json, $"{{\"phrase\":\"x\",\"url\":\"{sent}\"}}");
        Assert.Equal((url, host), (events[0].Url, events[0].UrlHost));
    }

    [Theory]
    [InlineData("https://www.google.co.uk/search?client=x&q=one+two%20three", "one two three")]
    [InlineData("https://www.bing.com/images/search?q=caf%C3%A9", "caf\u00e9")]
    [InlineData("https://m.youtube.com/results?search_query=a%", "a%")]
    [InlineData("https://duckduckgo.com/?q=cut%C3&ia=web", "cut\uFFFD")]
    [InlineData("https://google.example.test/search?q=x", "x")]
    [InlineData("https://notgoogle.com/search?q=x", null)]
    [InlineData("https://www.google.com/maps?q=x", null)]
    [InlineData("https://www.google.com/search?q=", null)]
    [InlineData("https://evilbing.com/search?q=x", null)]
    public void ASearchTermIsTakenFromTheUrlOfAnEngine(string url, string? term)
    {
        var (_, events) = Read("senso", RecordEnvelope.Json, $"{{\"phrase\":\"x\",\"context\":\"WEBSITEURL\",\"url\":\"{url}\"}}");
        Assert.Equal(term, events[0].SearchQuery);
        Assert.Equal(term is null ? ActivityKind.Visit : ActivityKind.Search, events[0].Kind);
    }

    [Theory]
    [InlineData("SCHOOL\\\\J.Smith", "j.smith")]
    [InlineData("J.Smith@school.example", "j.smith")]
    [InlineData("J.SMITH", "j.smith")]
    [InlineData("\u00c9lodie", "\u00e9lodie")]
    [InlineData("-", null)]
    [InlineData("", null)]
    public void APersonIsTheAccountInWhatWasSent(string sent, string? account)
    {
        var (_, events) = Read("senso", RecordEnvelope.Json, $"{{\"phrase\":\"x\",\"username\":\"{sent}\"}}");
        Assert.Equal(account, events[0].User);
    }

    [Fact]
    public void WhatNoFieldUsesIsKept()
    {
        var (_, events) = Read("senso", RecordEnvelope.Json, "{\"phrase\":\"x\",\"user\":\"b\",\"username\":\"a\",\"os\":{\"name\":\"Windows\",\"tags\":[1,true]},\"none\":null}");
        Assert.Equal(
            [KeyValuePair.Create("user", "b"), KeyValuePair.Create("os.name", "Windows"), KeyValuePair.Create("os.tags", "1"), KeyValuePair.Create("os.tags", "true")],
            events[0].Unmapped);
    }

    [Fact]
    public void TheSameBytesGiveTheSameEventsAgain()
    {
        foreach (var product in Packs.Products)
        {
            foreach (var sample in Packs.Index(product))
            {
                var first = Packs.Run(Mappings, product, sample).SelectMany(r => r.Events).Select(e => Encoding.UTF8.GetString(EventJson.Serialize(e.Event)));
                var second = Packs.Run(Packs.Load(), product, sample).SelectMany(r => r.Events).Select(e => Encoding.UTF8.GetString(EventJson.Serialize(e.Event)));
                Assert.Equal(first, second);
            }
        }
    }

    [Fact]
    public void SamplesCutOrChangedAnywhereNeverThrow()
    {
        var random = new Random(20260302);
        var normalizer = new Normalizer(Mappings);
        var sink = new CountingSink();
        foreach (var product in Packs.Products)
        {
            foreach (var sample in Packs.Index(product))
            {
                foreach (var bytes in Packs.Records(product, sample))
                {
                    for (var round = 0; round < 60; round++)
                    {
                        var broken = bytes.AsSpan(0, random.Next(bytes.Length + 1)).ToArray();
                        for (var change = 0; change < round % 5 && broken.Length > 0; change++)
                        {
                            broken[random.Next(broken.Length)] = (byte)random.Next(256);
                        }

                        var record = new RawRecord(RecordEnvelope.Of(Door.Http, sample.ContentType, ""), Packs.ReceivedAt, RecordFlags.None, broken);
                        var result = normalizer.Normalize(record, Mappings.Find(product), Packs.London, sink);
                        Assert.True(result.Outcome == NormalizeOutcome.Mapped ? result.Mapping.Length > 0 : result.Reason.Length > 0);
                    }
                }
            }
        }

        Assert.True(sink.Events > 100);
    }

    [Fact]
    public void AProtexLineIsReadWithoutAllocating()
    {
        var line = Packs.Records("protex", Packs.Index("protex").Single(s => s.File == "e2guardian-8.log"))[0];
        var record = new RawRecord(RecordEnvelope.Of(Door.SyslogTcp, RecordEnvelope.Syslog, ""), Packs.ReceivedAt, RecordFlags.None, line);
        var normalizer = new Normalizer(Mappings);
        var sink = new CountingSink();
        for (var i = 0; i < 100; i++)
        {
            normalizer.Normalize(record, Mappings.Find("protex"), Packs.London, sink);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            normalizer.Normalize(record, Mappings.Find("protex"), Packs.London, sink);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1_100, sink.Events);
    }

    private static (NormalizeResult Result, List<MonitoringEvent> Events) Read(string product, string contentType, string body) =>
        Read(product, contentType, Encoding.UTF8.GetBytes(body));

    private static (NormalizeResult Result, List<MonitoringEvent> Events) Read(string product, string contentType, byte[] body)
    {
        var record = new RawRecord(RecordEnvelope.Of(Door.Http, contentType, ""), Packs.ReceivedAt, RecordFlags.None, body);
        var sink = new KeepingSink(record);
        return (new Normalizer(Mappings).Normalize(record, Mappings.Find(product), Packs.London, sink), sink.Events);
    }

    private sealed class KeepingSink(RawRecord record) : IEventSink
    {
        public List<MonitoringEvent> Events { get; } = [];

        public void OnEvent(EventDraft draft, int part) =>
            Events.Add(EventMaterializer.Materialize(draft, new EventId(Guid.Empty, 1, part), new EventOrigin(Guid.Empty, Guid.Empty, "", "", ""), record));
    }

    private sealed class CountingSink : IEventSink
    {
        public int Events { get; private set; }

        public void OnEvent(EventDraft draft, int part) => Events++;
    }
}
