using System.CommandLine;
using System.Globalization;
using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>What people made of alerts, by rule, theme and product: which of them cost time for nothing.</summary>
internal static class AlertPrecisionCommand
{
    private const int RowsShown = 25;

    public static Command Create(Installation installation)
    {
        var switches = new AlertSwitches();
        var from = TimeSwitch.Create("--from", "Alerts resolved from then on; without it all.");
        var to = TimeSwitch.Create("--to", "Alerts resolved before then; without it until now.");
        var command = new ExampledCommand(
            "precision",
            "Say how often alerts were right, by rule, theme and product, from the outcomes with which they were resolved.",
            "onlinesafety alerts precision --school \"Example Academy\" --from 2026-09-01")
        {
            switches.School, from, to, switches.As, switches.Json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            var view = await opened.Queue.PrecisionAsync(
                opened.School.SchoolId, opened.Actor, parse.GetValue(from) ?? DateTimeOffset.UnixEpoch, parse.GetValue(to) ?? DateTimeOffset.MaxValue.AddDays(-1), cancellationToken);
            if (parse.GetValue(switches.Json))
            {
                await Output.JsonAsync(parse, view);
                return;
            }

            if (view.Resolved == 0)
            {
                await Output.LineAsync(parse, "No alert that you may see was resolved in that time, so there is nothing to count.");
                return;
            }

            await Output.LineAsync(parse, $"{view.Resolved} resolved: {string.Join(", ", view.Outcomes.Where(o => o.Count > 0).Select(o => $"{o.Count} {o.Outcome}"))}. Right: {Share(view.All)}.");
            foreach (var (name, rows) in new[] { ("Rule", view.Rules), ("Theme", view.Themes), ("Product", view.Vendors) })
            {
                Output.Table(parse, [name, "Right", "Wrong", "Not counted", "Precision"], rows.Take(RowsShown).Select(Row));
                if (rows.Count > RowsShown)
                {
                    await Output.LineAsync(parse, $"{rows.Count - RowsShown} more; see --json.");
                }
            }

            await Output.LineAsync(parse, "Right: concern, low-level concern. Wrong: benign, false alert. Not counted: duplicate, test, insufficient information. Few alerts say little.");
        });
    }

    private static string[] Row(PrecisionRow row) => [row.Name, Count(row.Right), Count(row.Wrong), Count(row.NotCounted), Share(row)];

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Share(PrecisionRow row) =>
        row.Precision is { } precision ? string.Create(CultureInfo.InvariantCulture, $"{precision * 100:0.#} % of {row.Right + row.Wrong}") : "-";
}
