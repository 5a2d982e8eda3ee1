using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

public sealed class MappingLanguageTests
{
    private const string Kv = """{"type":"kv","requires":["user"]}""";

    [Fact]
    public void EveryErrorOfEveryFileIsListedWithItsPlace()
    {
        var error = Assert.Throws<MappingException>(() => MappingSet.Parse(
        [
            ("one", Utf8("""
            {"product":"other","mappings":[{"id":"one.a","version":0,"status":"sure","source":"s","shape":{"type":"xml"},
             "fields":{"time":{"from":"t","formats":["HH:mm"]},"colour":"c","action":{"map":{"X":"burned"}}}}]}
            """)),
            ("two", Utf8("{")),
            ("three", Utf8("""
            {"product":"three","mappings":[{"id":"three.a","version":1,"status":"unverified","source":"s",
             "shape":{"type":"words","layouts":[{"columns":["a","b"],"checks":{"c":"epoch","a":"heavy"}}]},
             "when":[{"field":"zz"}],"fields":{"user":"user"}}]}
            """)),
        ]));

        var places = error.Errors.Select(e => $"{e.File} {e.Place}").ToList();
        Assert.Equivalent(
            new[]
            {
                "two ", "one /product", "one /mappings/0/version", "one /mappings/0/status", "one /mappings/0/shape/type", "one /mappings/0/fields/time/formats/0",
                "one /mappings/0/fields/time", "one /mappings/0/fields/colour", "one /mappings/0/fields/action/map/X", "three /mappings/0",
                "three /mappings/0/shape/layouts/0", "three /mappings/0/shape/layouts/0/checks/a", "three /mappings/0/when/0",
                "three /mappings/0/fields/user",
            },
            places.Distinct());
        Assert.Contains("blocked", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AnErrorSaysItsLineAndWhatMayHaveBeenMeant()
    {
        const string Json = """
            {
              "product": "x",
              "mappings": [
                { "id": "x.y", "version": 1, "status": "documented", "source": "s",
                  "shape": { "type": "jsn" },
                  "felds": {},
                  "fields": { "usr": "u", "severity": { "map": { "HIGH": 7 } } } }
              ]
            }
            """;
        var errors = Assert.Throws<MappingException>(() => MappingSet.Parse([("x", Utf8(Json))])).Errors;

        Assert.Equal(
            [(5, 18, "'json'"), (6, 7, "'fields'"), (7, 19, "'user'"), (7, 54, "0 (none) to 5 (most)")],
            errors.OrderBy(e => e.Line).ThenBy(e => e.Column).Select(e => (e.Line, e.Column, Hint(e.Message))));

        static string Hint(string message) => message.Contains("Did you mean ", StringComparison.Ordinal)
            ? message.Split("Did you mean ")[1].Split('?')[0]
            : message[(message.IndexOf("from ", StringComparison.Ordinal) + 5)..];
    }

    [Fact]
    public void AFileThatIsNoJsonSaysWhere()
    {
        var error = Assert.Single(Assert.Throws<MappingException>(() => MappingSet.Parse([("x", Utf8("{\n  \"product\": \"x\",\n  \"mappings\": [}\n"))])).Errors);
        Assert.Equal((3, "not JSON"), (error.Line, error.Message.Split(':')[0]));
    }

    [Theory]
    [InlineData("user=\"a b\" url=https://x.example.test/?a=1&b=2 action=blocked", "a b", "https://x.example.test/?a=1&b=2")]
    [InlineData("user=jo url= action=blocked", "jo", null)]
    [InlineData("user=jo smith  url=\"https://x.example.test/\\\"q\\\"\"", "jo smith", "https://x.example.test/\"q\"")]
    [InlineData("noise user=jo url=https://x.example.test/ trailing", "jo", "https://x.example.test/ trailing")]
    [InlineData("USER=jo URL=\"https://x.example.test/", "jo", "https://x.example.test/")]
    public void KeysAndValuesAreReadAsDevicesWriteThem(string line, string user, string? url)
    {
        var e = Assert.Single(Read(Mapping(Kv, """{"user":"user","url":"url"}"""), line).Events);
        Assert.Equal((user, url), (e.UserAsSent, e.Url));
    }

    [Fact]
    public void ALineWithoutTheRequiredKeysIsAnotherMappings()
    {
        Assert.Equal(NormalizeOutcome.Unclaimed, Read(Mapping(Kv, """{"user":"user"}"""), "a=1 b=2").Result.Outcome);
    }

    [Theory]
    [InlineData("dd/MM/yyyy HH:mm", "03/02/2026 09:14", "2026-02-03T09:14:00Z")]
    [InlineData("MM/dd/yyyy hh:mm:ss tt", "03/02/2026 09:14:07 PM", "2026-03-02T21:14:07Z")]
    [InlineData("MM/dd/yyyy hh:mm:ss tt", "03/02/2026 12:14:07 AM", "2026-03-02T00:14:07Z")]
    [InlineData("yyyy-MM-dd HH:mm:ssf zzz", "2026-03-02 09:14:07.25 +0530", "2026-03-02T03:44:07.25Z")]
    [InlineData("yyyy-MM-dd HH:mm:ss", "2026-07-02 09:14:07", null)]
    [InlineData("yyyy-MM-dd HH:mm:ss", "2026-02-02 09:14:07 tail", null)]
    [InlineData("d MMM yyyy H:mm", "2 Mar 2026 9:14", "2026-03-02T09:14:00Z")]
    [InlineData("epoch", "1772442847", "2026-03-02T09:14:07Z")]
    [InlineData("epoch", "1772442847381", "2026-03-02T09:14:07.381Z")]
    [InlineData("epoch", "1772442847381000", "2026-03-02T09:14:07.381Z")]
    [InlineData("epoch", "1772442847381000000", "2026-03-02T09:14:07.381Z")]
    [InlineData("epoch", "17724428473", null)]
    [InlineData("iso", "2026-03-02T09:14:07", "2026-03-02T09:14:07Z")]
    [InlineData("iso", "2026-03-02T09:14:07+01:00", "2026-03-02T08:14:07Z")]
    public void ATimeIsWhatItsFormatSays(string format, string sent, string? expected)
    {
        var mapping = Mapping(Kv, """{"user":"user","time":{"from":"t","formats":["FORMAT"]}}""".Replace("FORMAT", format));
        var e = Assert.Single(Read(mapping, $"user=a t=\"{sent}\"").Events);

        // July is summer and more than a day ahead: what is asserted for null is only that the vendor's time was not taken.
        Assert.Equal(expected is null ? TimeBasis.Received : TimeBasis.Vendor, e.TimeBasis);
        Assert.Equal(expected is null ? Packs.ReceivedAt : DateTimeOffset.Parse(expected), e.OccurredAt);
    }

    [Fact]
    public void ATimeInTwoColumnsIsJoined()
    {
        var mapping = Mapping(Kv, """{"user":"user","time":{"join":["date","time"],"formats":["yyyy-MM-dd HH:mm:ss"]}}""");
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 14, 7, TimeSpan.Zero), Read(mapping, "user=a date=2026-03-02 time=09:14:07").Events[0].OccurredAt);
    }

