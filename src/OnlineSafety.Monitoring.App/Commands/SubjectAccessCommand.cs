using System.CommandLine;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Writes what is stored about one person into a file for that person.</summary>
internal static class SubjectAccessCommand
{
    public static Command Create(Installation installation)
    {
        var switches = new RetentionSwitches();
        var person = new Option<string>("--person") { Description = "Account or alias of the person.", HelpName = "ACCOUNT", Required = true };
        var reason = RetentionSwitches.Reason("Why; recorded, without the person's names.");
        var to = new Option<FileInfo>("--to") { Description = "File to write: a ZIP with a page to read and print, and the same as JSON. It must not be there yet.", HelpName = "FILE.zip", Required = true };
        var command = new ExampledCommand(
            "subject-access",
            "Write what is stored about a person, for that person: others' names taken out. Read it before you give it away. Exit 3 when there is nothing.",
            "onlinesafety subject-access --person jsmith --school \"Example Academy\" --reason \"Request of 3 December\" --to jsmith.zip --as dsl@school.example")
        {
            person, switches.School, reason, to, switches.As,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var target = parse.GetRequiredValue(to);
            if (target.Exists)
            {
                throw new SetupException($"{target.FullName} is there already. Name another file.");
            }

            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            var file = await new SubjectAccess(opened.Retention, opened.Seals, installation.Time)
                .ReadAsync(opened.School.SchoolId, parse.GetRequiredValue(person), parse.GetRequiredValue(reason), opened.Actor, cancellationToken);
            if (file.Listed.Count + file.Alerts.Count + file.Events.Count == 0)
            {
                await Output.LineAsync(parse, "Nothing is stored under that name in this school, and no file was written.");
                return CommandLine.Unfit;
            }

            // Nobody else's to read, from its first byte on.
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
            await using var stream = new FileStream(target.FullName, options);
            await SubjectAccessPages.WriteAsync(file, stream, cancellationToken);
            await Output.LineAsync(parse, $"{target.FullName}: {Counted.Of(file.Alerts.Count, "alert")}, {Counted.Of(file.Events.Count, "event")}.");
            foreach (var line in SubjectAccessFile.Contents)
            {
                await Output.LineAsync(parse, line);
            }

            return CommandLine.Done;
        });
    }
}
