using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Classification.Model;

public sealed class ShippedModelTests
{
    private static readonly byte[] Json = File.ReadAllBytes(Repository.Path("schemas", "models", "en.json"));
    private static readonly LearnedModelFile Shipped = RuleJson.Read<LearnedModelFile>("en.json", Json, new RuleErrors())!;

    [Fact]
    public void ItIsTheFileThatItsTrainerWrites() => Assert.Equal(Encoding.UTF8.GetString(Json), LearnedModelText.Of(Shipped));

    [Fact]
    public void ItIsTrainedByTheRecipeThatLiesBesideIt()
    {
        var recipe = OnlineSafety.Monitoring.Classification.Model.Training.TrainingRecipe.Parse("recipe", File.ReadAllBytes(Repository.Path("schemas", "models", "en.recipe.json")));
        Assert.Equal((recipe.Version, recipe.Settings), (Shipped.Version, Shipped.Recipe));
        Assert.Equal(recipe.StandIns.OrderBy(s => s.Key, StringComparer.Ordinal), Shipped.StandIns);
    }

    [Fact]
    public void WhatItIsMeasuredByItHasNotSeen() =>
        Assert.DoesNotContain(Shipped.Training.Files, f => f.Name.Contains("held", StringComparison.OrdinalIgnoreCase) || f.Name.Contains("dev", StringComparison.OrdinalIgnoreCase));

    [Fact]
    public void AloneItOpensNoOrdinaryOrNearMissText()
    {
        var model = SomeModel.Compile(Shipped);
        var reader = new ModelReader(model);
        var benign = File.ReadLines(RuleFiles.Case("own-wording.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(one => one.GetProperty("theme").GetString() == "none").Select(one => one.GetProperty("text").GetString()!)
            .Concat(File.ReadLines(RuleFiles.Titles)).ToList();
        Assert.True(benign.Count > 800);
        var opened = benign.Where(text => reader.Read(Encoding.UTF8.GetBytes(text)).Opens).ToList();
        Assert.True(opened.Count <= benign.Count * 0.005, string.Join('\n', opened));
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
    public void ANameOrAGroupIsNoConcern(string text)
    {
        Assert.False(SomeModel.Read(Shipped, text).Speaks);
        Assert.Equal(Severity.None, SomeModel.Assess(Shipped, text).Severity);
    }
}