    [Theory]
    [InlineData("Allowed", "allowed", false)]
    [InlineData("allow-list", "allowed", false)]
    [InlineData("was BLOCKED today", "blocked", false)]
    [InlineData("paused", "unknown", true)]
    [InlineData("", "observed", false)]
    public void WordsAreMappedWithStarsAndADefault(string sent, string action, bool warned)
    {
        var mapping = Mapping(Kv, """{"user":"user","action":{"from":"act","map":{"allow*":"allowed","*blocked*":"blocked"},"default":"observed"}}""");
        var e = Assert.Single(Read(mapping, $"user=a act=\"{sent}\"").Events);
        Assert.Equal((action, warned), (Words.Of(e.Action), e.Warnings == EventWarnings.UnmappedAction));
    }

    [Fact]
    public void TheFirstMappingWhoseConditionsHoldReadsTheRecord()
    {
        var set = MappingSet.Parse([("x", Utf8(
            $$$"""
            {"product":"x","mappings":[
              {"id":"x.web","version":3,"status":"documented","source":"s","shape":{{{Kv}}},"when":[{"field":"type","equals":["web"]}],"fields":{"user":"user"}},
              {"id":"x.other","version":1,"status":"documented","source":"s","shape":{{{Kv}}},"when":[{"field":"type","equals":["web"],"not":true}],"fields":{"group":"user"}}]}
            """))]);
        Assert.Equal("x.web@3", Read(set, "user=a type=WEB").Result.Mapping);
        Assert.Equal("x.other@1", Read(set, "user=a type=app").Result.Mapping);
    }

