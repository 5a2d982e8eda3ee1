using System.CommandLine;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Says which cases another edition, or further packs, would judge otherwise. Nothing is stored.</summary>
internal static class RuleDiffCommand
{
    private const int MostShown = 200;

    public static Command Create(Installation installation)
    {
        var cases = new Argument<FileInfo>("cases") { Description = "Labelled cases as for classify, JSON lines.", HelpName = "CASES.jsonl" };
        var taxonomy = new Option<string?>("--taxonomy") { Description = "Edition to compare; without it the installation's.", HelpName = "ID" };
        var against = new Option<string?>("--against") { Description = "Edition to compare it with; without it the same one.", HelpName = "ID" };
        var packs = new Option<DirectoryInfo?>("--packs") { Description = "A directory of further rule packs, for the other side alone.", HelpName = "DIR" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "diff",
            "Say what would move if another edition of the taxonomy, or further rule packs, judged the same cases.",
            "onlinesafety rules diff --taxonomy kcsie-2025 --against kcsie-2026 cases.jsonl",
            "onlinesafety rules diff --packs ./our-packs cases.jsonl --json")
        {
            cases, taxonomy, against, packs, json,
        };
        return command.Does(async (parse, _) =>
        {
            var editions = Rules.LoadEditions(installation.Schemas.Root, edition: installation.Settings(parse).Configuration["Taxonomy"]);
            var before = RuleExplainCommand.Edition(editions, parse.GetValue(taxonomy));
            var others = parse.GetValue(packs) is { } directory ? Rules.LoadEditions(installation.Schemas.Root, directory.FullName, before.Taxonomy.Id) : editions;
            var after = RuleExplainCommand.Edition(others, parse.GetValue(against) ?? before.Taxonomy.Id);
            using var lines = parse.GetRequiredValue(cases).OpenText();
            var found = RuleComparison.Of(before, after, EvaluationCases.Read(lines));
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new
                {
                    before = before.Version,
                    after = after.Version,
                    cases = found.Cases,
                    themesLeft = found.ThemesLeft,
                    themesNew = found.ThemesNew,
                    moved = found.Moved.Select(m => new { m.Id, before = Json(m.Before), after = Json(m.After) }),
                });
                return;
            }

            await SayAsync(parse, found, before, after);
        });
    }

    private static object Json(Assessment assessment) =>
        new { risk = Words.Of(assessment.Risk), assessment.Theme, severity = Words.Of(assessment.Severity) };

    private static async Task SayAsync(ParseResult parse, RuleComparison found, RuleSet before, RuleSet after)
    {
        await Output.LineAsync(parse, $"{before.Taxonomy.Edition} against {after.Taxonomy.Edition}: {found.Moved.Count} of {Counted.Of(found.Cases, "case")} {Counted.Word(found.Moved.Count, "moves", "move")}.");
        await ThemesAsync(parse, "Themes only in the first: ", found.ThemesLeft);
        await ThemesAsync(parse, "Themes only in the second: ", found.ThemesNew);
        if (found.Moved.Count == 0)
        {
            return;
        }

        Output.Table(parse, ["Before", "After", "Cases"], found.Moved.GroupBy(m => (From: Shown(m.Before), To: Shown(m.After)))
            .OrderByDescending(g => g.Count()).Select(g => (string[])[g.Key.From, g.Key.To, g.Count().ToString(System.Globalization.CultureInfo.InvariantCulture)]));
        Output.Table(parse, ["Case", "Before", "After"], found.Moved.Take(MostShown).Select(m => (string[])[m.Id, Shown(m.Before), Shown(m.After)]));
    }

    private static Task ThemesAsync(ParseResult parse, string words, IReadOnlyList<string> themes) =>
        themes.Count == 0 ? Task.CompletedTask : Output.LineAsync(parse, words + string.Join(", ", themes));

    private static string Shown(Assessment assessment) => assessment.Severity == Severity.None ? "none" : $"{Words.Of(assessment.Severity)} {assessment.Theme}";
}
