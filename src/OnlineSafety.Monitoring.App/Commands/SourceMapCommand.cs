using System.CommandLine;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Gives a source a mapping: says first what that changes, then reads what was received by it again.</summary>
internal static class SourceMapCommand
{
    private const string Would = "would change";
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Create(Installation installation)
    {
        var switches = new Switches();
        var command = new ExampledCommand(
            "map",
            "Read a source by a mapping of its own, from now on and what was received before: shows what changes, asks, applies. Nothing is alerted twice.",
            $"onlinesafety source map {Example} mapping.json",
            $"onlinesafety source map {Example} mapping.json --preview --json",
            $"onlinesafety source map {Example} mapping.json --since 2026-11-20 --yes",
            $"onlinesafety source map {Example} --pack")
        {
            switches.Source, switches.File, switches.Pack, switches.Since, switches.Until, switches.Preview, switches.Yes, switches.Note, switches.Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(switches.File) is { Tokens.Count: > 0 } == result.GetResult(switches.Pack) is { Implicit: false })
            {
                result.AddError("Give the file of a mapping, or --pack for the one of the product.");
            }

            if (result.GetResult(switches.Json) is { Implicit: false } && result.GetResult(switches.Preview) is not { Implicit: false } && result.GetResult(switches.Yes) is not { Implicit: false })
            {
                result.AddError("--json cannot ask: give --preview or --yes too.");
            }
        });
        return command.Does(async (parse, cancellationToken) => await RunAsync(installation, switches, parse, cancellationToken));
    }

    private static async Task<int> RunAsync(Installation installation, Switches switches, ParseResult parse, CancellationToken cancellationToken)
    {
        var content = parse.GetValue(switches.File) is { } file ? await File.ReadAllBytesAsync(file.FullName, cancellationToken) : null;
        await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
        var mappings = new SourceMappings(database[DatabaseRole.Setup], installation.Time);
        var desk = new JobDesk(database[DatabaseRole.Setup], installation.Time);
        var source = await mappings.FindAsync(parse.GetRequiredValue(switches.Source), Installation.Operator, cancellationToken);
        var target = new SourceKey(source.SchoolId, source.SourceId);
        var version = 0;
        if (content is not null)
        {
            // Every error in the file is said before anything is stored.
            Rules.LoadMappings(installation.Schemas.Root, installation.Settings(parse).Configuration["Vendors"]).Compile(source.Product, content);
            version = await mappings.StoreAsync(target, content, parse.GetRequiredValue(switches.Note), Installation.Operator, cancellationToken);
        }

        var json = parse.GetValue(switches.Json);
        if (parse.GetValue(switches.Preview) || !parse.GetValue(switches.Yes))
        {
            var asked = await desk.RequestAsync(
                target, JobKind.Preview, version, parse.GetValue(switches.Since), parse.GetValue(switches.Until), Installation.Operator, cancellationToken);
            var preview = await JobWait.ForAsync(parse, desk, target.School, asked, "preview", json, cancellationToken);
            await ReportAsync(parse, source, version, preview, json, Would);
            if (parse.GetValue(switches.Preview))
            {
                return CommandLine.Done;
            }

            if (!await IsWantedAsync(parse, cancellationToken))
            {
                await Output.LineAsync(parse, "Nothing was changed.");
                return CommandLine.Done;
            }
        }

        var applied = await mappings.ApplyAsync(
            target, version, parse.GetValue(switches.Since), parse.GetValue(switches.Until), Installation.Operator, cancellationToken);
        var replay = await JobWait.ForAsync(parse, desk, target.School, applied, "replay", json, cancellationToken);
        await ReportAsync(parse, source, version, replay, json, "changed");
        return CommandLine.Done;
    }

    private static async Task<bool> IsWantedAsync(ParseResult parse, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            throw new SetupException("Nobody can be asked here: give --yes to apply it.");
        }

        await parse.InvocationConfiguration.Output.WriteAsync("Apply it? [y/N] ".AsMemory(), cancellationToken);
        return await Console.In.ReadLineAsync(cancellationToken) is ['y' or 'Y', ..];
    }

    private static async Task ReportAsync(ParseResult parse, Source source, int version, SourceJob job, bool json, string verb)
    {
        var result = job.Result ?? default;
        if (json)
        {
            await Output.JsonAsync(parse, new { source = source.SourceId, version, job = job.Id, kind = job.Kind, state = job.State, result });
            return;
        }

        await Output.LineAsync(parse, version == 0 ? $"{source.Name} by the pack of {source.Product}:" : $"{source.Name} by its mapping {version}:");
        foreach (var line in Lines(result, verb))
        {
            await Output.LineAsync(parse, "  " + SetupText.Shown(line));
        }
    }

    internal static IEnumerable<string> Lines(JsonElement result, string verb)
    {
        string Unmapped(string name, string one, string? many = null) => Counted.Of(result.GetProperty("unmapped").GetProperty(name).GetInt64(), one, many);
        yield return $"{Counted.Of(result.GetProperty("records").GetInt64(), "record")} read again{(result.GetProperty("notRead").GetInt64() > 0 ? $", {Number(result, "notRead")} cannot be read again and stay as they are" : "")}";
        yield return $"{verb}: events {Number(result, "events", "before")} to {Number(result, "events", "after")}, of concern {Number(result, "before", "concern")} to {Number(result, "after", "concern")}, "
            + $"for review {Number(result, "before", "review")} to {Number(result, "after", "review")}, counted {Number(result, "before", "counted")} to {Number(result, "after", "counted")}, captured {Number(result, "before", "captured")} to 0";
        yield return $"alerts: {Number(result, "alerts", "raised")} raised late, {Number(result, "alerts", "grown")} grown, {Number(result, "alerts", "rerouted")} to another desk";
        yield return $"not understood: {Unmapped("records", "record")}, {Unmapped("categories", "category", "categories")}, {Unmapped("actions", "action")}, {Unmapped("severities", "severity", "severities")}";
        if (result.TryGetProperty("fields", out var fields) && fields.ValueKind == JsonValueKind.Array && fields.GetArrayLength() > 0)
        {
            yield return $"fields left over: {string.Join(", ", fields.EnumerateArray().Select(field => field.GetString()))}";
        }

        foreach (var worse in verb == Would ? MappingVerdict.Of(result) : [])
        {
            yield return "BEWARE: " + worse;
        }

        if (result.TryGetProperty("note", out var note) && note.ValueKind == JsonValueKind.String)
        {
            yield return note.GetString()!;
        }
    }

    private static string Number(JsonElement result, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            result = result.GetProperty(name);
        }

        return British.Number(result.GetInt64());
    }

    private sealed class Switches
    {
        public Argument<Guid> Source { get; } = new("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };

        public Argument<FileInfo> File { get; } = new("file") { Description = "A mapping.json whose product is the source's.", HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne };

        public Option<bool> Pack { get; } = new("--pack") { Description = "Read it by the pack of its product again." };

        public Option<DateTimeOffset?> Since { get; } = TimeSwitch.Create("--since", "Read again only what was received from then on; without it everything since the first byte.");

        public Option<DateTimeOffset?> Until { get; } = TimeSwitch.Create("--until", "Read again only what was received until then.");

        public Option<bool> Preview { get; } = new("--preview") { Description = "Only say what would change." };

        public Option<bool> Yes { get; } = new("--yes") { Description = "Apply without asking." };

        public Option<string> Note { get; } = new("--note") { Description = "Why, for the history.", DefaultValueFactory = _ => "" };

        public Option<bool> Json { get; } = Output.JsonSwitch();

        public Switches() => File.AcceptExistingOnly();
    }
}