    [Theory]
    [InlineData("a;b\r\n1;2\r\n", "1", "2")]
    [InlineData("b;a\n2;1", "1", "2")]
    [InlineData(" A ; \"B\" \n 1 ; \"2\" ", "1", "2")]
    [InlineData("a;b\n\"x;\"\"y\"\"\nz\";2\n", "x;\"y\"\nz", "2")]
    public void ATableIsReadByItsHeader(string body, string a, string b)
    {
        var set = Mapping("""{"type":"csv","separator":";","requires":["a"]}""", """{"text":"a","app":"b"}""");
        var e = Assert.Single(Read(set, body, RecordEnvelope.Csv).Events);
        Assert.Equal((a, b), (e.Text, e.App));
    }

    [Fact]
    public void ATableWithoutTheRequiredColumnsIsAnotherMappings()
    {
        var set = Mapping("""{"type":"csv","requires":["a"]}""", """{"text":"a"}""");
        Assert.Equal(NormalizeOutcome.Unclaimed, Read(set, "b,c\n1,2\n", RecordEnvelope.Csv).Result.Outcome);
    }

    [Fact]
    public void ARowLongerThanItsHeaderLosesNothing()
    {
        var set = Mapping("""{"type":"csv","requires":["a"]}""", """{"text":"a"}""");
        var e = Assert.Single(Read(set, "a\n1,2\n", RecordEnvelope.Csv).Events);
        Assert.Equal(EventWarnings.ExtraFields, e.Warnings);
        Assert.Equal([KeyValuePair.Create("column 2", "2")], e.Unmapped);
    }

    [Fact]
    public void TheLooseColumnTakesWhatHoldsTheSeparator()
    {
        var set = Mapping(
            """{"type":"words","layouts":[{"columns":["date","who","what","method","size"],"checks":{"date":"date","method":"method","size":"integer"},"loose":["what"],"last":["what"]}]}""",
            """{"user":"who","text":"what","app":"method"}""");
        var e = Assert.Single(Read(set, "2026.03.02 jo GET 7 is in the text GET 5").Events);
        Assert.Equal(("jo", "GET 7 is in the text", "GET"), (e.User, e.Text, e.App));
    }

    private static MappingSet Mapping(string shape, string fields) => MappingSet.Parse([("x", Utf8(
        $$"""{"product":"x","mappings":[{"id":"x.y","version":1,"status":"documented","source":"s","shape":{{shape}},"fields":{{fields}}}]}"""))]);

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static (NormalizeResult Result, List<MonitoringEvent> Events) Read(MappingSet mappings, string body, string contentType = RecordEnvelope.Syslog)
    {
        var record = new RawRecord(RecordEnvelope.Of(Door.File, contentType, ""), Packs.ReceivedAt, RecordFlags.None, Encoding.UTF8.GetBytes(body));
        var sink = new KeepingSink(record);
        return (new Normalizer(mappings).Normalize(record, mappings.Find("x"), Packs.London, sink), sink.Events);
    }

    private sealed class KeepingSink(RawRecord record) : IEventSink
    {
        public List<MonitoringEvent> Events { get; } = [];

        public void OnEvent(EventDraft draft, int part) =>
            Events.Add(EventMaterializer.Materialize(draft, new EventId(Guid.Empty, 1, part), new EventOrigin(Guid.Empty, Guid.Empty, "", "", ""), record));
    }
}
