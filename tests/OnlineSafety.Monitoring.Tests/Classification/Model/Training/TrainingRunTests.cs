using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Training;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Training;

public sealed class TrainingRunTests
{
    private static readonly string[] Sad = ["i want to end it", "no point being here", "want it to end", "wish i was not here", "i want to go away for ever", "nobody would miss me here"];
    private static readonly string[] Smoke = ["buy weed tonight", "who sells weed", "weed and vapes cheap", "sells vapes at the gate", "got any weed", "cheap vapes who sells"];
    private static readonly string[] Plain = ["homework for maths", "who has the maths homework", "buy a new pencil tonight", "the gate is shut", "i want to play outside", "cheap pencils"];

    [Fact]
    public void TheSameCasesGiveTheSameBytes() => Assert.Equal(LearnedModelText.Of(Train().Model), LearnedModelText.Of(Train().Model));

    [Fact]
    public void AnotherSeedGivesAnotherModel() => Assert.NotEqual(LearnedModelText.Of(Train().Model), LearnedModelText.Of(Train(seed: 2).Model));

    [Fact]
    public void ItLearnsWhatTheCasesTeach()
    {
        var model = Train().Model with { Agree = 0.5 };
        Assert.Equal(SomeModel.Taxonomy.IndexOf("suicide"), SomeModel.Read(model, "i want it to end").Theme);
        Assert.Equal(SomeModel.Taxonomy.IndexOf("drugs"), SomeModel.Read(model, "who sells cheap weed").Theme);
        Assert.False(SomeModel.Read(model, "maths homework").Speaks);
    }

    [Fact]
    public void ItLearnsHowGraveACaseIs()
    {
        var model = Train().Model with { Agree = 0.5 };
        var (grave, mild) = (SomeModel.Read(model, "i want it to end"), SomeModel.Read(model, "who sells cheap weed"));
        Assert.True(grave.Grave && !mild.Grave, $"{grave.Gravity} {mild.Gravity}");
    }

    [Fact]
    public void ATrainedModelIsReadAsItWasTrained()
    {
        var model = Train().Model;
        var space = new FeatureSpace([.. Cases().Select(c => c.Typed)], Recipe().Settings, Recipe().StandIns);
        foreach (var one in Cases())
        {
            var (features, words) = space.Read(one.Typed);
            var byHand = features.Sum(f => Units(model, space, f)) * model.Unit / Math.Sqrt(Math.Max(words, 4)) + (model.Bias[1] * model.Unit);
            Assert.Equal(byHand, SomeModel.Weigh(model, 1, one.Case.Text), 3);
        }
    }

    [Fact]
    public void TheFileSaysWhatItWasTrainedOn()
    {
        var model = Train().Model;
        Assert.Equal(new TrainingFile("some.jsonl", "abc", Cases().Count), Assert.Single(model.Training.Files));
        Assert.Equal(24, model.Training.Cases["none"]);
        Assert.Equal(3, model.Training.Folds);
        Assert.Contains("benignOpened", model.Training.Metrics.Keys);
    }

    [Fact]
    public void EveryCaseIsJudgedOnceAndBesideNoneOfItsSubArea()
    {
        var cases = Cases();
        var validation = CrossValidation.Run(cases, [], Recipe(), SomeModel.Taxonomy, 3, trained: null, CancellationToken.None);
        Assert.Equal(cases.Count, validation.FoldOf.Count);
        foreach (var area in cases.Select((c, i) => (c.SubArea, Fold: validation.FoldOf[i])).GroupBy(c => c.SubArea, c => c.Fold, StringComparer.Ordinal))
        {
            Assert.Single(area.Distinct());
        }

        Assert.Equal([0, 1, 2], validation.FoldOf.Distinct().Order());
        Assert.Equal(cases.Count, Train().Trial.Both.Cases);
    }

    [Fact]
    public void TextsOfRulesAreTaughtAndNotJudged()
    {
        var pack = """
            {"pack":"p","version":"1","language":"en","rules":[
              {"id":"a","theme":"eating_disorder","severity":"high","all":[["x"]],"explain":"x","positive":["thinspo tips","https://x.test/"],"negative":["a thin slice","shared"]},
              {"id":"b","theme":"drugs","severity":"low","all":[["x"]],"explain":"x","positive":["shared"],"negative":[]},
              {"id":"c","theme":"drugs","severity":"none","all":[["x"]],"explain":"x","positive":["snow"],"negative":[]}]}
            """;
        var texts = RuleTexts.Of([("p.json", "def", Encoding.UTF8.GetBytes(pack))], SomeModel.Taxonomy);
        Assert.Equal(
            [("thinspo tips", "self_harm"), ("a thin slice", "none"), ("shared", "drugs")],
            Assert.Single(texts).Cases.Select(c => (c.Case.Text, c.Lesson)));
        var (model, trial) = Train(more: texts);
        Assert.Equal(Cases().Count, trial.Both.Cases);
        Assert.Contains(new TrainingFile("p.json", "def", 3), model.Training.Files);
        Assert.Equal((25, 1, 25), (model.Training.Cases["none"], model.Training.Cases["self_harm"], model.Training.Cases["drugs"]));
        Assert.DoesNotContain("self_harm", model.Themes); // one case is a memory, not a theme
    }

    [Fact]
    public void ALineThatIsNoLabelledCaseIsNamedByItsNumber()
    {
        var error = Assert.Throws<JsonException>(() => LabelledCase.Read(new StringReader("\n{\"id\":\"a\",\"text\":\"x\"}")));
        Assert.StartsWith("Line 2", error.Message, StringComparison.Ordinal);
    }

    private static int Units(LearnedModelFile model, FeatureSpace space, int feature)
    {
        var weights = space.Words.Where(w => w.Value == feature).Select(w => model.Words.GetValueOrDefault(w.Key, []))
            .Concat(space.Pairs.Where(p => p.Value == feature).Select(p => model.Pairs.GetValueOrDefault(p.Key, [])))
            .Single();
        return weights.Chunk(2).Where(w => w[0] == 1).Sum(w => w[1]);
    }

    private static (LearnedModelFile Model, ModelTrial Trial) Train(int seed = 1, IReadOnlyList<TaughtFile>? more = null) =>
        new TrainingRun(Recipe(seed), RuleFiles.Shipped, 3).Start([new TaughtFile("some.jsonl", "abc", Cases())], more ?? [], progress: null, CancellationToken.None);

    private static TrainingRecipe Recipe(int seed = 1) => new()
    {
        Model = "en",
        Version = "1",
        Language = "en",
        Licence = "none",
        Settings = SomeModel.File.Recipe with { Seed = seed },
        StandIns = new() { ["#name"] = ["anna", "ben"] },
    };

    // Each thought in four sub-areas, so that folds can hold some of them out.
    private static List<LabelledCase> Cases()
    {
        var lines = new StringBuilder();
        var number = 0;
        foreach (var (theme, risk, severity, texts) in new[] { ("suicide", "content", "high", Sad), ("drugs", "content", "medium", Smoke), ("none", "none", "none", Plain) })
        {
            for (var area = 0; area < 4; area++)
            {
                foreach (var text in texts)
                {
                    lines.AppendLine($$"""{"id":"{{number++}}","kind":"text","text":"{{text}}{{(area % 2 == 0 ? "" : " anna")}}","subArea":"{{theme}} {{area}}","expected":{"risk":"{{risk}}","theme":"{{theme}}","severityAtLeast":"{{severity}}","severityAtMost":"high"} }""");
                }
            }
        }

        return LabelledCase.Read(new StringReader(lines.ToString()));
    }
}
