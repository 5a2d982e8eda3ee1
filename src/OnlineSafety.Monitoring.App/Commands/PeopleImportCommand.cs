using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Imports a school's people list.</summary>
internal static class PeopleImportCommand
{
    private const int ProgressFrom = 5000;

    public static Command Create(Installation installation)
    {
        var file = new Argument<FileInfo>("file") { Description = "CSV, UTF-8, with a header: account,aliases,role,year,class,date of birth (only account and role are needed)." };
        var school = SchoolSwitch.Required();
        var skipBad = new Option<bool>("--skip-bad") { Description = "Import the good lines although others are wrong." };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "import",
            "Add and change the accounts of a school from a CSV file; nothing is removed, and nothing changes when a line is wrong.",
            "onlinesafety people import people.csv --school \"Example Academy\"",
            "Line of such a file: jsmith,\"j.smith;smithj\",pupil,9,9B,2012-09-01")
        {
            file, school, skipBad, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            PeopleFile people;
            await using (var input = parse.GetRequiredValue(file).OpenRead())
            {
                people = PeopleFile.Read(input, DateOnly.FromDateTime(installation.Time.GetUtcNow().UtcDateTime));
            }

            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var result = await new PeopleImport(database[DatabaseRole.Setup], installation.Seals(parse, database[DatabaseRole.Setup]), installation.Time).RunAsync(
                at.SchoolId, people, parse.GetValue(skipBad), Installation.Operator, written => Progress(parse, written, people.Rows.Count), cancellationToken);
            await ReportAsync(parse, result, parse.GetValue(json));
            return result.Imported ? CommandLine.Done : CommandLine.Failed;
        });
    }

    private static void Progress(ParseResult parse, int written, int rows)
    {
        if (rows >= ProgressFrom && written % ProgressFrom == 0)
        {
            parse.InvocationConfiguration.Error.WriteLine($"{written} of at most {rows} written");
        }
    }

    private static async Task ReportAsync(ParseResult parse, ImportResult result, bool json)
    {
        if (json)
        {
            await Output.JsonAsync(parse, result);
            return;
        }

        foreach (var error in result.Errors)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync($"line {error.Line}: {error.Message}");
        }

        if (result.Colleagues > 0)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync(
                $"{Counted.Of(result.Colleagues, "member of staff is", "members of staff are")} known by a name that this list gives to a pupil: what is raised about it goes to the desk for staff. Correct one of the two. See: onlinesafety staff list");
        }

        await Output.LineAsync(parse, result.Imported
            ? $"{result.Added} added, {result.Changed} changed, {result.Unchanged} unchanged, {result.Errors.Count} left out."
            : $"Nothing was imported: {Counted.Of(result.Errors.Count, "line is wrong. Mend it", "lines are wrong. Mend them")}, or use --skip-bad to leave out what is wrong.");
    }
}
