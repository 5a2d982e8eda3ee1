using OnlineSafety.Monitoring.Alerts.Reading;

namespace OnlineSafety.Monitoring.Web.Alerts;

/// <summary>The days of the chart, those without anything too. Pure.</summary>
internal static class DayBars
{
    private const int Least = 6;

    public static IReadOnlyList<DayBar> Of(IReadOnlyList<SubjectDay> days, DateOnly today)
    {
        var known = days.ToDictionary(day => day.Day);
        var most = days.Count == 0 ? 1 : days.Max(day => day.Events);
        return [.. Enumerable.Range(0, SurroundingsReader.ShownDays)
            .Select(back => today.AddDays(back + 1 - SurroundingsReader.ShownDays))
            .Select(day => known.TryGetValue(day, out var seen)
                ? new DayBar(day, seen.Severity, seen.Events, Least + ((100 - Least) * seen.Events / most))
                : new DayBar(day, "none", 0, 0))];
    }
}
