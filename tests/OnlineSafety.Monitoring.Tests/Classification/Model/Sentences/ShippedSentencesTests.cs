using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Sentences;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Sentences;

public sealed class ShippedSentencesTests
{
    private static readonly Lazy<RuleSet> s_rules = new(() => Rules.LoadRuleSet(Repository.Path("schemas")));
    private static readonly SentenceFile s_file = RuleJson.Read<SentenceFile>("en.sentences.json", File.ReadAllBytes(Repository.Path("schemas", "models", "en.sentences.json")), new RuleErrors())!;

    [Fact]
    public void ItIsTrainedByTheRecipeThatLiesBesideIt()
    {
        using var recipe = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("schemas", "models", "en.sentences.recipe.json")));
        Assert.Equal(recipe.RootElement.GetProperty("settings").Deserialize<SentenceSettings>(JsonSerializerOptions.Web), s_file.Recipe);
        Assert.Equal((recipe.RootElement.GetProperty("version").GetString(), recipe.RootElement.GetProperty("ask").GetDouble()), (s_file.Version, s_file.Ask));
    }

    [Fact]
    public void WhatItIsMeasuredByItHasNotSeen() =>
        Assert.DoesNotContain(s_file.Training.Files, f => f.Name.Contains("held", StringComparison.OrdinalIgnoreCase) || f.Name.Contains("dev", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void AloneItOpensNoOrdinaryOrNearMissText()
    {
        var benign = File.ReadLines(RuleFiles.Case("own-wording.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(one => one.GetProperty("theme").GetString() == "none").Select(one => one.GetProperty("text").GetString()!)
            .Concat(File.ReadLines(RuleFiles.Titles)).ToList();
        var reader = new TypedReader(s_rules.Value.Model!, s_rules.Value.Taxonomy);
        var opened = benign.Where(text => Read(reader, text).Opens).ToList();
        Assert.True(benign.Count > 800);
        Assert.True(opened.Count <= benign.Count * 0.01, string.Join('\n', opened));
    }

    [Theory]
    [InlineData("Mohammed")]
    [InlineData("muslim")]
    [InlineData("mosque opening times")]
    [InlineData("jewish new year")]
    [InlineData("gay")]
    [InlineData("autistic")]
    [InlineData("refugees")]
    [InlineData("black history")]
    [InlineData("my friend is muslim and fasting this week")]
    [InlineData("my friend is jewish and fasting this week")]
    [InlineData("my brother came out as gay at the weekend")]
    [InlineData("our new neighbours are from syria")]
    [InlineData("our new neighbours are from poland")]
    [InlineData("i have autism and like trains")]
    [InlineData("travellers moved into the field by school")]
    [InlineData("my nan says black people could not vote then")]
    public void ANameOrAGroupIsNoConcern(string text)
    {
        var draft = new EventDraft { Kind = ActivityKind.Typed };
        draft.Set(EventField.Text, Encoding.UTF8.GetBytes(text));
        Assert.True(new Assessor(s_rules.Value).Assess(draft, "smoothwall", new AssessContext(PersonRole.Pupil, "KS3")).Severity < Severity.Medium);
    }

    private static Verdict Read(TypedReader reader, string text)
    {
        var draft = new EventDraft { Kind = ActivityKind.Typed };
        draft.Set(EventField.Text, Encoding.UTF8.GetBytes(text));
        return reader.Read(draft);
    }
}
