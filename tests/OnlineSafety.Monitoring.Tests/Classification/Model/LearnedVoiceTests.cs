using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification.Model;

public sealed class LearnedVoiceTests
{
    [Fact]
    public void AloneAndSureItOpensAMediumReviewAndTheReasonsNameIt()
    {
        var found = SomeModel.Assess(SomeModel.SureOf("suicide", "wobble"), "such a wobble today");
        Assert.Equal(("suicide", Severity.Medium, Risk.Content), (found.Theme, found.Severity, found.Risk));
        var reason = Assert.Single(found.Reasons);
        Assert.Equal(("learned.suicide", "en@1", "text", "wobble", 7, "suicide medium"), (reason.Rule, reason.Version, reason.Field, reason.Matched, reason.Start, reason.Effect));
        Assert.Contains("weighed most: wobble +", reason.Explanation, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("suicide", "high")]
    [InlineData("help_seeking", "high")] // abuse told is a part of it
    [InlineData("drugs", "medium")]
    [InlineData("filter_bypass", "low")]
    [InlineData("misinformation", "none")]
    public void WhatItIsAllButCertainIsGraveItOpensAtHighWhereTheThemeMayBeThat(string theme, string severity)
    {
        var found = SomeModel.Assess(SomeModel.SureOfGrave(theme, "wobble"), "such a wobble today");
        Assert.Equal(severity, Words.Of(found.Severity));
        Assert.All(found.Reasons, reason => Assert.Equal((severity == "high", true), (
            reason.Explanation.StartsWith("No rule says so, but it reads as grave", StringComparison.Ordinal), reason.Explanation.Contains("gravity 1.00", StringComparison.Ordinal))));
    }

    [Theory]
    [InlineData(0.9, "medium")] // likely grave
    [InlineData(-0.9, "low")] // help asked for as one asks for help with a timetable
    public void OfAThemeThatIsMildOrGraveTheTextDecides(double gravity, string severity)
    {
        var file = SomeModel.SureOf("help_seeking", "wobble");
        var found = SomeModel.Assess(file with { Bias = [0, -10, (int)(gravity * 10)] }, "such a wobble today");
        Assert.Equal(severity, Words.Of(found.Severity));
    }

    [Fact]
    public void UnsureItOpensNothing() => Assert.Same(Assessment.None, SomeModel.Assess(SomeModel.UnsureOf("suicide", "wobble"), "such a wobble today"));

    [Fact]
    public void AThemeThatAsksForLessIsOpenedWithLess()
    {
        Assert.Equal(Severity.Low, SomeModel.Assess(SomeModel.SureOf("filter_bypass", "wobble"), "such a wobble today").Severity);
        Assert.Equal(Severity.None, SomeModel.Assess(SomeModel.SureOf("misinformation", "wobble"), "such a wobble today").Severity);
    }

    [Theory]
    [InlineData("none", "high", "none", "high")] // a hint speaks
    [InlineData("none", "critical", "none", "high")] // and never above high
    [InlineData("low", "", "low", "medium")]
    [InlineData("medium", "", "medium", "high")]
    [InlineData("high", "", "high", "high")]
    public void WhereARuleSaysTheSameItRaises(string severity, string agree, string alone, string together)
    {
        var rules = SomeModel.Rule("criminal_exploitation", severity, agree);
        var model = SomeModel.UnsureOf("criminal_exploitation", "wobble");
        Assert.Equal(alone, Words.Of(SomeModel.Assess(null, "a wobble", rules: rules).Severity));
        var found = SomeModel.Assess(model, "a wobble", rules: rules);
        Assert.Equal(together, Words.Of(found.Severity));
        Assert.Equal(together != alone, found.Reasons.Any(r => r.Rule == "learned.criminal_exploitation" && r.Effect.StartsWith("raised to", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("none", "high", "medium")]
    [InlineData("low", "", "medium")]
    [InlineData("medium", "", "medium")]
    public void LessSureItRaisesNothingAboveMedium(string severity, string agree, string together) =>
        Assert.Equal(together, Words.Of(SomeModel.Assess(SomeModel.UnsureOf("criminal_exploitation", "wobble", raise: 1), "a wobble", rules: SomeModel.Rule("criminal_exploitation", severity, agree)).Severity));

    [Theory]
    [InlineData("none", "high")]
    [InlineData("medium", "")]
    public void WhatIsNotGraveByItsThemeStaysMedium(string severity, string agree) =>
        Assert.Equal(Severity.Medium, SomeModel.Assess(SomeModel.UnsureOf("drugs", "wobble"), "a wobble", rules: SomeModel.Rule("drugs", severity, agree)).Severity);

    [Fact]
    public void WhereARuleSaysSomethingElseItRaisesNothing() =>
        Assert.Equal(Severity.Low, SomeModel.Assess(SomeModel.UnsureOf("hacking", "wobble"), "a wobble", rules: SomeModel.Rule("criminal_exploitation", "low")).Severity);

    [Fact]
    public void WhatARuleExcusedItDoesNotOpen()
    {
        var rules = SomeModel.Rule("criminal_exploitation", "medium");
        var model = SomeModel.SureOfGrave("criminal_exploitation", "wobble");
        Assert.Equal(Severity.High, SomeModel.Assess(model, "a wobble", rules: rules).Severity);
        Assert.Equal(Severity.None, SomeModel.Assess(model, "a wobble jelly", rules: rules).Severity);
    }

    [Theory]
    [InlineData("criminal_exploitation", "high")]
    [InlineData("gambling", "none")]
    public void AnExcusedHintSilencesNothingThatMayBeGrave(string theme, string severity) =>
        Assert.Equal(severity, Words.Of(SomeModel.Assess(SomeModel.SureOfGrave(theme, "wobble"), "a wobble jelly", rules: SomeModel.Rule(theme, "none", "medium")).Severity));

    [Fact]
    public void WhatARuleExcusedInAnotherTextSilencesNothing()
    {
        var model = SomeModel.SureOfGrave("criminal_exploitation", "flutter");
        var rules = SomeModel.Rule("criminal_exploitation", "medium");
        Assert.Equal(Severity.None, SomeModel.Assess(model, "a flutter, a wobble jelly", rules: rules).Severity);
        var found = SomeModel.Assess(model, "a flutter", ActivityKind.Search, EventField.SearchQuery, rules, d => d.Set(EventField.Text, "a wobble jelly"u8));
        Assert.Equal(Severity.High, found.Severity);
    }

    [Fact]
    public void ItReadsOnlyWhatAPersonTyped()
    {
        var model = SomeModel.SureOf("suicide", "wobble");
        Assert.Equal(Severity.Medium, SomeModel.Assess(model, "a wobble", ActivityKind.Search, EventField.SearchQuery).Severity);
        Assert.Equal(Severity.Medium, SomeModel.Assess(model, "a wobble", ActivityKind.Message).Severity);
        Assert.Same(Assessment.None, SomeModel.Assess(model, "a wobble", ActivityKind.Visit));
        Assert.Same(Assessment.None, SomeModel.Assess(model, "a wobble", ActivityKind.App, EventField.App));
        Assert.Same(Assessment.None, SomeModel.Assess(model, "https://search.test/?q=wobble", ActivityKind.Visit, EventField.Url));
    }

    [Fact]
    public void WhateverAModelSaysNothingIsLoweredOrClosed()
    {
        // Every text of every rule, read by models that are sure of one theme or another in every text.
        var texts = Texts().ToList();
        Assert.True(texts.Count > 500);
        foreach (var theme in new[] { "suicide", "drugs", "help_seeking", "misinformation", "filter_bypass" })
        {
            var all = SomeModel.File with { Themes = ["none", theme], Bias = [0, 60, 60] };
            var model = SomeModel.Compile(all with { OpenHigh = 0.9 });
            var (with, without) = (new Assessor(RuleFiles.Shipped.With(model)), new Assessor(RuleFiles.Shipped.With(null)));
            foreach (var text in texts)
            {
                var draft = new EventDraft { Kind = ActivityKind.Search };
                draft.Set(EventField.SearchQuery, System.Text.Encoding.UTF8.GetBytes(text));
                var (before, after) = (without.Assess(draft, "smoothwall", default), with.Assess(draft, "smoothwall", default));
                Assert.True(after.Severity >= before.Severity, $"{theme}: {text}");

                // Excused words are recorded where nothing else is found; beside a finding they are among its reasons.
                if (!before.Reasons.Any(r => r.Rule == "modifier.excused"))
                {
                    Assert.All(before.Themes, code => Assert.Contains(code, after.Themes));
                }
            }
        }
    }

    [Fact]
    public void WithoutAModelTheVoiceIsGoneAndNothingElse()
    {
        foreach (var text in Texts())
        {
            var without = SomeModel.Assess(null, text);
            var silent = SomeModel.Assess(SomeModel.File, text);
            Assert.Equal((without.Theme, without.Severity), (silent.Theme, silent.Severity));
            Assert.Equal(without.Reasons, silent.Reasons);
            Assert.DoesNotContain(without.Reasons, r => r.Rule.StartsWith("learned.", StringComparison.Ordinal));
        }
    }

    private static IEnumerable<string> Texts()
    {
        foreach (var pack in RuleFiles.Packs)
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(pack));
            foreach (var rule in json.RootElement.TryGetProperty("rules", out var rules) ? rules.EnumerateArray() : default)
            {
                foreach (var text in rule.GetProperty("positive").EnumerateArray().Concat(rule.GetProperty("negative").EnumerateArray()))
                {
                    yield return text.GetString()!;
                }
            }
        }
    }
}
