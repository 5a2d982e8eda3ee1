using System.CommandLine;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Classifies labelled cases for measuring; touches no installation.</summary>
internal static class ClassifyCommand
{
    public static Command Create(Installation installation)
    {
        var cases = new Argument<FileInfo>("cases") { Description = "JSON lines with id, kind, action, vendor, vendorCategory, text, url, userRole, keyStage." };
        var command = new ExampledCommand(
            "classify",
            "Classify labelled cases; writes one {\"id\",\"risk\",\"theme\",\"severity\",\"reasons\"} line for each.",
            "onlinesafety classify cases.jsonl > results.jsonl")
        {
            cases,
        };
        return command.Does((parse, _) =>
        {
            using var lines = parse.GetRequiredValue(cases).OpenText();
            EvaluationCases.Classify(Rules.LoadRuleSet(installation.Schemas.Root), lines, parse.InvocationConfiguration.Output);
            return Task.CompletedTask;
        });
    }
}
