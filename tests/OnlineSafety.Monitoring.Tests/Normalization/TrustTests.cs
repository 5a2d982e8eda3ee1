using System.Text;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Tests.Classification;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>What anybody could have sent is a hint, and is said to be one.</summary>
public sealed class TrustTests
{
    private const string Grave = "how to kill myself tonight";

    private static Mapping[] Pack(string trust) => OneMapping.Of(
        $$$"""
        {{{trust}}}"shape":{"type":"query","requires":["q"]},"fields":{"text":"q"}
        """);

    private static RawRecord Query(RecordFlags flags) =>
        new(RecordEnvelope.Of(Door.Http, RecordEnvelope.Form, ""), Packs.ReceivedAt, flags, "q=x"u8.ToArray());

    [Theory]
    [InlineData("", RecordFlags.None, EventWarnings.None)]
    [InlineData("\"trust\":\"full\",", RecordFlags.None, EventWarnings.None)]
    [InlineData("\"trust\":\"low\",", RecordFlags.None, EventWarnings.LowTrust)]
    [InlineData("", RecordFlags.Unproven, EventWarnings.LowTrust)]
    internal void TheMappingOrTheWayItCameSaysThatNothingProvesIt(string trust, RecordFlags flags, EventWarnings warnings) =>
        Assert.Equal(warnings, OneMapping.Event(Pack(trust), Query(flags)).Warnings);

    [Fact]
    public void NothingUnprovenIsMoreThanHighAlone()
    {
        var proved = RuleFiles.Search(Grave);
        var hint = RuleFiles.Search(Grave, more: draft => draft.Warnings = EventWarnings.LowTrust);
        Assert.Equal((Severity.Critical, Severity.High), (proved.Severity, hint.Severity));
        Assert.Equal(proved.Theme, hint.Theme);
        Assert.Equal((LowTrust.Rule, "lowered to high"), (hint.Reasons[^1].Rule, hint.Reasons[^1].Effect));
    }

    [Fact]
    public void WhatIsSmallerKeepsItsSeverityAndSaysSoToo()
    {
        var proved = RuleFiles.Visit("https://unknown.test/", "Gambling");
        var hint = RuleFiles.Visit("https://unknown.test/", "Gambling", draft => draft.Warnings = EventWarnings.LowTrust);
        Assert.Equal(proved.Severity, hint.Severity);
        Assert.Equal("noted", hint.Reasons[^1].Effect);
        Assert.StartsWith("Reported by the browser, not proved", hint.Reasons[^1].Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatNoMappingReadsIsNotMoreThanHighEither()
    {
        var text = Encoding.UTF8.GetBytes(Grave);
        var assessor = new Assessor(RuleFiles.Shipped);
        Assert.Equal((Severity.Critical, Severity.High), (assessor.AssessText(text).Severity, assessor.AssessText(text, lowTrust: true).Severity));
    }

    [Fact]
    public void AnAlertIsUnprovenByItsReasonsAndNoWordsInThemPassForIt()
    {
        var hint = RuleFiles.Search(Grave, more: draft => draft.Warnings = EventWarnings.LowTrust);
        Assert.True(LowTrust.Marks(EventDetail.ReasonsOf(hint)));

        var spoof = new Reason("a.rule", "1", "text", "\"rule\":\"modifier.low-trust\"", 0, "", "");
        Assert.False(LowTrust.Marks(EventDetail.ReasonsOf(RuleFiles.Search(Grave) with { Reasons = [spoof] })));
    }

    [Fact]
    public void OfTwoAsGraveTheOneThatIsProvedSpeaksForTheAlert()
    {
        var hint = Candidate(RuleFiles.Search(Grave, more: draft => draft.Warnings = EventWarnings.LowTrust));
        var alert = AlertGrouping.Raise(hint, Guid.Empty, Guid.Empty, Packs.ReceivedAt);
        AlertGrouping.Grow(alert, hint);
        Assert.True(alert.Unproven && LowTrust.Marks(alert.Reasons));

        var proof = Candidate(RuleFiles.Search(Grave)) with { Severity = Severity.High };
        AlertGrouping.Grow(alert, proof);
        Assert.False(alert.Unproven || LowTrust.Marks(alert.Reasons));

        AlertGrouping.Grow(alert, hint);
        Assert.False(alert.Unproven || LowTrust.Marks(alert.Reasons));
    }

    private static AlertCandidate Candidate(Assessment assessment) => new()
    {
        ReceivedAt = Packs.ReceivedAt,
        Severity = assessment.Severity,
        Risk = assessment.Risk,
        Theme = assessment.Theme,
        ParentTheme = assessment.ParentTheme,
        Audience = assessment.Audience,
        Route = "dsl",
        SubjectKey = "user:ada",
        SubjectRole = PersonRole.Pupil,
        SubjectStaff = null,
        Source = Guid.Empty,
        Vendor = "netsweeper",
        NeedsReview = false,
        Reasons = EventDetail.ReasonsOf(assessment),
        Unproven = LowTrust.Marks(EventDetail.ReasonsOf(assessment)),
    };
}
