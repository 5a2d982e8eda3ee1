using System.CommandLine;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Training;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Measures what the installed model adds to the rules; touches no installation.</summary>
internal static class ModelTestCommand
{
    private const int Step = 100;

    public static Command Create(Installation installation)
    {
        var cases = CaseFile.Argument();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "test",
            "Measure the rules alone and the rules with the model on labelled cases, with the vendors' categories and without them.",
            "onlinesafety model test cases.jsonl",
            "onlinesafety model test cases.jsonl --json")
        {
            cases, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var files = await CaseFile.ReadAsync(parse.GetRequiredValue(cases), cancellationToken);
            var rules = Rules.LoadRuleSet(installation.Schemas.Root);
            var model = rules.Model ?? throw new SetupException("There is no model: schemas/models/en.json is missing, and the rules speak alone.");
            var trial = await Output.WithProgressAsync(parse, parse.GetValue(json), "cases", progress => Task.Run(
                () => Try(rules, model, [.. files.SelectMany(f => f.Cases)], progress, cancellationToken), cancellationToken));
            await ModelReport.WriteAsync(parse, parse.GetValue(json), trial, metrics: null, [.. files
                .Where(f => model.TrainedOn.Contains(f.Sha256, StringComparer.Ordinal))
                .Select(f => $"{f.Name} is what the model was trained on: these figures flatter it.")]);
        });
    }

    private static ModelTrial Try(RuleSet rules, LearnedModel model, IReadOnlyList<LabelledCase> cases, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        var trial = new ModelTrial(rules);
        for (var from = 0; from < cases.Count; from += Step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            trial.Add(cases.Skip(from).Take(Step), model);
            progress?.Invoke(Math.Min(from + Step, cases.Count), cases.Count);
        }

        return trial;
    }
}
