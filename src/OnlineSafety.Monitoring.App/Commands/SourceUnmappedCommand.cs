using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>
/// Lists why records could not be read, and which of the sender's words no map knows. Words come from the sender: where columns have shifted
/// they may be a name, so they are shown only when asked for, and that is recorded.
/// </summary>
internal static class SourceUnmappedCommand
{
    private const string Withheld = "(withheld; --words shows it)";

    public static Command Create(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var words = new Option<bool>("--words") { Description = "Show the sender's words themselves. They may hold personal data; that you looked is recorded." };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "unmapped",
            "List why records could not be read, and the words that no map knows.",
            "onlinesafety source unmapped --school \"Example Academy\"",
            "onlinesafety source unmapped --school \"Example Academy\" --words --json")
        {
            school, words, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var shown = parse.GetValue(words);
            var seal = await installation.Seals(parse, database[DatabaseRole.Setup]).OfAsync(owner.SchoolId, cancellationToken);
            var listed = await new SourceRegister(database[DatabaseRole.Setup], installation.Time)
                .UnmappedAsync(seal, shown, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, listed.Select(u => new
                {
                    source = u.Source, name = u.SourceName, u.Kind, value = u.Value, u.Count, u.FirstSeen, u.LastSeen,
                }));
                return;
            }

            if (listed.Count == 0)
            {
                await Output.LineAsync(parse, "Everything that was received could be read and mapped.");
                return;
            }

            Output.Table(
                parse,
                ["Source", "Kind", "Reason or word", "Times", "Last seen"],
                listed.Select(u => (string[])[u.SourceName, u.Kind, u.Value ?? Withheld, British.Number(u.Count), Output.Time(u.LastSeen)]));
        });
    }
}
