using System.CommandLine;
using System.Text;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Model.Training;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Trains the learned model of classification; touches no installation.</summary>
internal static class ModelTrainCommand
{
    private const int FewestFolds = 2;
    private const int MostFolds = 20;

    public static Command Create(Installation installation)
    {
        var cases = CaseFile.Argument();
        var file = new Option<FileInfo>("--out") { Description = "Where to write the model; the same cases and recipe give the same bytes.", HelpName = "FILE", Required = true };
        var recipe = new Option<FileInfo>("--recipe") { Description = "How to train; the shipped recipe unless given.", HelpName = "FILE" };
        recipe.AcceptExistingOnly();
        var folds = new Option<int>("--folds") { Description = "Parts, each judged by a model that was trained on the others.", HelpName = "N", DefaultValueFactory = _ => 5 };
        folds.Validators.Add(result =>
        {
            if (result.GetValue(folds) is < FewestFolds or > MostFolds)
            {
                result.AddError($"--folds takes {FewestFolds} to {MostFolds}.");
            }
        });
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "train",
            "Train the model on labelled cases and on the texts of the rules, and say what it is worth on cases that it had not seen.",
            "onlinesafety model train cases.jsonl more-cases.jsonl --out en.json",
            "onlinesafety model train cases.jsonl --out en.json --folds 10 --json")
        {
            cases, file, recipe, folds, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var files = await CaseFile.ReadAsync(parse.GetRequiredValue(cases), cancellationToken);
            var path = parse.GetValue(recipe)?.FullName ?? Path.Combine(installation.Schemas.Root, "models", "en.recipe.json");
            var written = TrainingRecipe.Parse(Path.GetFileName(path), await File.ReadAllBytesAsync(path, cancellationToken));
            var rules = Rules.LoadRuleSet(installation.Schemas.Root, withModel: false);
            var texts = CaseFile.OfRules(installation.Schemas.Root, written.Language, rules.Taxonomy);
            var run = new TrainingRun(written, rules, parse.GetValue(folds));
            var (model, trial) = await Output.WithProgressAsync(parse, parse.GetValue(json), "models", progress => Task.Run(
                () => run.Start(files, texts, progress, cancellationToken), cancellationToken));
            await File.WriteAllTextAsync(parse.GetRequiredValue(file).FullName, LearnedModelText.Of(model), new UTF8Encoding(false), cancellationToken);
            await ModelReport.WriteAsync(parse, parse.GetValue(json), trial, model.Training.Metrics, [.. ModelReport.Size(model), "Every case was judged by a model that had not seen its sub-area."]);
        });
    }
}
