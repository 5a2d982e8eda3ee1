using System.CommandLine;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>What a school decided about its alerts: clocks, out of hours, who is told besides, escalation.</summary>
internal static class PolicyCommands
{
    public static Command Create(Installation installation) => new("policy", "What a school decided about its alerts: how soon, out of hours, who besides, and what follows.")
    {
        Show(installation), Check(installation), Import(installation),
    };

    private static Command Show(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "show", "Say what holds in a school; as JSON, ready to be edited and imported.", "onlinesafety policy show --school \"Example Academy\"",
            "onlinesafety policy show --school \"Example Academy\" --json > policy.json")
        {
            school, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var stored = await Register(installation, database).FindAsync(owner.SchoolId, Installation.Operator, cancellationToken);
            var text = stored?.Json ?? await File.ReadAllTextAsync(installation.Schemas.DefaultPolicy, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, JsonSerializer.Deserialize<JsonElement>(text));
                return;
            }

            await Output.LineAsync(parse, stored is null
                ? $"{owner.Name} set no policy. What holds is the default:"
                : $"{owner.Name}, revision {stored.Revision}, set {Output.Time(stored.SetAt, SchoolZone.Of(owner.TimeZone))} by {stored.SetBy}:");
            foreach (var line in PolicyWords.Of(PolicyFile.Read(text)))
            {
                await Output.LineAsync(parse, "  " + line);
            }
        });
    }

    private static Command Check(Installation installation)
    {
        var file = PolicyArgument();
        var school = new Option<string?>("--school") { Description = "Also hold it against the staff of this school.", HelpName = "SCHOOL" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "check",
            "Check a policy: every error with its JSON path. Without --school it touches no installation. Exit code 3 when there is one.",
            "onlinesafety policy check policy.json",
            "onlinesafety policy check policy.json --school \"Example Academy\"")
        {
            file, school, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var text = await File.ReadAllTextAsync(parse.GetRequiredValue(file).FullName, cancellationToken);
            var (errors, unheard) = await CheckAsync(installation, parse, text, parse.GetValue(school), cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { errors, unheard });
            }
            else
            {
                await LinesAsync(parse, [.. errors, .. unheard]);
                await Output.LineAsync(parse, errors.Count == 0 ? "No error." : $"{Counted.Of(errors.Count, "error")}.");
            }

            return errors.Count > 0 ? CommandLine.Unfit : CommandLine.Done;
        });
    }

    private static async Task<(IReadOnlyList<string> Errors, IReadOnlyList<string> Unheard)> CheckAsync(
        Installation installation, ParseResult parse, string text, string? school, CancellationToken cancellationToken)
    {
        try
        {
            var isTheme = installation.Schemas.ReadThemeGuide().Knows;
            if (school is null)
            {
                PolicyFile.Read(text, isTheme);
                return ([], []);
            }

            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, school, cancellationToken);
            return ([], (await Register(installation, database).ProposeAsync(owner.SchoolId, text, isTheme, Installation.Operator, cancellationToken)).Unheard);
        }
        catch (PolicyException error)
        {
            return (error.Errors, []);
        }
    }

    private static Command Import(Installation installation)
    {
        var file = PolicyArgument();
        var school = SchoolSwitch.Required();
        var yes = new Option<bool>("--yes") { Description = "Import without asking." };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "import",
            "Set the policy of a school: says what changes and asks. It holds at once; alerts that are open go by it too.",
            "onlinesafety policy import policy.json --school \"Example Academy\"",
            "onlinesafety policy import policy.json --school \"Example Academy\" --yes --json")
        {
            file, school, yes, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(json) && !result.GetValue(yes))
            {
                result.AddError("--json asks nobody: add --yes. What would change is said without it.");
            }
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            var text = await File.ReadAllTextAsync(parse.GetRequiredValue(file).FullName, cancellationToken);
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var owner = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var register = Register(installation, database);
            var proposed = await register.ProposeAsync(owner.SchoolId, text, installation.Schemas.ReadThemeGuide().Knows, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                var revision = await register.ImportAsync(owner.SchoolId, proposed, Installation.Operator, cancellationToken);
                await Output.JsonAsync(parse, new { school = owner.SchoolId, revision, removed = proposed.Removed, added = proposed.Added, unheard = proposed.Unheard });
                return CommandLine.Done;
            }

            await LinesAsync(parse, [.. proposed.Removed.Select(line => "- " + line), .. proposed.Added.Select(line => "+ " + line), .. proposed.Unheard]);
            if (proposed is { Removed.Count: 0, Added.Count: 0 })
            {
                await Output.LineAsync(parse, "Nothing changes.");
            }

            if (!parse.GetValue(yes) && !await AgreedAsync(parse, owner.Name, cancellationToken))
            {
                await Output.LineAsync(parse, "Nothing was changed.");
                return CommandLine.Done;
            }

            await Output.LineAsync(parse, $"{owner.Name} has revision {await register.ImportAsync(owner.SchoolId, proposed, Installation.Operator, cancellationToken)} of its policy.");
            return CommandLine.Done;
        });
    }

    private static async Task<bool> AgreedAsync(ParseResult parse, string school, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            throw new SetupException("Nobody can be asked here: give --yes to set it.");
        }

        await parse.InvocationConfiguration.Output.WriteAsync($"Set this policy for {school}? [y/N] ".AsMemory(), cancellationToken);
        return await Console.In.ReadLineAsync(cancellationToken) is ['y' or 'Y', ..];
    }

    private static async Task LinesAsync(ParseResult parse, IReadOnlyList<string> lines)
    {
        foreach (var line in lines)
        {
            await Output.LineAsync(parse, line);
        }
    }

    private static PolicyRegister Register(Installation installation, MonitoringDatabase database) => new(database[DatabaseRole.Setup], installation.Time);

    private static Argument<FileInfo> PolicyArgument() => new("file") { Description = "JSON as in schemas/policies/default.json.", HelpName = "FILE" };
}
