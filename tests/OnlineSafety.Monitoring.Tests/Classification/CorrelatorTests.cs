using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class CorrelatorTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TheFourthEventOfOneConcernIsRaisedAsAPattern()
    {
        var fourth = Correlator.Correlate(Low(), Earlier("drugs", 3), RuleFiles.Shipped);
        Assert.Equal(Severity.Medium, fourth.Severity);
        Assert.Equal("correlate.repeated", fourth.Reasons[^1].Rule);
    }

    [Fact]
    public void FewerEventsOrOtherConcernsChangeNothing()
    {
        var low = Low();
        Assert.Same(low, Correlator.Correlate(low, Earlier("drugs", 2), RuleFiles.Shipped));
        Assert.Same(low, Correlator.Correlate(low, Earlier("gambling", 9), RuleFiles.Shipped));
        Assert.Same(low, Correlator.Correlate(low, History.Empty, RuleFiles.Shipped));
    }

    [Fact]
    public void WhatIsCountedOnlyIsNeverRaised()
    {
        var tale = RuleFiles.Search("flat earth proof nasa lying");
        Assert.Same(tale, Correlator.Correlate(tale, Earlier("misinformation", 9), RuleFiles.Shipped));
    }

    private static Assessment Low() => RuleFiles.Search("ketamine");

    private static History Earlier(string theme, int count) =>
        new([.. Enumerable.Range(0, count).Select(i => new HistoryEntry(Noon.AddHours(i), theme, Severity.Low, "senso"))]);
}
