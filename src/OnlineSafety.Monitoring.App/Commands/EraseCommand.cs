using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Erases one person, with proof.</summary>
internal static class EraseCommand
{
    public static Command Create(Installation installation)
    {
        var switches = new RetentionSwitches();
        var person = new Option<string>("--person") { Description = "Account or alias of the person.", HelpName = "ACCOUNT", Required = true };
        var also = new Option<string[]>("--also") { Description = "A further name by which texts may call the person, such as the name in full; as often as needed.", HelpName = "NAME" };
        var reason = RetentionSwitches.Reason("Why; recorded, without the person's names.");
        var nothingKnown = new Option<bool>("--nothing-known") { Description = "Also when nobody of this name is known here: hides what a product may still send of it from before." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would be erased." };
        var yes = new Option<bool>("--yes") { Description = "Erase without asking." };
        var command = new ExampledCommand(
            "erase",
            "Erase a person: rows and evidence at once, raw records hidden at once; says when they fall. Exit 3 when an open or held alert stays; refused when nobody of that name is known.",
            "onlinesafety erase --person jsmith --also \"John Smith\" --school \"Example Academy\" --reason \"Request under article 17, 3 December\" --dry-run",
            "onlinesafety erase --person jsmith --school \"Example Academy\" --reason \"Request under article 17, 3 December\" --as dpo@school.example")
        {
            person, also, switches.School, reason, switches.As, nothingKnown, dryRun, yes, switches.Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(switches.Json) && !result.GetValue(yes) && !result.GetValue(dryRun))
            {
                result.AddError("--json asks nobody: add --dry-run or --yes.");
            }
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken, DatabaseRole.Process, DatabaseRole.Audit);
            var desk = new ErasureDesk(opened.Retention, opened.Seals, installation.Time) { Verify = token => ChainsAsync(opened, token), MayBeNobody = parse.GetValue(nothingKnown) };
            var (school, name, names) = (opened.School.SchoolId, parse.GetRequiredValue(person), parse.GetValue(also) ?? []);
            var proof = await desk.PreviewAsync(school, name, names, parse.GetRequiredValue(reason), opened.Actor, cancellationToken);
            if (!parse.GetValue(dryRun))
            {
                if (!parse.GetValue(yes))
                {
                    await ShowAsync(parse, proof);
                    if (!await RetentionSwitches.AgreesAsync(parse, "Erase this for good?"))
                    {
                        await Output.LineAsync(parse, "Nothing was erased.");
                        return CommandLine.Failed;
                    }
                }

                proof = await desk.RunAsync(school, name, names, parse.GetRequiredValue(reason), opened.Actor, cancellationToken);
            }

            if (parse.GetValue(switches.Json))
            {
                await Output.JsonAsync(parse, proof);
            }
            else
            {
                await ShowAsync(parse, proof);
            }

            return proof.Stays.Count > 0 ? CommandLine.Unfit : CommandLine.Done;
        });
    }

    private static async Task<string> ChainsAsync(OpenedRetention opened, CancellationToken cancellationToken)
    {
        var log = await new LogVerifier(opened.Database[DatabaseRole.Process]).VerifyAsync(source: null, progress: null, cancellationToken);
        var audit = await new AuditVerifier(opened.Database[DatabaseRole.Audit]).VerifyAsync(opened.School.SchoolId, [], progress: null, cancellationToken);
        return $"intake log {(log.Clean ? "clean" : $"NOT clean, {Counted.Of(log.Breaks.Count, "break")}")}; access records {(audit.Clean ? "clean" : $"NOT clean, {Counted.Of(audit.Breaks.Count, "break")}")}";
    }

    private static async Task ShowAsync(ParseResult parse, ErasureProof proof)
    {
        await Output.LineAsync(parse, proof.DryRun ? "Nothing was erased. This would be:" : $"Erasure {proof.Erasure} of {proof.At.UtcDateTime:yyyy-MM-dd}");
        Output.Table(parse, ["Table", "Deleted", "Freed of the name"], proof.Deleted.Keys.Union(proof.Rewritten.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(table => (string[])
        [
            table, British.Number(proof.Deleted.GetValueOrDefault(table)), British.Number(proof.Rewritten.GetValueOrDefault(table)),
        ]));
        foreach (var stays in proof.Stays)
        {
            await Output.LineAsync(parse, $"STAYS {stays}");
        }

        if (proof.OfOthers is { } others)
        {
            await Output.LineAsync(parse, others);
        }

        await Output.LineAsync(parse, $"{(proof.DryRun ? "Raw records would be hidden" : "Raw records are hidden")} from every reader under {Counted.Of(proof.HiddenKeys, "key")}; the last of them falls on {proof.RawFallsOn:yyyy-MM-dd}.");
        if (proof.Chains is { } chains)
        {
            await Output.LineAsync(parse, $"Chains: {chains}.");
        }

        await Output.LineAsync(parse, "Not reached:");
        foreach (var limit in proof.Limits)
        {
            await Output.LineAsync(parse, "  " + limit);
        }
    }
}
