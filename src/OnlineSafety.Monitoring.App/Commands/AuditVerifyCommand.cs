using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Proves that the record of who looked at what is whole.</summary>
internal static class AuditVerifyCommand
{
    public static Command Create(Installation installation)
    {
        var school = new Option<string?>("--school") { Description = "Id or exact name of one school; without it all.", HelpName = "SCHOOL" };
        var anchor = new Option<string[]>("--anchor")
        {
            Description = "Also look for this anchor, which a daily digest printed: found is even a record made anew from end to end.",
            HelpName = "TEXT",
        };
        var anchors = new Option<FileInfo>("--anchors") { Description = "The same for every anchor in a file, such as kept digests.", HelpName = "FILE" };
        anchors.AcceptExistingOnly();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "verify",
            "Walk the chain of access records of each school. Exit 1 at a break, 3 when an old anchor must be asked for with its school.",
            "onlinesafety audit verify",
            "onlinesafety audit verify --school \"Example Academy\" --anchor OSA2-1234-SCHUL-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY",
            "onlinesafety audit verify --anchors kept-digests.txt --json")
        {
            school, anchor, anchors, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var texts = (parse.GetValue(anchor) ?? []).ToList();
            if (parse.GetValue(anchors) is { } file)
            {
                texts.Add(await File.ReadAllTextAsync(file.FullName, cancellationToken));
            }

            var printed = texts.ConvertAll(AuditAnchor.ReadAll);
            if (printed.Exists(found => found.Count == 0))
            {
                throw new SetupException("There is no anchor of access records in it. One looks like OSA2-1234-SCHUL-ABCDE-FGHIJ-KLMNO-PQRST-UVWXY.");
            }

            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Audit);
            Guid? one = parse.GetValue(school) is { } named ? (await SchoolSwitch.ResolveAsync(database, named, cancellationToken)).SchoolId : null;
            var report = await Output.WithProgressAsync(parse, parse.GetValue(json), "entries", progress =>
                new AuditVerifier(database[DatabaseRole.Audit]).VerifyAsync(one, [.. printed.SelectMany(found => found).Distinct()], progress, cancellationToken));
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

            return !report.Clean ? CommandLine.Failed : report.Undecided.Count > 0 ? CommandLine.Unfit : CommandLine.Done;
        });
    }

    private static IEnumerable<string> Lines(AuditReport report)
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"schools {report.Schools:N0}, entries {report.Entries:N0}, of them erased by a recorded erasure {report.Erased:N0}");
        if (report.Anchored > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"anchors printed earlier and looked for: {report.Anchored:N0}");
        }

        if (report.Fallen > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"fallen by the school's retention, from the first on {report.Fallen:N0}");
        }

        if (report.Unprovable > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"anchors of entries that fell since, and cannot be checked any more: {report.Unprovable:N0}");
        }

        foreach (var anchor in report.Undecided)
        {
            yield return $"UNDECIDED anchor {anchor}: no chain has it, and it does not say whose it is. Some schools' older entries fell since: ask for it with the school that printed it, --school.";
        }

        foreach (var place in report.Breaks)
        {
            yield return $"BREAK {SetupText.Shown(place)}";
        }

        yield return report.Clean ? report.Undecided.Count > 0 ? "clean but for what is undecided" : "clean"
            : $"NOT clean: {Counted.Of(report.Breaks.Count, "break")}";
    }
}
