using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.Tests.Normalization;

namespace OnlineSafety.Monitoring.Tests.Classification;

/// <summary>What is read of the address of a search beside the term itself.</summary>
public sealed class SearchAddressTests
{
    private static readonly Mapping[] Pack = OneMapping.Of("""{"type":"json","records":["$"]}""", """{"url":"$.url","searchQuery":"$.named"}""", "");

    private readonly Normalizer _normalizer = new(Repository.Rules.Mappings);
    private readonly Reader _reader = new();

    [Theory]
    [InlineData("https://www.google.com/search?q=cats#q=how+to+kill+myself")]
    [InlineData("https://www.google.com/search?q=cats&oq=how+to+kill+myself&sourceid=chrome")]
    [InlineData("https://www.google.com/search?q=cats&q=how%20to%20kill%20myself")]
    [InlineData("https://www.google.com/search?q=cats#q=howtokillmyself")]
    public void GraveWordsInTheRestOfTheAddressOfASearchAreReadAndQuotedFromIt(string url)
    {
        var assessment = Read(url);
        var reason = assessment.Reasons[0];
        Assert.Equal(("suicide", "url"), (assessment.ParentTheme, reason.Field));
        Assert.Equal(reason.Matched, url.Substring(reason.Start, reason.Matched.Length));
    }

    [Fact]
    public void GraveWordsBehindALongTermAreReadAsPartOfIt()
    {
        var homework = string.Concat(Enumerable.Repeat("write+an+essay+about+rivers+", 100));
        var assessment = Read($"https://www.bing.com/search?q={homework}how+do+i+kill+myself+tonight&form=x");
        Assert.Equal(("suicide", "searchQuery"), (assessment.ParentTheme, assessment.Reasons[0].Field));
    }

    [Theory]
    [InlineData("https://www.google.com/search?q=how+to+kill+myself&oq=how+to+kill+myself&pq=how+to+kill+mys")]
    [InlineData("https://www.google.com/search?oq=how+to+kill+myself&q=how+to+kill+myself")]
    public void WhatTheTermHoldsCountsOnce(string url)
    {
        var reasons = Read(url).Reasons;
        Assert.NotEmpty(reasons);
        Assert.All(reasons, reason => Assert.Equal("searchQuery", reason.Field));
    }

    [Theory]
    [InlineData("")]
    [InlineData("River maps!")]
    public void WhatTheBrowserSaysOfASearchIsNoConcern(string named)
    {
        var random = new Random(1);
        for (var i = 0; i < 1000; i++)
        {
            Assert.Equal(Severity.None, Read(
                $"https://www.google.com/search?q=river+maps&sca_esv={Token(16)}&rlz=1C1{Token(12)}&ei={Token(22)}&ved=0ahUKE{Token(40)}&uact=5&oq=river&gs_lp={Token(200)}&sclient=gws-wiz-serp#ip=1&vhid={Token(20)}", named).Severity);
        }

        string Token(int length) => random.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", length);
    }

    private Assessment Read(string url, string named = "")
    {
        var record = new RawRecord(RecordEnvelope.Of(Door.Http, RecordEnvelope.Json, ""), Packs.ReceivedAt, RecordFlags.None, Encoding.UTF8.GetBytes($$"""{"url":"{{url}}","named":"{{named}}"}"""));
        _normalizer.Normalize(record, Pack, Packs.London, _reader, null);
        return _reader.Assessment;
    }

    private sealed class Reader : IEventSink
    {
        private readonly Assessor _assessor = new(RuleFiles.Shipped);

        public Assessment Assessment { get; private set; } = Assessment.None;

        public void OnEvent(EventDraft draft, int part) => Assessment = _assessor.Explain(_assessor.Assess(draft, "x", default), draft, "x", default);
    }
}
