using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Tests.Classification.Model;

namespace OnlineSafety.Monitoring.Tests.Classification.Overlays;

public sealed class SchoolOverlayTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void APhraseOfTheSchoolIsAConcernThereAndNowhereElse()
    {
        var entry = Entry(OverlayKind.Add, "the (old|back) shed", "drugs", Severity.Medium);
        var assessment = Typed("meet you behind the back shed at lunch", entry);
        Assert.Equal(("drugs", Severity.Medium), (assessment.Theme, assessment.Severity));
        var reason = assessment.Reasons[0];
        Assert.Equal((entry.RuleId, "the back shed", 16, entry.Why), (reason.Rule, reason.Matched, reason.Start, reason.Explanation));
        Assert.Equal(Severity.None, Typed("meet you behind the back shed at lunch").Severity);
    }

    [Fact]
    public void SpellingsOfTheSharedPacksCountInASchoolsPhraseToo() =>
        Assert.Equal(Severity.Low, Typed("c u at the shed", Entry(OverlayKind.Add, "you at the shed", "drugs", Severity.Low)).Severity);

    [Fact]
    public void AnExcludedPhraseIsNoConcernInItsOwnWordsAlone()
    {
        var entry = Entry(OverlayKind.ExcludePhrase, "machete lane");
        Assert.Equal(Severity.Low, Typed("machete").Severity);
        var excluded = Typed("i live in machete lane", entry);
        Assert.Equal(Severity.None, excluded.Severity);
        var reason = Assert.Single(excluded.Reasons);
        Assert.Equal(("excluded", "machete"), (reason.Effect, reason.Matched));
        Assert.Contains($"the school excludes 'machete lane' until 2026-12-25 ({entry.RuleId}): {entry.Why}", reason.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("machete lane is full of guys who buy a zombie knife no id", "high")]
    [InlineData("in machete lane i saw a machete", "low")]
    [InlineData("a machete in machete lane", "low")]
    public void WhatStandsBesideAnExcludedPhraseCounts(string text, string severity)
    {
        var assessment = Typed(text, Entry(OverlayKind.ExcludePhrase, "machete lane"));
        Assert.Equal(severity, Words.Of(assessment.Severity));
        Assert.NotEqual(text.IndexOf("machete lane", StringComparison.Ordinal), assessment.Reasons[0].Start);
    }

    [Fact]
    public void WordsOnBothSidesOfAnExcludedPhraseDoNotComeTogether() =>
        Assert.Equal(Severity.None, Typed("zombie machete lane knife", Entry(OverlayKind.ExcludePhrase, "machete lane")).Severity);

    [Fact]
    public void AnExcludedRuleDoesNotCount()
    {
        var rule = RuleFiles.Search("machete").Reasons[0].Rule;
        Assert.Equal(Severity.None, Typed("machete", Entry(OverlayKind.ExcludeRule, rule)).Severity);
    }

    [Fact]
    public void NoSchoolSilencesWhatIsCritical()
    {
        var plain = Typed("i want to kill myself tonight");
        var rules = plain.Reasons.Where(r => r.Field.Length > 0).Select(r => Entry(OverlayKind.ExcludeRule, r.Rule)).ToArray();
        var assessment = Typed("i want to kill myself tonight", rules);
        Assert.Equal((Severity.Critical, Severity.Medium, "suicide"), (plain.Severity, assessment.Severity, assessment.Theme));
        Assert.Contains(assessment.Reasons, r => r.Rule == "modifier.excused");
        var phrase = Typed("i want to kill myself tonight", Entry(OverlayKind.ExcludePhrase, "i want to kill myself tonight"));
        Assert.Equal((Severity.Medium, "suicide"), (phrase.Severity, phrase.Theme));
        var word = Typed("i want to kill myself tonight", Entry(OverlayKind.ExcludePhrase, "myself"), Entry(OverlayKind.ExcludePhrase, "i"), Entry(OverlayKind.ExcludePhrase, "kill"));
        Assert.Equal((Severity.Medium, "suicide"), (word.Severity, word.Theme));
    }

    [Fact]
    public void AnExcludedRuleSilencesNoLearnedVoiceAndNoExclusionTheVendor()
    {
        var (rules, draft) = (SomeModel.Rule("suicide", "low").With(SomeModel.Compile(SomeModel.SureOf("suicide", "wobble"))), Draft("a wobble"));
        var context = new AssessContext(PersonRole.Pupil, "KS3") { Overlay = new SchoolOverlay([Entry(OverlayKind.ExcludeRule, "r")]).Over(rules), At = Noon };
        Assert.Equal(("suicide", Severity.Medium), (new Assessor(rules).Assess(draft, "smoothwall", context) is var voice ? voice.Theme : "", voice.Severity));

        draft = Draft("machete");
        draft.AddCategory("Violence"u8);
        Assert.Equal(Severity.Low, new Assessor(RuleFiles.Shipped).Assess(draft, "smoothwall", Context(Noon, Entry(OverlayKind.ExcludePhrase, "machete"))).Severity);
    }

    [Theory]
    [InlineData("phrase", "wobble")]
    [InlineData("rule", "r")]
    public void WhatIsGraveOnlyWithTheProductsWordVanishesNoMoreThanWhatIsSoByItself(string kind, string text)
    {
        var (rules, draft) = (SomeModel.Rule("suicide", "medium"), Draft("a wobble"));
        var overlay = new SchoolOverlay([Entry(kind == "rule" ? OverlayKind.ExcludeRule : OverlayKind.ExcludePhrase, text)]).Over(rules);
        Assert.Equal(Severity.None, Assess(overlay).Severity);

        draft.VendorSeverity = 5;
        Assert.Equal(("suicide", Severity.High), (Assess(null).Theme, Assess(null).Severity));
        var excluded = Assess(overlay);
        // As sure as this product is, it is high all the same.
        Assert.Equal(("suicide", Severity.High), (excluded.Theme, excluded.Severity));
        Assert.Contains(excluded.Reasons, reason => reason.Rule == "modifier.excused");

        Assessment Assess(CompiledOverlay? overlay) => new Assessor(rules).Assess(draft, "smoothwall", new AssessContext(PersonRole.Pupil, "KS3") { Overlay = overlay, At = Noon });
    }

    [Fact]
    public void NothingButTimeIsNeededToEndAnExclusion()
    {
        var entry = Entry(OverlayKind.ExcludePhrase, "machete lane");
        Assert.Equal(Severity.Low, At(entry.From.AddTicks(-1)).Severity);
        Assert.Equal(Severity.None, At(entry.From).Severity);
        Assert.Equal(Severity.None, At(entry.Until.AddTicks(-1)).Severity);
        Assert.Equal(Severity.Low, At(entry.Until).Severity);

        Assessment At(DateTimeOffset at) => Assess("machete lane", at, entry);
    }

    [Fact]
    public void TheVersionNamesWhatWorkedAtTheTime()
    {
        var (one, other) = (Entry(OverlayKind.Add, "shed", "drugs", Severity.Low), Entry(OverlayKind.Add, "bikes", "drugs", Severity.Low) with { From = Noon.AddDays(3) });
        var shared = Assess("machete", Noon).Rules;
        var first = Assess("machete", Noon, one, other).Rules;
        Assert.Equal(RuleFiles.Shipped.Version, shared);
        Assert.StartsWith(shared + "+school.", first, StringComparison.Ordinal);
        Assert.Equal(first, Assess("machete", Noon.AddDays(1), one).Rules);
        Assert.NotEqual(first, Assess("machete", Noon.AddDays(4), one, other).Rules);
        Assert.Equal(shared, Assess("machete", one.Until.AddYears(1), one, other).Rules);
    }

    [Fact]
    public void WhatAnEditionDoesNotKnowSaysNothingUnderIt()
    {
        var entry = Entry(OverlayKind.Add, "the shed", "no_such_theme", Severity.Low);
        Assert.Equal(Severity.None, Typed("the shed", entry).Severity);
        Assert.NotNull(CompiledOverlay.Problem(RuleFiles.Shipped, entry));
    }

    [Theory]
    [InlineData(true, "no.such.rule")]
    [InlineData(false, "open (bracket")]
    [InlineData(false, "@suicide.act")]
    [InlineData(false, "host:example.com")]
    public void WhatCannotWorkIsSaidBeforeItIsEntered(bool rule, string text) =>
        Assert.NotNull(CompiledOverlay.Problem(RuleFiles.Shipped, Entry(rule ? OverlayKind.ExcludeRule : OverlayKind.ExcludePhrase, text)));

    [Theory]
    [InlineData(false, "painless ways to kill myself", false)]
    [InlineData(false, "machete lane", true)]
    [InlineData(true, "suicide.wish", false)]
    public void WhatCannotBeExcludedIsRefusedAndNotListed(bool rule, string text, bool usable) =>
        Assert.Equal(usable, GraveExclusion.Of(RuleFiles.Shipped, Entry(rule ? OverlayKind.ExcludeRule : OverlayKind.ExcludePhrase, text), Noon) is null);

    [Fact]
    public void ReasonsOfASchoolsPhrasesAreExplainedToo()
    {
        var (assessor, draft) = (new Assessor(RuleFiles.Shipped), Draft("the back shed, bring a machete"));
        var context = Context(Noon, Entry(OverlayKind.Add, "the back shed", "drugs", Severity.Medium));
        var assessment = assessor.Explain(assessor.Assess(draft, "smoothwall", context), draft, "smoothwall", context);
        Assert.Equal(("drugs", new Counterfactual("weapons", Severity.Low)), (assessment.Theme, assessment.Reasons[0].Without));
    }

    [Fact]
    public void AnOverlayHoldsItsOwnPhrasesAndNoneOfThePacks()
    {
        var entries = new[] { Entry(OverlayKind.Add, "the back shed", "drugs", Severity.Low), Entry(OverlayKind.ExcludePhrase, "machete lane") };
        var overlay = new SchoolOverlay(entries).Over(RuleFiles.Shipped)!;
        Assert.Equal(2, overlay.Rules.Rules.Length);
        Assert.True(overlay.Rules.Phrases.Lexicon.Count < 50);
        // What is made on the way is an upper bound of what stays: 500 schools must not hold 500 packs.
        var before = GC.GetAllocatedBytesForCurrentThread();
        new SchoolOverlay(entries).Over(RuleFiles.Shipped);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 2_000_000);
    }

    private static OverlayEntry Entry(OverlayKind kind, string text, string theme = "", Severity severity = Severity.None) =>
        new(Guid.NewGuid(), kind, text, theme, severity, "A place by the school.", Noon.AddDays(-1), Noon.AddDays(30));

    private static Assessment Typed(string text, params OverlayEntry[] entries) => Assess(text, Noon, entries);

    private static Assessment Assess(string text, DateTimeOffset at, params OverlayEntry[] entries) =>
        new Assessor(RuleFiles.Shipped).Assess(Draft(text), "smoothwall", Context(at, entries));

    private static AssessContext Context(DateTimeOffset at, params OverlayEntry[] entries) =>
        new(PersonRole.Pupil, "KS3") { Overlay = new SchoolOverlay(entries).Over(RuleFiles.Shipped), At = at };

    private static EventDraft Draft(string text)
    {
        var draft = new EventDraft { Kind = ActivityKind.Typed };
        draft.Set(EventField.Text, Encoding.UTF8.GetBytes(text));
        return draft;
    }
}
