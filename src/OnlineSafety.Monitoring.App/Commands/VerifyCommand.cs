using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Proves that nothing stored was lost or changed.</summary>
internal static class VerifyCommand
{
    private const int ProgressFrom = 100;

    public static Command Create(Installation installation)
    {
        var source = new Option<Guid?>("--source") { Description = "One source only.", HelpName = "SOURCE", CustomParser = result => SourceSwitch.Read(result) };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "verify",
            "Walk every chain of the intake log and reconcile: stored = concern + counted + for review + control + waiting. Exit 1 at a break.",
            "onlinesafety verify",
            "onlinesafety verify --source 5b0c4d3e-0000-4000-8000-000000000000 --json")
        {
            source, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Process);
            var report = await new LogVerifier(database[DatabaseRole.Process])
                .VerifyAsync(parse.GetValue(source), (done, all) => Progress(parse, done, all), cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, report);
            }
            else
            {
                foreach (var line in Lines(report))
                {
                    await Output.LineAsync(parse, line);
                }
            }

            return report.Clean ? CommandLine.Done : CommandLine.Failed;
        });
    }

    internal static IEnumerable<string> Lines(VerifyReport report)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"streams {report.Streams:N0}, segments {report.Segments:N0}");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"stored {report.Stored:N0} = concern {report.Concern:N0} + counted {report.Counted:N0} + for review {report.Review:N0} + control {report.Control:N0} + waiting {report.Waiting:N0}");
        foreach (var place in report.Breaks)
        {
            yield return $"BREAK {SetupText.Shown(place)}";
        }

        yield return report.Clean ? "clean" : $"NOT clean: {report.Breaks.Count} breaks";
    }

    private static void Progress(ParseResult parse, int done, int all)
    {
        if (all >= ProgressFrom && done % ProgressFrom == 0)
        {
            parse.InvocationConfiguration.Error.WriteLine($"{done} of {all} streams");
        }
    }
}
