using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>What a change does to alerts that wait, in words. Pure.</summary>
internal static class ClockWords
{
    public const string Rule = "No clock that runs is given longer: a deadline that was shown comes nearer at most.";

    public static IReadOnlyList<string> Of(ClockChange change, DateTimeOffset now, TimeZoneInfo zone)
    {
        var lines = new List<string>();
        if (change.Sooner > 0)
        {
            var first = change.First is { } at ? $", the first of them by {SchoolTime.Words(at, now, zone)}" : "";
            lines.Add($"{Counted.Of(change.Sooner, "alert that waits must be answered sooner", "alerts that wait must be answered sooner")}{first}.");
        }

        if (change.Kept > 0)
        {
            lines.Add($"{Counted.Of(change.Kept, "alert that waits keeps its deadline", "alerts that wait keep their deadlines")}, although the change alone would give longer.");
        }

        if (change.Running > change.Sooner + change.Kept)
        {
            lines.Add($"{Counted.Of(change.Running - change.Sooner - change.Kept, "alert that waits is", "alerts that wait are")} not touched by it.");
        }

        return [.. lines, Rule];
    }
}
