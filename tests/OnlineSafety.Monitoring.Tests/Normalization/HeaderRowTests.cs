using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>Rows of column names hold no event; names that no mapping expects are told.</summary>
public sealed class HeaderRowTests
{
    private const string SmoothwallNames = "Time,Username,Source IP,URL,Categories,Search phrase,Level,Code";

    private static readonly MappingSet Mappings = Packs.Load();

    private static readonly Mapping[] Unchecked = OneMapping.Of(
        """{"type":"csv","layouts":[{"columns":["when","user","query","seen"]}]}""", """{"user":"user","searchQuery":"query"}""", "");

    [Theory]
    [InlineData("smoothwall", SmoothwallNames, RecordEnvelope.Csv)]
    [InlineData("smoothwall", SmoothwallNames + "\r\n\r\n", RecordEnvelope.Csv)]
    [InlineData("smoothwall", SmoothwallNames, RecordEnvelope.PlainText)]
    [InlineData("smoothwall", "<14>Mar  2 09:14:07 filter1 export: " + SmoothwallNames, RecordEnvelope.Syslog)]
    [InlineData("securly", "\uFEFF\"User\",\"Time\",\"Site\",\"Action\"", RecordEnvelope.Csv)]
    public void AloneItIsASignOfLife(string product, string text, string contentType)
    {
        var reading = OneMapping.Read(Mappings.Find(product), text, contentType);
        Assert.Equal((NormalizeOutcome.Control, Reasons.ColumnNames), (reading.Result.Outcome, reading.Result.Reason));
    }

    [Theory]
    [InlineData("When;User name;Search term;Seen")]
    [InlineData("Time,Pupil,Search,Suicide risk")]
    public void OfColumnsThatAreKnownByPositionItIsNoEvent(string names)
    {
        var separated = OneMapping.Of(
            $$"""{"type":"csv","separator":"{{(names.Contains(';') ? ";" : ",")}}","layouts":[{"columns":["when","user","query","seen"]}]}""", """{"user":"user","searchQuery":"query"}""", "");
        Assert.Equal(Reasons.ColumnNames, OneMapping.Read(separated, names, RecordEnvelope.PlainText).Result.Reason);
        var table = OneMapping.Read(separated, names + "\n" + names.Replace(names.Split(';', ',')[1], "ada", StringComparison.Ordinal), RecordEnvelope.Csv);
        Assert.Equal((NormalizeOutcome.Mapped, 1), (table.Result.Outcome, table.Result.Events));
        Assert.Equal("ada", Assert.Single(table.Events).Event.User);
    }

    [Fact]
    public void ARowOfAnotherNumberOfColumnsIsToldAndSoIsATableThatNoMappingExpects()
    {
        foreach (var (pack, text) in new[]
        {
            (Unchecked, "When,User name,Class,Search term,Seen"),
            (Mappings.Find("smoothwall"), SmoothwallNames.Replace("Time", "Logged", StringComparison.Ordinal)),
            (Mappings.Find("smoothwall"), SmoothwallNames.Replace("Time", "Logged", StringComparison.Ordinal) + "\n02/03/2026 09:14:07,ada,192.0.2.7,https://a.example.test/,,,1,200"),
        })
        {
            var result = OneMapping.Read(pack, text, RecordEnvelope.Csv).Result;
            Assert.Equal((NormalizeOutcome.Unreadable, Reasons.ColumnsChanged), (result.Outcome, result.Reason));
        }
    }

    [Fact]
    public void ExportsPutOneBehindTheOtherHaveItAgain()
    {
        const string row = "02/03/2026 09:14:07,ada,192.0.2.7,https://a.example.test/,,,1,200";
        var reading = OneMapping.Read(Mappings.Find("smoothwall"), $"{SmoothwallNames}\n{row}\n{SmoothwallNames}\n{row}\n", RecordEnvelope.Csv);
        Assert.Equal(["ada", "ada"], reading.Events.Select(e => e.Event.User));
    }

    [Fact]
    public void AColumnThatTheMappingDoesNotSpeakOfIsNamed()
    {
        var normalizer = new Normalizer(Mappings);
        var record = new RawRecord(
            RecordEnvelope.Of(Door.Http, RecordEnvelope.Csv, ""), Packs.ReceivedAt, RecordFlags.None,
            Utf8Text.Of($"{SmoothwallNames},Account name\n02/03/2026 09:14:07,,192.0.2.7,https://a.example.test/,,,1,200,ada"));
        normalizer.Normalize(record, Mappings.Find("smoothwall"), Packs.London, new NoSink());
        Assert.Equal(["Account name"], normalizer.UnknownColumns.ToArray());
    }

    [Theory]
    [InlineData("Time,Username")]
    [InlineData("Search,i want to die,Maths,ada")]
    [InlineData("Name,Subject,i want to die,Class")]
    [InlineData("User,Search,Site: how to hide a body,Time")]
    [InlineData("ada,URL,www.example.test,Search")]
    [InlineData("2026-03-02,Username,URL,Search")]
    [InlineData("User Search URL Time i want to die")]
    [InlineData("User,Search,URL,\"i want to die")]
    public void ARowThatMayHoldWordsOfSomebodyIsNone(string row) => Assert.False(Mappings.Headers.Read(Utf8Text.Of(row)).IsThere);

    [Theory]
    [InlineData("""{"event":"ping"}""", RecordEnvelope.Json)]
    [InlineData("""{"type":"Heartbeat","time":"2026-03-02T09:00:00Z"}""", RecordEnvelope.Json)]
    [InlineData("heartbeat", RecordEnvelope.PlainText)]
    [InlineData("<14>Mar  2 09:14:07 filter1 agent: Keepalive", RecordEnvelope.Syslog)]
    public void EveryProductsSignOfLifeIsOne(string text, string contentType)
    {
        foreach (var product in Packs.Products)
        {
            Assert.Equal((product, NormalizeOutcome.Control), (product, OneMapping.Read(Mappings.Find(product), text, contentType).Result.Outcome));
        }
    }

    [Fact]
    public void ASignOfLifeBesideAnythingElseIsNone() =>
        Assert.Equal(NormalizeOutcome.Unclaimed, OneMapping.Read(Mappings.Find("umbrella"), """[{"event":"ping"},{"words":"somebody's"}]""", RecordEnvelope.Json).Result.Outcome);

    private sealed class NoSink : IEventSink
    {
        public void OnEvent(EventDraft draft, int part)
        {
        }
    }
}
