using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Training;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Figures of rules alone and of rules with the model, side by side and by theme.</summary>
internal static class ModelReport
{
    private static readonly string[] Headers = ["", "rules", "rules + model", "rules, no category", "rules + model, no category"];

    private static readonly (string Name, string Key, Func<CaseFigures, double> Of)[] Figures =
    [
        ("grave cases at high or above", "highRecall", f => f.HighRecall),
        ("grave cases at medium or above", "highAtMedium", f => f.HighAtMedium),
        ("benign cases at medium or above", "benignMedium", f => f.BenignMedium),
        ("benign cases at high or above", "benignHigh", f => f.BenignHigh),
        ("right theme, risky cases", "themeRight", f => f.ThemeRight),
        ("macro-F1 of the 4 Cs and none", "macroF1", f => f.MacroF1),
    ];

    public static async Task WriteAsync(ParseResult parse, bool json, ModelTrial trial, IReadOnlyDictionary<string, double>? metrics, IReadOnlyList<string> notes)
    {
        if (json)
        {
            await Output.JsonAsync(parse, new
            {
                trial.Both.Cases,
                grave = trial.Both.High,
                benign = trial.Both.Benign.Cases,
                rules = Json(trial.Rules),
                rulesAndModel = Json(trial.Both),
                rulesWithoutCategory = Json(trial.RulesWithoutCategory),
                rulesAndModelWithoutCategory = Json(trial.BothWithoutCategory),
                metrics,
                notes,
            });
            return;
        }

        await Output.LineAsync(parse, string.Create(CultureInfo.InvariantCulture, $"{Counted.Of(trial.Both.Cases, "case")}, {trial.Both.High} grave, {trial.Both.Benign.Cases} benign"));
        Output.Table(parse, Headers, Figures.Select(f => (string[])
            [f.Name, Text(f.Of(trial.Rules)), Text(f.Of(trial.Both)), Text(f.Of(trial.RulesWithoutCategory)), Text(f.Of(trial.BothWithoutCategory))]));
        Output.Table(
            parse,
            ["theme", "cases", "medium or above: rules", "+ model", "grave", "found: rules", "+ model", "right theme: rules", "+ model"],
            trial.Both.Themes.Select(t => Row(t.Key, trial.Rules.Themes[t.Key], t.Value)));
        foreach (var note in notes)
        {
            await Output.LineAsync(parse, note);
        }
    }

    /// <summary>What a model's file holds.</summary>
    public static IEnumerable<string> Size(LearnedModelFile model)
    {
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Model}@{model.Version}: {Counted.Of(model.Themes.Length - 1, "theme")}, {Counted.Of(model.Words.Count, "word")}, {Counted.Of(model.Pairs.Count, "pair")}; agrees from {model.Agree:0.000}, raises to high from {model.Raise:0.000}, opens from {model.Open:0.000}.");
    }

    private static string[] Row(string theme, CaseFigures.Tally rules, CaseFigures.Tally both) =>
    [
        theme, Text(both.Cases), Text(rules.AtMedium), Text(both.AtMedium), Text(both.High), Text(rules.HighFound), Text(both.HighFound), Text(rules.ThemeRight), Text(both.ThemeRight),
    ];

    private static object Json(CaseFigures figures) => new
    {
        figures = Figures.ToDictionary(f => f.Key, f => Math.Round(f.Of(figures), 4), StringComparer.Ordinal),
        themes = figures.Themes,
    };

    private static string Text(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Text(double share) => share.ToString("0.000", CultureInfo.InvariantCulture);
}
