using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>What a product says of itself is no text of a child; what may be a child's is.</summary>
public sealed class NoticeTests
{
    private static readonly MappingSet Mappings = Packs.Load();

    [Theory]
    [InlineData("Website blocked: policy Weapons and self-harm")]
    [InlineData("URL belongs to a denied category in policy")]
    [InlineData("access denied by policy Year 9 (Drugs)")]
    public void ANoticeIsNoTextAndIsKept(string notice)
    {
        foreach (var e in Readings(notice))
        {
            Assert.Null(e.Text);
            Assert.Contains(notice, e.Unmapped.Select(pair => pair.Value));
        }
    }

    [Theory]
    [InlineData("he says he will hurt me if i tell")]
    [InlineData("access to porn at school how")]
    [InlineData("blocked by her on everything and nobody talks to me")]
    [InlineData("Website blocked: search term \"how to buy a knife\"")]
    [InlineData("Page blocked, phrase found: nobody likes you")]
    public void WhatSomebodyMayHaveWrittenIsText(string words) => Assert.All(Readings(words), e => Assert.Equal(words, e.Text));

    [Fact]
    public void BehindANoticeTheNextNameHoldsTheWords() => Assert.Equal(
        "nobody likes you",
        Event("generic", """{"user":"ada","url":"https://a.example.test/","text":"Website blocked: policy Chat","message":"nobody likes you"}""", RecordEnvelope.Json).Text);

    [Fact]
    public void AModeratorsStatementIsAReasonAndNoTextOfThePupil()
    {
        var e = Event("smoothwall", """{"eventType":"Grooming","riskLevel":4,"userName":"ada","message":"Pupil talks about a weapon"}""", RecordEnvelope.Json);
        Assert.Equal((null, "Pupil talks about a weapon"), (e.Text, e.VendorReason));
    }

    private static IEnumerable<MonitoringEvent> Readings(string message)
    {
        var quoted = message.Replace("\"", "\\\"", StringComparison.Ordinal);
        var doubled = message.Replace("\"", "\"\"", StringComparison.Ordinal);
        yield return Event("generic", $$"""{"user":"ada","url":"https://a.example.test/","message":"{{quoted}}"}""", RecordEnvelope.Json);
        yield return Event("generic", $"Time,Username,URL,Message\n2026-03-02 09:14:07,ada,https://a.example.test/,\"{doubled}\"", RecordEnvelope.Csv);
        yield return Event("generic", $"CEF:0|Example|Filter|1.0|1|page|4|suser=ada request=https://a.example.test/ msg={message}", RecordEnvelope.Syslog);
        yield return Event("lightspeed", $$"""{"user":{"email":"ada@school.example"},"url":"https://a.example.test/","message":"{{quoted}}"}""", RecordEnvelope.Json);
        yield return Event("netsweeper", $$"""{"username":"ada","url":"https://a.example.test/","message":"{{quoted}}"}""", RecordEnvelope.Json);
        yield return Event("senso", $$"""{"username":"ada","severity":"HIGH","message":"{{quoted}}"}""", RecordEnvelope.Json);
    }

    private static MonitoringEvent Event(string product, string record, string contentType) => OneMapping.Event(Mappings.Find(product), record, contentType);
}
