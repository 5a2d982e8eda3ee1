using System.CommandLine;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>When pupils are in school: outside of it no source is blamed for its silence.</summary>
internal static class SchoolCalendarCommands
{
    public static Command Calendar(Installation installation) => new("calendar", "Terms, closures and bells of a school.") { Import(installation), Show(installation) };

    public static Command Closure(Installation installation) => new("closure", "Days without pupils inside a term: snow, INSET.") { AddClosure(installation) };

    private static Command Import(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var file = new Argument<FileInfo>("file") { Description = "JSON as in schemas/calendars/example.json." };
        var command = new ExampledCommand(
            "import", "Set terms, closures and bells; replaces the calendar before. Bank holidays of England are known.", "onlinesafety school calendar import calendar.json --school \"Example Academy\"")
        {
            file, school,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var json = await File.ReadAllTextAsync(parse.GetRequiredValue(file).FullName, cancellationToken);
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var calendar = await new CalendarRegister(database[DatabaseRole.Setup]).ImportAsync(owner.SchoolId, json, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"{owner.Name} has {Counted.Of(calendar.Terms.Count, "term")} and {Counted.Of(calendar.Closures.Count, "closure")} until {calendar.Terms.Max(term => term.Last):yyyy-MM-dd}.");
        });
    }

    private static Command Show(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var command = new ExampledCommand("show", "Print it as JSON, ready to be edited and imported.", "onlinesafety school calendar show --school \"Example Academy\"") { school };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var json = await new CalendarRegister(database[DatabaseRole.Setup]).ShowAsync(owner.SchoolId, Installation.Operator, cancellationToken)
                ?? throw new SetupException("This school has no calendar: every weekday from 08:45 to 15:15 that is no bank holiday is taken for a school day. See: onlinesafety school calendar import --help");
            await Output.JsonAsync(parse, JsonSerializer.Deserialize<JsonElement>(json));
        });
    }

    private static Command AddClosure(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var from = Day("--from", "First day; without it today, in the school's time zone.");
        var to = Day("--to", "Last day; without it the first.");
        var kind = new Option<string>("--kind") { Description = "closed (snow and anything else), inset or half-term.", DefaultValueFactory = _ => "closed" };
        kind.AcceptOnlyFromAmong("closed", "inset", "half-term");
        var note = new Option<string>("--note") { Description = "Why, for people.", DefaultValueFactory = _ => "" };
        var command = new ExampledCommand(
            "add",
            "Add a closure to the calendar. It counts at once: what is silent because of it is an alarm no more.",
            "onlinesafety school closure add --school \"Example Academy\" --note snow",
            "onlinesafety school closure add --school \"Example Academy\" --from 2027-02-26 --kind inset")
        {
            school, from, to, kind, note,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var zone = Notifications.SchoolZone.Of(owner.TimeZone);
            var first = parse.GetValue(from) is { } given
                ? CalendarFile.Day(given)
                : DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(installation.Time.GetUtcNow(), zone).DateTime);
            var last = parse.GetValue(to) is { } until ? CalendarFile.Day(until) : first;
            await new CalendarRegister(database[DatabaseRole.Setup]).CloseAsync(
                owner.SchoolId, first, last, parse.GetRequiredValue(kind), parse.GetRequiredValue(note), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, first == last ? $"{owner.Name} is closed on {first:yyyy-MM-dd}." : $"{owner.Name} is closed from {first:yyyy-MM-dd} to {last:yyyy-MM-dd}.");
        });
    }

    private static Option<string?> Day(string name, string description)
    {
        var option = new Option<string?>(name) { Description = description, HelpName = "YYYY-MM-DD" };
        option.Validators.Add(result => UsageCheck.Require(result, () => CalendarFile.Day(result.GetValueOrDefault<string>() ?? "")));
        return option;
    }
}
