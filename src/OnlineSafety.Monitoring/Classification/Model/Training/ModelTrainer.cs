using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>Trains a model on cases by a recipe; pure, and so are its results: the same cases in the same order give the same file.</summary>
internal sealed class ModelTrainer(TrainingRecipe recipe, Taxonomy taxonomy)
{
    // A theme of fewer cases is not learned: it would be a memory of these.
    private const int FewestCases = 8;

    /// <summary>
    /// Trains on the cases that have words. The scores from which the model is heard are not chosen yet: that takes cases it has not seen.
    /// </summary>
    public LearnedModelFile Train(IReadOnlyList<LabelledCase> cases, TrainingRecord record)
    {
        LabelledCase[] taught = [.. cases.Where(c => c.Typed.Length > 0)];
        var themes = ThemesOf(taught);
        taught = [.. taught.Where(c => themes.Contains(c.Lesson, StringComparer.Ordinal))];
        byte[][] texts = [.. taught.Select(c => c.Typed)];
        var space = new FeatureSpace(texts, recipe.Settings, recipe.StandIns);
        var trainer = new WeightTrainer(space, recipe.Settings, themes.Length);
        var importance = Importance(taught);
        trainer.Train([.. taught.Select(one =>
        {
            var (features, words) = space.Read(one.Typed);
            return new Example(features, ModelReader.ShareOf(words), Array.IndexOf(themes, one.Lesson), one.Grave, importance[one.Lesson]);
        })]);
        return FileOf(themes, space, trainer, record);
    }

    private string[] ThemesOf(LabelledCase[] cases)
    {
        var counts = cases.CountBy(c => c.Lesson).ToDictionary(StringComparer.Ordinal);
        return [Assessment.NoTheme, .. taxonomy.Themes.Where(t => t.Parent.Length == 0 && counts.GetValueOrDefault(t.Code) >= FewestCases).Select(t => t.Code)];
    }

    private Dictionary<string, float> Importance(LabelledCase[] cases)
    {
        var counts = cases.CountBy(c => c.Lesson).ToDictionary(StringComparer.Ordinal);
        var even = cases.Length / (double)counts.Count;
        return counts.ToDictionary(c => c.Key, c => (float)Math.Pow(even / c.Value, recipe.Settings.Balance), StringComparer.Ordinal);
    }

    private LearnedModelFile FileOf(string[] themes, FeatureSpace space, WeightTrainer trainer, TrainingRecord record)
    {
        var most = 0f;
        for (var feature = 0; feature < space.Count; feature++)
        {
            for (var theme = 0; theme <= themes.Length; theme++)
            {
                most = Math.Max(most, Math.Abs(trainer.WeightOf(feature, theme)));
            }
        }

        // One digit less than a double has, so that what is written is what is read.
        var unit = Math.Round(most / LearnedModel.LargestWeight, 9) + 1e-9;
        var bias = trainer.Bias.ToArray();
        int[] Weights(int feature) => UnitsOf(trainer, feature, themes.Length, unit);
        return new LearnedModelFile
        {
            Model = recipe.Model,
            Version = recipe.Version,
            Language = recipe.Language,
            Licence = recipe.Licence,
            Recipe = recipe.Settings,
            Training = record,
            Agree = 1,
            Raise = 1,
            Open = 1,
            OpenHigh = 1,
            Unit = unit,
            Themes = themes,
            Bias = [.. bias.Select(b => (int)Math.Round(b / unit))],
            StandIns = recipe.StandIns,
            Words = Weighty(space.Words.Select(w => (w.Key, Weights(w.Value)))),
            Pairs = Weighty(space.Pairs.Select(p => (p.Key, Weights(p.Value)))),
        };
    }

    private int[] UnitsOf(WeightTrainer trainer, int feature, int themes, double unit)
    {
        var weights = new List<int>();
        for (var theme = 0; theme <= themes; theme++)
        {
            if ((int)Math.Round(trainer.WeightOf(feature, theme) / unit) is var units && Math.Abs(units) >= recipe.Settings.LeastWeight)
            {
                weights.AddRange([theme, units]);
            }
        }

        return [.. weights];
    }

    private static Dictionary<string, int[]> Weighty(IEnumerable<(string Name, int[] Weights)> features) =>
        features.Where(f => f.Weights.Length > 0)
            .OrderBy(f => f.Name, StringComparer.Ordinal)
            .ToDictionary(f => f.Name, f => f.Weights, StringComparer.Ordinal);
}
