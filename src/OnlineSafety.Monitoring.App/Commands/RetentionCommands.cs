using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>How long things are kept: what falls next, and letting it fall now.</summary>
internal static class RetentionCommands
{
    public static Command Create(Installation installation) => new("retention", "How long things are kept. Clocks stand in the school's policy.") { Run(installation), Show(installation) };

    private static Command Run(Installation installation)
    {
        var school = new Option<string?>("--school") { Description = "Id or exact name of one school; without it all.", HelpName = "SCHOOL" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would fall." };
        var yes = new Option<bool>("--yes") { Description = "Say that the clock is right, and that so much may go: where a run waits for a person." };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "run",
            "Let go of what is due, as the service does each day. Exit 3 when something waits for a person: see the table, then --yes.",
            "onlinesafety retention run --school \"Example Academy\" --dry-run",
            "onlinesafety retention run --json")
        {
            school, dryRun, yes, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Retention);
            var desk = Desk(installation, parse, database);
            var request = new RetentionRequest(parse.GetValue(dryRun), parse.GetValue(yes));
            var reports = new List<RetentionReport>();
            foreach (var at in await SchoolsAsync(database, desk, parse.GetValue(school), cancellationToken))
            {
                reports.Add(await Output.WithProgressAsync(
                    parse, parse.GetValue(json), "rows", progress => desk.RunAsync(at, Installation.Operator, request with { Progress = progress }, cancellationToken)));
            }

            await ShowAsync(parse, reports, parse.GetValue(json));
            return reports.Exists(report => report.Waits) ? CommandLine.Unfit : CommandLine.Done;
        });
    }

    private static Command Show(Installation installation)
    {
        var (school, json) = (SchoolSwitch.Required(), Output.JsonSwitch());
        var command = new ExampledCommand(
            "show", "Say how long each thing is kept in a school, what is due and what falls next.", "onlinesafety retention show --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Retention);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var report = await Desk(installation, parse, database)
                .RunAsync(at.SchoolId, Installation.Operator, new RetentionRequest(DryRun: true, Confirmed: false), cancellationToken);
            await ShowAsync(parse, [report], parse.GetValue(json));
        });
    }

    private static RetentionDesk Desk(Installation installation, ParseResult parse, MonitoringDatabase database) =>
        new(database[DatabaseRole.Retention], installation.Seals(parse, database[DatabaseRole.Retention]), installation.Time);

    private static async Task<IReadOnlyList<Guid>> SchoolsAsync(MonitoringDatabase database, RetentionDesk desk, string? named, CancellationToken cancellationToken) => named is null
        ? [.. (await desk.SchoolsAsync(Installation.Operator, cancellationToken)).Select(school => school.School)]
        : [(await SchoolSwitch.ResolveAsync(database, named, cancellationToken)).SchoolId];

    private static async Task ShowAsync(ParseResult parse, IReadOnlyList<RetentionReport> reports, bool json)
    {
        if (json)
        {
            await Output.JsonAsync(parse, reports);
            return;
        }

        foreach (var report in reports)
        {
            await Output.LineAsync(parse, $"{report.Name}{(report.DryRun ? ": nothing was deleted, this is what would fall" : "")}");
            if (report.Refused is { } why)
            {
                await Output.LineAsync(parse, $"NOTHING was deleted: {why}.");
                await Output.LineAsync(parse, "If that is right:  onlinesafety retention run --yes");
            }

            Output.Table(parse, ["Clock", "Kept", "Due", "Fell", "Held", "Left", "Next falls", "Why something stays"], report.Clocks.Select(clock => (string[])
            [
                clock.Clock, clock.Keeps, British.Number(clock.Due), British.Number(clock.Fell), British.Number(clock.Held), British.Number(clock.Kept),
                clock.Next is { } next ? next.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "-", clock.Why,
            ]));
        }
    }
}
