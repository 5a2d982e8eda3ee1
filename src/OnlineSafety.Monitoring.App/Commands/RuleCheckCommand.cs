using System.CommandLine;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Says everything that is wrong with rule packs, under every edition; touches no installation.</summary>
internal static class RuleCheckCommand
{
    public static Command Create(Installation installation)
    {
        var packs = new Argument<DirectoryInfo?>("packs") { Description = "A directory of further rule packs; they are checked together with the shipped ones.", Arity = ArgumentArity.ZeroOrOne, HelpName = "DIR" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "check",
            "Check rule packs, categories and taxonomies: every error with its file and place, and every case of every rule. Exit code 1 when there is one.",
            "onlinesafety rules check",
            "onlinesafety rules check ./our-packs --json")
        {
            packs, json,
        };
        return command.Does(async (parse, _) =>
        {
            var (rules, errors) = Check(installation.Schemas.Root, parse.GetValue(packs)?.FullName);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { rules = rules?.Version, count = rules?.RuleIds.Count() ?? 0, errors });
            }
            else
            {
                foreach (var error in errors)
                {
                    await Output.LineAsync(parse, error);
                }

                await Output.LineAsync(parse, errors.Count == 0 ? $"{Counted.Of(rules!.RuleIds.Count(), "rule")}, {rules.Version}: no error." : $"{Counted.Of(errors.Count, "error")}.");
            }

            return errors.Count > 0 ? CommandLine.Failed : CommandLine.Done;
        });
    }

    private static (RuleSet? Rules, IReadOnlyList<string> Errors) Check(string schemas, string? packs)
    {
        try
        {
            var editions = Rules.LoadEditions(schemas, packs);
            foreach (var id in editions.Ids)
            {
                editions.Of(id);
            }

            return (editions.Standard, [.. editions.WrongCases()]);
        }
        catch (RuleException error)
        {
            return (null, error.Errors);
        }
    }
}
