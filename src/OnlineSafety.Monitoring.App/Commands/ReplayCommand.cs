using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Says what other rules would have made of what was received. Nothing is changed; the service reads, this shows counts and alert numbers.</summary>
internal static class ReplayCommand
{
    private const int MostShown = 40;

    public static Command Create(Installation installation)
    {
        var switches = new Switches();
        var command = new ExampledCommand(
            "replay",
            "Say what other rules would have made of what was received: which alerts would appear, vanish or change, what that costs the DSL, and which true concerns would be missed. "
            + $"Changes nothing. Ends with {CommandLine.Unfit} when a true concern would be missed, or not told of at once, unless --accept-missed.",
            "onlinesafety replay --from 2026-11-01 --to 2026-11-22 --rules conduct.json --reason \"next term's rules\"",
            "onlinesafety replay --from 2026-11-01 --to 2026-11-22 --rules ./schemas-new --school \"Example Academy\" --minutes-per-alert 6 --reason \"review with the DSL\" --json",
            "onlinesafety replay --from 2026-11-01 --to 2026-11-22 --taxonomy kcsie-2025 --reason \"edition of 2025\"")
        {
            switches.From, switches.To, switches.Rules, switches.School, switches.Source, switches.Taxonomy, switches.Minutes, switches.Reason, switches.AcceptMissed, switches.Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(switches.Rules) is null or { Implicit: true } && result.GetResult(switches.Taxonomy) is null or { Implicit: true })
            {
                result.AddError("Give --rules with what is to be tried, or --taxonomy.");
            }

            if (result.GetValue(switches.From) is { } from && result.GetValue(switches.To) is { } to && to <= from)
            {
                result.AddError("--to is later than --from.");
            }
        });
        return command.Does(async (parse, cancellationToken) => await RunAsync(installation, switches, parse, cancellationToken));
    }

    private static async Task<int> RunAsync(Installation installation, Switches switches, ParseResult parse, CancellationToken cancellationToken)
    {
        var configuration = installation.Settings(parse).Configuration;
        var chosen = parse.GetValue(switches.Rules) is { } given
            ? WhatIfFiles.Choose(given, [.. new[] { Path.Combine(installation.Schemas.Root, "rulepacks"), configuration["RulePacks"] }.OfType<string>()])
            : new WhatIfChoice(Whole: false, [], "");
        if (chosen.Found.Length > 0 && !parse.GetValue(switches.Json))
        {
            await Output.LineAsync(parse, $"Tried: {SetupText.Shown(chosen.Found)}.");
        }

        // Every error in the files is said before anything is asked.
        var request = new WhatIfRequest(parse.GetValue(switches.Taxonomy), parse.GetValue(switches.Minutes), chosen.Whole, chosen.Files);
        var editions = Rules.LoadEditions(installation.Schemas.Root, configuration["RulePacks"], configuration["Taxonomy"]);
        request.Over(editions, editions.Standard.Taxonomy.Id);

        await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
        var desk = new JobDesk(database[DatabaseRole.Setup], installation.Time);
        var json = parse.GetValue(switches.Json);
        var reports = new List<(SourceKey Target, string Name, WhatIfReport Report)>();
        foreach (var (target, name) in await TargetsAsync(switches, parse, database, installation, cancellationToken))
        {
            var asked = await new WhatIfDesk(database[DatabaseRole.Setup], installation.Seals(parse, database[DatabaseRole.Setup]), installation.Time).AskAsync(
                target, request, parse.GetValue(switches.From)!.Value, parse.GetValue(switches.To)!.Value, parse.GetRequiredValue(switches.Reason), Installation.Operator, cancellationToken);
            var job = await JobWait.ForAsync(parse, desk, target.School, asked, name, json, cancellationToken);
            reports.Add((target, name, job.Result!.Value.Deserialize<WhatIfReport>(WhatIfReport.Json)!));
        }

        var fit = reports.TrueForAll(found => found.Report.Fit);
        var (concerns, notCompared) = (reports.Sum(found => found.Report.TrueConcerns.Resolved), reports.Sum(found => found.Report.Saw.NotCompared));
        var accepted = parse.GetValue(switches.AcceptMissed);
        if (json)
        {
            await Output.JsonAsync(parse, new { fit, judgedBy = concerns, notCompared, accepted, schools = reports.Select(found => new { school = found.Target.School, found.Report }) });
        }
        else
        {
            foreach (var (_, name, report) in reports)
            {
                await ReportAsync(parse, name, report);
            }

            await Output.LineAsync(parse, fit && concerns < WhatIfReport.FewestConcerns
                ? $"Not judged: {concerns} alerts that a DSL took for a true concern could be compared, none of which would have been missed; {WhatIfReport.FewestConcerns} are the fewest from which anything follows."
                : fit ? "No alert that a DSL took for a true concern would have been missed, and all would have been told of as soon." : accepted
                ? "These rules would have missed true concerns, or not told of them at once, which is accepted here."
                : "These rules are not fit: they would have missed true concerns, or not told of them at once. To go on all the same, give --accept-missed.");
        }

        return fit || accepted ? CommandLine.Done : CommandLine.Unfit;
    }

    private static async Task<List<(SourceKey Target, string Name)>> TargetsAsync(
        Switches switches, ParseResult parse, MonitoringDatabase database, Installation installation, CancellationToken cancellationToken)
    {
        if (parse.GetValue(switches.Source) is { } id)
        {
            var source = await new Processing.Replay.SourceMappings(database[DatabaseRole.Setup], installation.Time).FindAsync(id, Installation.Operator, cancellationToken);
            return [(new SourceKey(source.SchoolId, source.SourceId), source.Name)];
        }

        var schools = parse.GetValue(switches.School) is { } named
            ? [await SchoolSwitch.ResolveAsync(database, named, cancellationToken)]
            : await new SchoolRegister(database[DatabaseRole.Setup]).ListAsync(Installation.Operator, cancellationToken);
        return schools.Count > 0
            ? [.. schools.Select(school => (new SourceKey(school.SchoolId, Guid.Empty), school.Name))]
            : throw new SetupException("There is no school yet.");
    }

    private static async Task ReportAsync(ParseResult parse, string name, WhatIfReport report)
    {
        await Output.LineAsync(parse, SetupText.Shown($"{name}, {Output.Time(report.From)} to {Output.Time(report.To)}: {report.Rules.Before} against {report.Rules.After}"));
        foreach (var line in Lines(report))
        {
            await Output.LineAsync(parse, "  " + line);
        }

        string[] head = ["Before", "After", "Appear", "Vanish"];
        Output.Table(parse, ["Severity", .. head], report.BySeverity.Select(Row));
        Output.Table(parse, ["Theme", .. head], report.ByTheme.Select(Row));
    }

    internal static IEnumerable<string> Lines(WhatIfReport report)
    {
        yield return $"Read again: {Seen(report.Saw.Log)} from the kept log, {Seen(report.Saw.Evidence)} from evidence."
            + (report.Saw.Unreadable > 0 ? $" {Counted.Of(report.Saw.Unreadable, "record")} can no longer be read." : "")
            + (report.Saw.NotCompared > 0 ? $" {Counted.Of(report.Saw.NotCompared, "alert is", "alerts are")} not compared, because nothing of {Counted.Word(report.Saw.NotCompared, "it", "them")} could be read again." : "");
        yield return $"Alerts: {British.Number(report.Alerts.Before)} before, {British.Number(report.Alerts.After)} after: {British.Number(report.Alerts.Appear)} appear, {British.Number(report.Alerts.Vanish)} vanish, "
            + $"{British.Number(report.Alerts.Graver)} graver, {British.Number(report.Alerts.LessGrave)} less grave, {British.Number(report.Alerts.OtherTheme)} of another theme.";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"The DSL's time: {report.Dsl.MinutesPerWeekBefore:N1} to {report.Dsl.MinutesPerWeekAfter:N1} minutes a week, assuming {report.Dsl.MinutesPerAlert:0.##} minutes an alert.");
        foreach (var (words, numbers, all) in new[] { ("Vanish", report.Vanished, report.Alerts.Vanish), ("Change", report.Changed, report.Changed.Count) })
        {
            if (numbers.Count > 0)
            {
                yield return $"{words}: {Listed(numbers, all)}";
            }
        }

        var concerns = report.TrueConcerns;
        yield return $"Of {Counted.Of(concerns.Resolved, "alert")} that a DSL took for a true concern (resolved as one, handed over or escalated), {British.Number(concerns.Missed.Count)} would have been missed{(concerns.Missed.Count > 0 ? $": {Listed(concerns.Missed, concerns.Missed.Count, int.MaxValue)}" : "")}"
            + $", {British.Number(concerns.Untold.Count)} not been told of at once{(concerns.Untold.Count > 0 ? $": {Listed(concerns.Untold, concerns.Untold.Count, int.MaxValue)}" : "")}"
            + $" and {British.Number(concerns.Weaker.Count)} been less grave{(concerns.Weaker.Count > 0 ? $": {Listed(concerns.Weaker, concerns.Weaker.Count)}" : "")}.";
    }

    private static string Seen(WhatIfReport.Span span) =>
        span.Records == 0 ? "nothing" : $"{Counted.Of(span.Records, "record")} ({Output.Time(span.From)} to {Output.Time(span.To)})";

    private static string Listed(IReadOnlyList<int> numbers, int all, int most = MostShown) =>
        string.Join(", ", numbers.Take(most).Select(number => "#" + number.ToString(CultureInfo.InvariantCulture))) + (all > most ? $" and {British.Number(all - most)} more" : "");

    private static string[] Row(WhatIfReport.Line line) => [line.Name, British.Number(line.Before), British.Number(line.After), British.Number(line.Appear), British.Number(line.Vanish)];

    private sealed class Switches
    {
        public Option<DateTimeOffset?> From { get; } = TimeSwitch.Create("--from", "What was received from then on.", required: true);

        public Option<DateTimeOffset?> To { get; } = TimeSwitch.Create("--to", "What was received until then.", required: true);

        public Option<string?> Rules { get; } = new("--rules")
        {
            Description = "A rule pack (its file, or the id of one of this installation, as en/conduct), or a directory of packs, each in the place of the shared one of its name; or a whole schemas directory.",
            HelpName = "PACK_OR_DIR",
        };

        public Option<string?> School { get; } = new("--school") { Description = "Id or exact name of the school; without it every school, one after the other.", HelpName = "SCHOOL" };

        public Option<Guid?> Source { get; } = new("--source") { Description = "Id of one source.", HelpName = "SOURCE", CustomParser = result => SourceSwitch.Read(result) };

        public Option<string?> Taxonomy { get; } = new("--taxonomy") { Description = "Edition that judges; without it the one that did.", HelpName = "ID" };

        public Option<double> Minutes { get; } = new("--minutes-per-alert") { Description = "What an alert costs the DSL: an assumption, to compare by.", HelpName = "N", DefaultValueFactory = _ => 10 };

        public Option<string> Reason { get; } = new("--reason") { Description = "Why it is asked: what children did is read for it. Recorded.", HelpName = "TEXT", Required = true };

        public Option<bool> AcceptMissed { get; } = new("--accept-missed") { Description = "End well although true concerns would be missed, or not told of at once." };

        public Option<bool> Json { get; } = Output.JsonSwitch();

        public Switches() => Minutes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<double>() is not (>= 0 and <= 1440))
            {
                result.AddError("--minutes-per-alert is a number of minutes, at most 1440.");
            }
        });
    }
}
