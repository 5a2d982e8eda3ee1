using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>Where the records of a JSON text stand, and what stands above them.</summary>
public sealed class JsonRecordTests
{
    private const string Fields = """{"text":"$.phrase","user":["$.user","^user","^pupil.name"],"group":"^school","app":"$.tags[1].name","theme":"$.tags.name","time":{"from":["$.at","^at"],"formats":["epoch"]}}""";

    private static Mapping[] Pack(string records) => OneMapping.Of($$"""{"type":"json","records":{{records}}}""", Fields, "");

    [Fact]
    public void ListsInsideListsAreRecordsThatKnowWhatStandsAboveThem()
    {
        const string Body = """
            {"school":"S1","at":1772442847381,"alerts":[
              {"user":"jo","events":[{"phrase":"a"},{"phrase":"b","user":"own"}]},
              {"pupil":{"name":"Ada"},"events":[{"phrase":"c"}]}]}
            """;
        var events = OneMapping.Read(Pack("""["$.alerts[*].events[*]"]"""), Body, RecordEnvelope.Json).Events.Select(e => e.Event).ToList();
        Assert.Equal([("a", "jo", "S1"), ("b", "own", "S1"), ("c", "ada", "S1")], events.Select(e => (e.Text!, e.User!, e.Group!)));
        Assert.All(events, e => Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1772442847381), e.OccurredAt));
    }

    [Fact]
    public void TheNearestNameAboveWinsAndTheOtherIsKept()
    {
        var reading = OneMapping.Read(Pack("""["$.alerts.events"]"""), """{"user":"outer","n":1,"alerts":[{"user":"inner","events":[{"phrase":"a"}]}]}""", RecordEnvelope.Json);
        var e = Assert.Single(reading.Events).Event;
        Assert.Equal("inner", e.User);
        Assert.Equal(["^n"], e.Unmapped.Select(pair => pair.Key));
    }

    [Fact]
    public void WhatStandsAboveRecordsIsWholeInTheFirstOfThemAndCappedInTheOthers()
    {
        var title = new string('x', 5000);
        var body = $$"""{"chats":[{"title":"{{title}}","events":[{"phrase":"a"},{"phrase":"b"}]},{"title":"{{title}}","events":[{"phrase":"c"}]}],"of":"{{title}}"}""";
        var events = OneMapping.Read(Pack("""["$.chats.events"]"""), body, RecordEnvelope.Json).Events.Select(e => e.Event.Unmapped.ToDictionary(pair => pair.Key, pair => pair.Value.Length)).ToList();
        Assert.Equal([5000, 1024, 5000], events.Select(e => e["^title"]));
        Assert.Equal([5000, 1024, 1024], events.Select(e => e["^of"]));
    }

    [Theory]
    [InlineData("""["$.data[1].items"]""", """{"data":[{"items":[{"phrase":"a"}]},{"items":[{"phrase":"b"}]}]}""", "b")]
    [InlineData("""["$.missing","$.alerts"]""", """{"alerts":[[{"phrase":"a"}],[{"phrase":"b"}]]}""", "a b")]
    [InlineData("""["$[*].events"]""", """[{"events":[{"phrase":"a"}]},{"events":null},{"events":[]}]""", "a")]
    [InlineData("""["$.alerts.events","$"]""", """{"phrase":"r"}""", "r")]
    [InlineData("""["$"]""", """[{"phrase":"a"},{"phrase":"b"}]""", "a b")]
    [InlineData("""["$.alerts.events"]""", """{"alerts":[]}""", "")]
    public void APathLeadsToRecords(string records, string body, string phrases)
    {
        var reading = OneMapping.Read(Pack(records), body, RecordEnvelope.Json);
        Assert.Equal(NormalizeOutcome.Mapped, reading.Result.Outcome);
        Assert.Equal(phrases, string.Join(' ', reading.Events.Select(e => e.Event.Text)));
    }

    [Fact]
    public void AnObjectOnTheWayWithoutTheListIsNotDroppedUnseen()
    {
        var reading = OneMapping.Read(Pack("""["$.alerts.events"]"""), """{"alerts":[{"events":[{"phrase":"a"}]},{"phrase":"elsewhere"}]}""", RecordEnvelope.Json);
        Assert.Equal((NormalizeOutcome.Unreadable, Reasons.NoRecords, 1), (reading.Result.Outcome, reading.Result.Reason, reading.Result.Events));
    }

    [Fact]
    public void AnElementNamedByItsNumberBelongsToThatNameAlone()
    {
        var e = OneMapping.Event(Pack("""["$"]"""), """{"phrase":"a","tags":[{"name":"zero"},{"name":"one"},{"name":"two"}]}""", RecordEnvelope.Json);
        Assert.Equal(("one", "zero"), (e.App, e.VendorTheme));
    }

    [Theory]
    [InlineData("events")]
    [InlineData("$.a..b")]
    [InlineData("$.a[last]")]
    public void APathThatIsNoneIsAnError(string path)
    {
        var error = Assert.Single(OneMapping.ErrorsOf($$"""
            "shape":{"type":"json","records":["{{path}}"]},"fields":{}
            """));
        Assert.Equal("/mappings/0/shape/records/0", error.Place);
    }
}
