using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class CorrelatorTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void TheFourthEventOfOneConcernIsRaisedAsAPattern()
    {
        var fourth = Correlate(Low(), Earlier("drugs", 3));
        Assert.Equal(Severity.Medium, fourth.Severity);
        Assert.Equal("correlate.repeated", fourth.Reasons[^1].Rule);
    }

    [Fact]
    public void FewerEventsOrOtherConcernsChangeNothing()
    {
        var low = Low();
        Assert.Same(low, Correlate(low, Earlier("drugs", 2)));
        Assert.Same(low, Correlate(low, Earlier("gambling", 9)));
        Assert.Same(low, Correlate(low, History.Empty));
    }

    [Fact]
    public void WhatIsCountedOnlyIsNeverRaised()
    {
        var tale = RuleFiles.Search("flat earth proof nasa lying");
        Assert.Same(tale, Correlate(tale, Earlier("misinformation", 9)));
    }

    [Theory]
    [InlineData("netsweeper", true, true, 4, "medium")]
    [InlineData("netsweeper", true, true, 6, "low")]
    [InlineData("netsweeper", true, false, 4, "low")]
    [InlineData("netsweeper", false, true, 4, "low")]
    [InlineData("smoothwall", true, true, 4, "low")]
    public void TwoProductsThatSayTheSameWithinMinutesRaiseAndOurOwnRulesTwiceDoNot(string vendor, bool earlierSays, bool says, int minutes, string severity)
    {
        var history = new History([new HistoryEntry(Noon.AddMinutes(-minutes), "drugs", Severity.Low, vendor, earlierSays)]);
        var assessment = Correlate(Low() with { VendorSays = says }, history);
        Assert.Equal(severity, Words.Of(assessment.Severity));
        Assert.Equal(severity == "medium", assessment.Reasons.Any(r => r is { Rule: "correlate.two-vendors", Effect: "raised to medium", Without.Severity: Severity.Low }));
    }

    [Fact]
    public void APatternThatTwoProductsReportIsHighAndEachReasonSaysWhatItDid()
    {
        var history = new History([.. Earlier("drugs", 3).Recent, new HistoryEntry(Noon, "drugs", Severity.Low, "netsweeper", VendorSays: true)]);
        var assessment = Correlate(Low() with { VendorSays = true }, history);
        Assert.Equal(Severity.High, assessment.Severity);
        Assert.All(assessment.Reasons.TakeLast(2), reason => Assert.Equal(new Counterfactual(assessment.Theme, Severity.Medium) { VendorSays = true }, reason.Without));
    }

    [Fact]
    public void WhatAReasonSaysOfTheResultWithoutItIsSaidInTheLightOfTheSameHistory()
    {
        var (assessor, draft) = (new Assessor(RuleFiles.Shipped), new EventDraft { Kind = ActivityKind.Search });
        draft.Set(EventField.SearchQuery, "ketamine"u8);
        draft.AddCategory("Drugs"u8);
        var alone = assessor.Explain(assessor.Assess(draft, "smoothwall", default), draft, "smoothwall", default);
        var agrees = Assert.Single(alone.Reasons, r => r.Rule == "vendor.agrees");
        Assert.Equal(Severity.Low, agrees.Without!.Severity);
        var correlated = Correlate(alone, Earlier("drugs", 3));
        Assert.Equal((Severity.High, Severity.Medium), (correlated.Severity, correlated.Reasons.Single(r => r.Rule == "vendor.agrees").Without!.Severity));
    }

    [Fact]
    public void WhereNobodyKnowsWhetherItWasOnePersonAPatternStopsAtMediumAndSaysSo()
    {
        var low = Correlator.Correlate(Low(), Noon, "smoothwall", Earlier("drugs", 3), RuleFiles.Shipped, ofNoAccount: true);
        Assert.Equal(Severity.Medium, low.Severity);
        Assert.Contains("on this device or address", low.Reasons[^1].Explanation, StringComparison.Ordinal);
        var medium = Low() with { Severity = Severity.Medium };
        Assert.Same(medium, Correlator.Correlate(medium, Noon, "smoothwall", Earlier("drugs", 3), RuleFiles.Shipped, ofNoAccount: true));

        // Two products that say so within minutes speak of one act, whoever it was.
        var history = new History([new HistoryEntry(Noon, "drugs", Severity.Low, "netsweeper", VendorSays: true)]);
        Assert.Equal(Severity.High, Correlator.Correlate(medium with { VendorSays = true }, Noon, "smoothwall", history, RuleFiles.Shipped, ofNoAccount: true).Severity);
    }

    [Fact]
    public void WithoutTheVendorsCategoryAnotherVendorDoesNotSayTheSame()
    {
        var (assessor, draft) = (new Assessor(RuleFiles.Shipped), new EventDraft { Kind = ActivityKind.Search });
        draft.Set(EventField.SearchQuery, "ketamine"u8);
        draft.AddCategory("Drugs"u8);
        var alone = assessor.Explain(assessor.Assess(draft, "smoothwall", default), draft, "smoothwall", default);
        var history = new History([new HistoryEntry(Noon, "drugs", Severity.Low, "netsweeper", VendorSays: true)]);
        var correlated = Correlate(alone, history);
        Assert.Equal(Severity.High, correlated.Severity);
        foreach (var rule in new[] { "vendor.category", "vendor.agrees" })
        {
            Assert.Equal(Severity.Low, correlated.Reasons.Single(r => r.Rule == rule).Without!.Severity);
        }
    }

    [Fact]
    public void WithoutTheVendorsSeverityAnotherVendorDoesNotSayTheSame()
    {
        var (assessor, draft) = (new Assessor(RuleFiles.Shipped), new EventDraft { Kind = ActivityKind.Search, VendorSeverity = 4 });
        draft.Set(EventField.SearchQuery, "ketamine"u8);
        var alone = assessor.Explain(assessor.Assess(draft, "smoothwall", default), draft, "smoothwall", default);
        var correlated = Correlate(alone, new History([new HistoryEntry(Noon, "drugs", Severity.Low, "netsweeper", VendorSays: true)]));
        Assert.Equal((Severity.High, Severity.Low), (correlated.Severity, correlated.Reasons.Single(r => r.Rule == "vendor.severity").Without!.Severity));
    }

    private static Assessment Correlate(Assessment assessment, History history) => Correlator.Correlate(assessment, Noon, "smoothwall", history, RuleFiles.Shipped);

    private static Assessment Low() => RuleFiles.Search("ketamine");

    private static History Earlier(string theme, int count) =>
        new([.. Enumerable.Range(0, count).Select(i => new HistoryEntry(Noon.AddHours(i), theme, Severity.Low, "senso"))]);
}
