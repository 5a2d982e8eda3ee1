using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;

namespace OnlineSafety.Monitoring.Tests.Classification.Model;

public sealed class LearnedModelTests
{
    [Fact]
    public void EveryErrorIsListedWithItsPlace()
    {
        var file = SomeModel.File with
        {
            Themes = ["none", "csam", "nonsense"],
            Bias = [0],
            Unit = 0,
            Agree = 0.9,
            Raise = 0.95,
            Open = 0.8,
            StandIns = new() { ["name"] = ["anna"], ["#name"] = ["anna", "Ben"] },
            Words = new() { ["Kill"] = [1, 5], ["anna"] = [1, 5], ["pill"] = [1], ["bill"] = [4, 5], ["till"] = [1, 128] },
            Pairs = new() { ["kill"] = [1, 5], ["kill anna"] = [1, 5], ["kill #other"] = [1, 5] },
        };
        var errors = new RuleErrors();
        Assert.Null(LearnedModel.Parse("en.json", Encoding.UTF8.GetBytes(LearnedModelText.Of(file)), SomeModel.Taxonomy, errors));
        var listed = Assert.Throws<RuleException>(errors.Throw).Errors;
        string[] expected =
        [
            "en.json: themes[1]: 'csam' is not", "en.json: themes[2]: 'nonsense' is not", "en.json: bias: ", "en.json: unit: ", "en.json: open: ",
            "en.json: standIns.name: its name", "en.json: standIns.name: 'anna' stands there twice", "en.json: standIns.#name: 'Ben' is not",
            "en.json: words.Kill: 'Kill' is not", "en.json: words.anna: another", "en.json: words.pill: must be", "en.json: words.bill: 4 is", "en.json: words.till: 1 is",
            "en.json: pairs.kill: must", "en.json: pairs.kill anna: must", "en.json: pairs.kill #other: must",
        ];
        Assert.All(expected, e => Assert.Contains(listed, x => x.StartsWith(e, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, listed.Count);
    }

    [Fact]
    public void AFileThatIsNoModelSaysWhere()
    {
        var errors = new RuleErrors();
        Assert.Null(LearnedModel.Parse("en.json", "{\"model\":\"en\",\"weights\":{}}"u8.ToArray(), SomeModel.Taxonomy, errors));
        Assert.StartsWith("en.json: $.weights (line 1)", Assert.Throws<RuleException>(errors.Throw).Errors.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsWrittenIsWhatIsRead()
    {
        var text = LearnedModelText.Of(SomeModel.File with { Words = new() { ["kill"] = [1, 5], ["🔪"] = [2, -7] }, Pairs = new() { ["kill 🔪"] = [1, 3] } });
        var errors = new RuleErrors();
        Assert.Equal(text, LearnedModelText.Of(RuleJson.Read<LearnedModelFile>("en.json", Encoding.UTF8.GetBytes(text), errors)!));
        Assert.Contains("\n    \"kill\": [1, 5],\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void TheModelIsPartOfTheVersionOfTheRules()
    {
        var model = Encoding.UTF8.GetBytes(LearnedModelText.Of(SomeModel.File));
        var with = RuleSet.Parse(RuleFiles.Taxonomy, [], [], model);
        Assert.NotNull(with.Model);
        Assert.NotEqual(RuleSet.Parse(RuleFiles.Taxonomy, [], []).Version, with.Version);
        Assert.Equal(with.Version, RuleSet.Parse(RuleFiles.Taxonomy, [], [], model).Version);
    }
}
