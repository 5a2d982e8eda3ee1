using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

internal static class SchoolCommands
{
    public static Command Add(Installation installation)
    {
        var name = new Option<string>("--name") { Description = "Name of the school.", Required = true };
        var urn = new Option<string>("--urn") { Description = "Its unique reference number (England).", DefaultValueFactory = _ => "" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("add", "Add a school.", "onlinesafety school add --name \"Example Academy\" --urn 123456") { name, urn, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var school = await new SchoolRegister(database[DatabaseRole.Setup])
                .AddAsync(parse.GetRequiredValue(name), parse.GetRequiredValue(urn), Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { school = school.SchoolId });
                return;
            }

            await Output.LineAsync(parse, $"School {school.Name} is {school.SchoolId}.");
            await Output.LineAsync(parse, $"Next: onlinesafety staff add --school {school.SchoolId} --name ... --email ... --role dsl");
        });
    }

    public static Command List(Installation installation)
    {
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("list", "List the schools.", "onlinesafety school list", "onlinesafety school list --json") { json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var schools = await new SchoolRegister(database[DatabaseRole.Setup]).ListAsync(Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, schools.Select(s => new { school = s.SchoolId, s.Name, s.Urn, s.Kind, s.TimeZone, s.ClosedAt, digestAt = s.DigestAt.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture) }));
                return;
            }

            Output.Table(parse, ["School", "Name", "URN", "Kind", "Zone", "State"], schools.Select(s => (string[])
            [
                s.SchoolId.ToString(), s.Name, s.Urn, s.Kind, s.TimeZone, s.ClosedAt is { } left ? $"left, closed since {Output.Time(left, SchoolZone.Of(s.TimeZone))}" : "open",
            ]));
        });
    }

    public static Command Reopen(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var command = new ExampledCommand(
            "reopen", "Open a school again that left: its sources are heard with the keys that they have. What was there before stays unreadable.", "onlinesafety school reopen --school \"Example Academy\"") { school };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            await new SchoolRegister(database[DatabaseRole.Setup]).ReopenAsync(at, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"{SetupText.Shown(at.Name)} is open again. Look through its staff (onlinesafety staff list), import its people list, and see that its sources speak: onlinesafety source list");
        });
    }
}
