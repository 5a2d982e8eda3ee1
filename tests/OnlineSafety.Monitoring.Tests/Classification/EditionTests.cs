using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class EditionTests
{
    private static readonly RuleEditions Shipped = Repository.Rules.Editions!;

    public static TheoryData<string> Ids => [.. Shipped.Ids];

    [Fact]
    public void TheNewestEditionJudgesWhereNoneIsChosen()
    {
        Assert.Equal(["kcsie-2024", "kcsie-2025", "kcsie-2026"], Shipped.Ids);
        Assert.Equal("kcsie-2026", Shipped.Standard.Taxonomy.Id);
        Assert.Null(Shipped.Of("kcsie-1999"));
    }

    [Fact]
    public void AnotherEditionOfTheSameFilesIsNotCompiledAgain()
    {
        var nothing = new RuleChange(Whole: false, [], [], [], default);
        Assert.Same(Shipped.Standard, Shipped.With(nothing, standard: null).Standard);
        Assert.Same(Shipped.Of("kcsie-2025"), Shipped.With(nothing, "kcsie-2025").Standard);
        Assert.Throws<RuleException>(() => Shipped.With(nothing, "kcsie-1999"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void EveryEditionReadsAllPacksAndCategories(string id)
    {
        var rules = Shipped.Of(id)!;
        var lacks = rules.Taxonomy.Lacks.Count;
        Assert.True(rules.Rules.Rules.Length > 100 && (lacks > 0 || rules.Rules.Rules.Length == Shipped.Standard.Rules.Rules.Length));
        Assert.All(Shipped.Standard.CategoryNames, name => Assert.Contains(name, rules.CategoryNames));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void HelpIsForTheDslAloneAndTalesAreOnlyCountedInEveryEdition(string id)
    {
        Assert.Equal(("abuse_disclosure", Severity.Critical, Audience.DslOnly), Typed(id, "my stepdad hits me when hes drunk") is var a ? (a.Theme, a.Severity, a.Audience) : default);
        var tale = Typed(id, "flat earth proof nasa lying");
        Assert.True(tale.Severity <= Severity.Low);
        Assert.Equal(id == "kcsie-2024" ? "fake_news" : "misinformation", tale.Theme);
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void AResultNamesTheEditionAndTheRulesThatJudgedIt(string id)
    {
        var assessment = Typed(id, "i want to kill myself tonight");
        Assert.StartsWith(id + "@", assessment.Edition, StringComparison.Ordinal);
        Assert.StartsWith(id + "+", assessment.Rules, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatOnlyTheNewestEditionKnowsMovesAndNothingElseDoes()
    {
        var own = File.ReadLines(RuleFiles.Case("own-wording.jsonl")).Select((line, i) => Case($"own-{i}", JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!));
        var compared = RuleComparison.Of(Shipped.Of("kcsie-2025")!, Shipped.Of("kcsie-2026")!, own.Append(Companion));
        Assert.Equal(["ai_interaction"], compared.ThemesNew);
        Assert.Empty(compared.ThemesLeft);
        Assert.All(compared.Moved, moved => Assert.Equal("ai_interaction", moved.After.Theme));
        Assert.Contains(compared.Moved, moved => moved.Id == Companion.Id);
    }

    [Fact]
    public void AThemeThatAnEditionBothHasAndLacksIsAnError()
    {
        var json = Encoding.UTF8.GetString(RuleFiles.Taxonomy).Replace("\"instructions\": [", "\"lacks\": [\"suicide\"], \"instructions\": [", StringComparison.Ordinal);
        var error = Assert.Throws<RuleException>(() => new RuleEditions([("one", Encoding.UTF8.GetBytes(json))], [], []));
        Assert.Contains(error.Errors, e => e.Contains("the edition has the theme 'suicide'", StringComparison.Ordinal));
    }

    [Fact]
    public void AnEditionThatIsChosenAndNotThereIsAnError() =>
        Assert.Throws<RuleException>(() => new RuleEditions([("one", RuleFiles.Taxonomy)], [], [], standard: "kcsie-2030"));

    private static EvaluationCase Companion { get; } = Case("companion", AiText());

    private static EvaluationCase Case(string id, string text) => new(id, "text", "captured", "", "", text, "", "pupil", "KS3");

    // Whatever the packs know of it: the first case of the first rule of the theme.
    private static string AiText()
    {
        foreach (var pack in RuleFiles.Packs)
        {
            var file = RuleJson.Read<RulePackFile>(pack, File.ReadAllBytes(pack), new RuleErrors())!;
            if (Array.Find(file.Rules, rule => rule.Theme == "ai_interaction" && rule.Severity >= Severity.Medium) is { } rule)
            {
                return rule.Positive[0];
            }
        }

        throw new InvalidOperationException("No rule names the theme.");
    }

    private static Assessment Typed(string edition, string text)
    {
        var draft = new EventDraft { Kind = ActivityKind.Typed };
        draft.Set(EventField.Text, Encoding.UTF8.GetBytes(text));
        return new Assessor(Shipped.Of(edition)!).Assess(draft, "smoothwall", new AssessContext(PersonRole.Pupil, "KS3"));
    }
}
