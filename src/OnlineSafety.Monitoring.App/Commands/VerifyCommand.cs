using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Proves that nothing stored was lost or changed.</summary>
internal static class VerifyCommand
{
    public static Command Create(Installation installation)
    {
        var switches = new Switches();
        var command = new ExampledCommand(
            "verify",
            "Walk every chain of the intake log and reconcile: stored = concern + counted + for review + control + waiting. Exit 1 at a break.",
            "onlinesafety verify",
            "onlinesafety verify --source 5b0c4d3e-0000-4000-8000-000000000000 --json",
            "onlinesafety verify --anchor OSM1-20261125-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY",
            "onlinesafety verify --anchors kept-digests.txt")
        {
            switches.Source, switches.Anchor, switches.Anchors, switches.Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(switches.Source) is not null && (result.GetResult(switches.Anchor) ?? result.GetResult(switches.Anchors)) is not null)
            {
                result.AddError("Anchors cover all sources of a school: leave --source out.");
            }
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            var anchors = await AnchorsAsync(parse, switches, cancellationToken);
            DatabaseRole[] roles = anchors.Days.Count > 0 ? [DatabaseRole.Process, DatabaseRole.Notify] : [DatabaseRole.Process];
            await using var database = await installation.OpenAsync(parse, cancellationToken, roles);
            var lost = new List<DayAnchor>();
            var heads = await HeadsAsync(database, anchors, lost, cancellationToken);
            var report = await Output.WithProgressAsync(parse, parse.GetValue(switches.Json), "records", progress =>
                new LogVerifier(database[DatabaseRole.Process]).VerifyAsync(parse.GetValue(switches.Source), heads, progress, cancellationToken));
            report.Breaks.AddRange(lost.Select(NotFound));
            if (parse.GetValue(switches.Json))
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

    internal static string NotFound(DayAnchor day) =>
        $"anchor {day}: no digest of that day has it: it was changed or is gone, or the anchor is mistyped. The heads printed below the anchor can still be checked.";

    internal static IEnumerable<string> Lines(VerifyReport report)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"streams {report.Streams:N0}, segments {report.Segments:N0}");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"stored {report.Stored:N0} = concern {report.Concern:N0} + counted {report.Counted:N0} + for review {report.Review:N0} + control {report.Control:N0} + waiting {report.Waiting:N0}");
        if (report.Captured > 0)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"waiting: {report.Waiting - report.Captured:N0} not yet read, {report.Captured:N0} captured until their source has a mapping");
        }

        if (report.Anchored > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"heads printed earlier and looked for: {report.Anchored:N0}");
        }

        if (report.FallenStreams > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"fallen by the school's retention {Counted.Of(report.Fallen, "record")} of {Counted.Of(report.FallenStreams, "stream")}, whose tombstones stand");
        }

        if (report.Unprovable > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"heads of fallen streams that were printed before the stream ended, and cannot be checked any more: {report.Unprovable:N0}");
        }

        foreach (var place in report.Breaks)
        {
            yield return $"BREAK {SetupText.Shown(place)}";
        }

        yield return report.Clean ? "clean" : $"NOT clean: {Counted.Of(report.Breaks.Count, "break")}";
    }

    private static async Task<AnchorText> AnchorsAsync(ParseResult parse, Switches switches, CancellationToken cancellationToken)
    {
        var texts = (parse.GetValue(switches.Anchor) ?? []).ToList();
        if (parse.GetValue(switches.Anchors) is { } file)
        {
            texts.Add(await File.ReadAllTextAsync(file.FullName, cancellationToken));
        }

        var read = texts.Select(AnchorText.Read).ToList();
        return read.Exists(anchors => anchors.IsEmpty)
            ? throw new SetupException("There is no anchor in it. One looks like OSM1-20261125-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY, or is a line of stream, number and hash from a daily digest.")
            : new AnchorText([.. read.SelectMany(anchors => anchors.Days).Distinct()], [.. read.SelectMany(anchors => anchors.Heads)]);
    }

    private static async Task<List<HeadAnchor>> HeadsAsync(
        MonitoringDatabase database, AnchorText anchors, List<DayAnchor> lost, CancellationToken cancellationToken)
    {
        var heads = anchors.Heads.ToList();
        foreach (var day in anchors.Days)
        {
            var covered = await new DigestAnchors(database[DatabaseRole.Notify]).HeadsOfAsync(day, cancellationToken);
            heads.AddRange(covered);
            if (covered.Count == 0)
            {
                lost.Add(day);
            }
        }

        return [.. heads.DistinctBy(head => head.ToString(), StringComparer.Ordinal)];
    }

    private sealed class Switches
    {
        public Option<Guid?> Source { get; } = new("--source") { Description = "One source only.", HelpName = "SOURCE", CustomParser = result => SourceSwitch.Read(result) };

        public Option<string[]> Anchor { get; } = new("--anchor")
        {
            Description = "Also look for this anchor, or line of stream, number and hash, that a daily digest printed: found is even a chain made anew from end to end.",
            HelpName = "TEXT",
        };

        public Option<FileInfo> Anchors { get; } = new("--anchors") { Description = "The same for every anchor in a file, such as kept digests.", HelpName = "FILE" };

        public Option<bool> Json { get; } = Output.JsonSwitch();

        public Switches() => Anchors.AcceptExistingOnly();
    }
}
