using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Who looked at what: no command of these shows what a child did.</summary>
internal static class AuditCommands
{
    public static Command List(Installation installation)
    {
        var (school, json) = (SchoolSwitch.Required(), Output.JsonSwitch());
        var from = TimeSwitch.Create("--from", "Not before this.");
        var until = TimeSwitch.Create("--to", "Before this.");
        var by = new Option<string?>("--by") { Description = "Only what this account or person did; the name exactly as it is listed.", HelpName = "NAME" };
        var action = new Option<string?>("--action") { Description = "Only actions that begin like this: alert. or alert.show.", HelpName = "TEXT" };
        var limit = new Option<int>("--limit") { Description = "The newest so many.", DefaultValueFactory = _ => 200 };
        limit.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 1_000_000)
            {
                result.AddError("--limit is 1 to 1000000.");
            }
        });
        var command = new ExampledCommand(
            "list",
            "List looks and actions of a school, oldest first.",
            "onlinesafety audit list --school \"Example Academy\"",
            "onlinesafety audit list --school \"Example Academy\" --by \"A. Example\" --action alert. --from 2026-11-01 --json")
        {
            school, from, until, by, action, limit, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await OpenAsync(installation, parse, cancellationToken);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var filter = new AuditFilter
            {
                From = parse.GetValue(from), Until = parse.GetValue(until), Actor = parse.GetValue(by), Action = parse.GetValue(action), Limit = parse.GetValue(limit),
            };
            var entries = await new AuditTrail(database[DatabaseRole.Audit], installation.Seals(parse, database[DatabaseRole.Setup])).ListAsync(at.SchoolId, Installation.Operator, filter, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, entries);
                return;
            }

            var zone = SchoolZone.Of(at.TimeZone);
            Output.Table(parse, ["Entry", "When", "Who", "What", "Of", "Why"], entries.Select(entry => Row(entry, zone)));
        });
    }

    public static Command WhoSaw(Installation installation)
    {
        var (school, json) = (SchoolSwitch.Required(), Output.JsonSwitch());
        var alert = new Option<string?>("--alert") { Description = "Number of the alert in its school, or its id.", HelpName = "ALERT" };
        var person = new Option<string?>("--person") { Description = "Account of a pupil or member of staff: all alerts about that person.", HelpName = "ACCOUNT" };
        var reason = new Option<string?>("--reason") { Description = "Why it is asked; recorded. Needed with --person.", HelpName = "TEXT" };
        var command = new ExampledCommand(
            "who-saw",
            "Say who saw an alert, or the alerts about one person, and who acted on them.",
            "onlinesafety audit who-saw --school \"Example Academy\" --alert 12",
            "onlinesafety audit who-saw --school \"Example Academy\" --person jsmith --reason \"request by the parents, 3 December\"")
        {
            school, alert, person, reason, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(alert) is null == result.GetResult(person) is null)
            {
                result.AddError("Give either --alert or --person.");
            }
            else if (result.GetResult(person) is not null && string.IsNullOrWhiteSpace(result.GetValue(reason)))
            {
                result.AddError("--person asks after one child: say why with --reason.");
            }
            else if (result.GetValue(reason) is { Length: > 2000 })
            {
                result.AddError("--reason is at most 2000 letters.");
            }
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await OpenAsync(installation, parse, cancellationToken);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var trail = new AuditTrail(database[DatabaseRole.Audit], installation.Seals(parse, database[DatabaseRole.Setup]));
            IReadOnlyList<SightingView> sightings;
            if (parse.GetValue(person) is { } account)
            {
                sightings = await trail.WhoSawPersonAsync(at.SchoolId, Installation.Operator, account, parse.GetValue(reason), cancellationToken);
            }
            else
            {
                var reference = AlertSwitches.Reference(parse.GetValue(alert)!);
                sightings = await trail.WhoSawAsync(at.SchoolId, Installation.Operator, reference, parse.GetValue(reason), cancellationToken)
                    ?? throw AlertSwitches.NoSuchAlert(reference);
            }

            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, sightings);
                return;
            }

            var zone = SchoolZone.Of(at.TimeZone);
            Output.Table(parse, ["Alert", "When", "Who", "What", "Entry"], sightings.Select(s => (string[])[
                Number(s.Number), Output.Time(s.Entry.At, zone), Who(s.Entry), s.Listed && s.Entry.Action == AuditTrail.ListAction ? "saw it in a list" : s.Entry.Action, Number(s.Entry.Entry)]));
        });
    }

    public static Command Viewed(Installation installation)
    {
        var (school, json) = (SchoolSwitch.Required(), Output.JsonSwitch());
        var command = new ExampledCommand(
            "viewed", "List new alerts that somebody opened and on which nobody acted since.", "onlinesafety audit viewed --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await OpenAsync(installation, parse, cancellationToken);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var found = await new AuditTrail(database[DatabaseRole.Audit], installation.Seals(parse, database[DatabaseRole.Setup])).UnansweredAsync(at.SchoolId, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, found);
                return;
            }

            var zone = SchoolZone.Of(at.TimeZone);
            Output.Table(parse, ["No", "Severity", "Raised", "First opened", "Last opened", "Looks", "By"], found.Select(alert => (string[])[
                Number(alert.Number), alert.Severity, Output.Time(alert.RaisedAt, zone), Output.Time(alert.FirstOpenedAt, zone), Output.Time(alert.LastOpenedAt, zone),
                Number(alert.Looks), string.Join(", ", alert.OpenedBy)]));
        });
    }

    private static Task<MonitoringDatabase> OpenAsync(Installation installation, ParseResult parse, CancellationToken cancellationToken) =>
        installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Audit);

    private static string[] Row(AuditEntryView entry, TimeZoneInfo zone) =>
        [Number(entry.Entry), Output.Time(entry.At, zone), Who(entry), entry.Action, entry.Object ?? "(erased)", entry.Reason ?? ""];

    private static string Who(AuditEntryView entry) => entry.ActorKind == "staff" ? entry.Actor : $"{entry.Actor} ({entry.ActorKind})";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
