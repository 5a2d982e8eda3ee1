using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>Draws what a source sent: four weeks by day, a day by hour. Counts alone, from the activity that the watch keeps.</summary>
internal sealed class VolumeReader([FromKeyedServices(DatabaseRole.Setup)] Database setup, TimeProvider time)
{
    private const int Days = 28;
    private const int Hours = 24;

    private const string ActivitySql = """
        SELECT hour, records, unreadable FROM source_activity
        WHERE school_id = $1 AND source_id = $2 AND hour >= $3 ORDER BY hour
        """;

    public async Task<(ChartView Days, ChartView Hours)> ReadAsync(Guid school, Guid source, SchoolCalendar calendar, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var first = calendar.DayOf(now).AddDays(1 - Days);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var activity = await session.RowsAsync(
            ActivitySql, [school, source, calendar.Midnight(first).ToUniversalTime()],
            row => (Hour: row.GetFieldValue<DateTimeOffset>(0), Records: row.GetInt32(1), Unreadable: row.GetInt32(2)), cancellationToken);

        var byDay = activity.ToLookup(hour => calendar.DayOf(hour.Hour));
        var days = Enumerable.Range(0, Days).Select(first.AddDays).Select((day, place) => new ChartBar(
            (Days - 1 - place) % 7 == 0 ? $"{day:d MMM}" : "", SourceWords.Day(day), byDay[day].Sum(hour => (long)hour.Records), byDay[day].Sum(hour => (long)hour.Unreadable), !calendar.IsSchoolDay(day))).ToList();

        var byHour = activity.ToDictionary(hour => hour.Hour.UtcTicks);
        var begin = new DateTimeOffset(now.UtcTicks / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero).AddHours(1 - Hours);
        var hours = Enumerable.Range(0, Hours).Select(place => begin.AddHours(place)).Select(hour =>
        {
            var local = TimeZoneInfo.ConvertTime(hour, calendar.Zone);
            var found = byHour.GetValueOrDefault(hour.UtcTicks);
            return new ChartBar(local.Hour % 3 == 0 ? $"{local:HH}:00" : "", $"{local:ddd HH}:00", found.Records, found.Unreadable, calendar.OpenTime(hour, hour.AddHours(1)) == TimeSpan.Zero);
        }).ToList();
        return (
            new ChartView("volume-days", "Records of the last four weeks, by day", Said(days, "days"), "Day", "Records", "Not readable", days),
            new ChartView("volume-hours", "Records of the last 24 hours", Said(hours, "hours"), "Hour", "Records", "Not readable", hours));
    }

    /// <summary>What the picture shows, for whoever does not see it.</summary>
    private static string Said(List<ChartBar> bars, string what)
    {
        var total = bars.Sum(bar => bar.Value);
        if (total == 0)
        {
            return $"Nothing came in these {bars.Count} {what}.";
        }

        var most = bars.MaxBy(bar => bar.Value)!;
        var expected = bars.Where(bar => !bar.Quiet).ToList();
        return $"{Counted.Of(total, "record")} in {bars.Count} {what}, {British.Number(bars.Sum(bar => bar.Marked))} of them not readable. The most, {British.Number(most.Value)}, on {most.Name}. "
            + $"Nothing came in {expected.Count(bar => bar.Value == 0)} of {expected.Count} {what} with school.";
    }
}
