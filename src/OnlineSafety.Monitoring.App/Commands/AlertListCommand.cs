using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Lists the queue: open alerts first, the gravest first.</summary>
internal static class AlertListCommand
{
    private const int Most = 10_000;

    public static Command Create(Installation installation)
    {
        var switches = new AlertSwitches();
        var state = new Option<string[]>("--state") { Description = $"{string.Join(", ", AlertState.All)}; may be repeated; without it all.", DefaultValueFactory = _ => [] };
        state.AcceptOnlyFromAmong([.. AlertState.All]);
        var command = switches.Asks(new ExampledCommand(
            "list",
            "List alerts, the gravest first.",
            "onlinesafety alerts list --school \"Example Academy\" --state new --key-file ~/.onlinesafety.key",
            "onlinesafety alerts list --school \"Example Academy\" --as dsl@school.example --json")
        {
            switches.School, state,
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            var alerts = await opened.Queue.ListAsync(opened.School.SchoolId, opened.Actor, parse.GetRequiredValue(state), Most, cancellationToken);
            if (parse.GetValue(switches.Json))
            {
                await Output.JsonAsync(parse, alerts);
            }
            else
            {
                var zone = SchoolZone.Of(opened.School.TimeZone);
                Output.Table(parse, ["No", "State", "Severity", "Risk", "Theme", "Events", "Products", "Raised", "Because"], alerts.Select(alert => Row(alert, zone)));
                // A short list may mean a quiet day or a filter that stopped: whoever reads it must know which.
                var alarms = await new StandingAlarms(opened.Database[DatabaseRole.Console]).OfAsync(opened.School.SchoolId, opened.Actor, cancellationToken);
                if (alarms.Count > 0)
                {
                    await Output.LineAsync(parse, SetupText.Shown($"Not all is seen: {string.Join("; ", alarms.Select(alarm => $"{alarm.Name} {alarm.Words}"))}. See: onlinesafety sources"));
                }

                foreach (var channel in await ChannelTrouble.StandingAsync(opened.Database[DatabaseRole.Setup], opened.School.SchoolId, opened.Actor, cancellationToken))
                {
                    await Output.LineAsync(parse, SetupText.Shown(channel.Words(zone)));
                }
            }

            if (alerts.Count == Most)
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync($"Only the first {Most} are listed. Narrow it with --state.");
            }
        });
    }

    private static string Themes(AlertView alert) =>
        string.Join(", ", alert.Themes.Where(t => t != alert.Theme).Prepend(alert.Theme)) + (alert.NeedsReview ? " (needs review)" : "") + (alert.Unproven ? " (not proved)" : "");

    internal static string[] Row(AlertView alert, TimeZoneInfo zone) =>
    [
        alert.Number.ToString(CultureInfo.InvariantCulture),
        AlertState.Shown(alert.State),
        alert.Severity,
        alert.Risk,
        Themes(alert),
        alert.Count.ToString(CultureInfo.InvariantCulture),
        string.Join(", ", alert.Vendors),
        Output.Time(alert.RaisedAt, zone) + (alert.Late ? " (late)" : ""),
        alert.Reasons.Count > 0 ? alert.Reasons[0].Explanation : "",
    ];
}
