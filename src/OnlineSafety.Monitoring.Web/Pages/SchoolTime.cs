using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>Times and spans in the words of a British reader. Pure.</summary>
internal static class SchoolTime
{
    /// <summary>"09:14" today, "yesterday 09:14", "Mon 9 Nov 09:14" within half a year, else, and in the next year, with the year.</summary>
    /// <param name="withDay">Whole, with day and year: what is printed as evidence is read on another day.</param>
    public static string Words(DateTimeOffset at, DateTimeOffset now, TimeZoneInfo zone, bool withSeconds = false, bool withDay = false)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime);
        var day = DateOnly.FromDateTime(local.DateTime);
        var hour = local.ToString(withSeconds ? "HH:mm:ss" : "HH:mm", British.Culture);
        if (withDay)
        {
            return $"{local.ToString("d MMM yyyy", British.Culture)} {hour}";
        }

        return (today.DayNumber - day.DayNumber) switch
        {
            0 => hour,
            1 => $"yesterday {hour}",
            > -180 and < 180 when day.Year == today.Year || day < today => $"{local.ToString("ddd d MMM", British.Culture)} {hour}",
            _ => $"{local.ToString("d MMM yyyy", British.Culture)} {hour}",
        };
    }

    /// <summary>Was it received so long after it happened that both times are said?</summary>
    public static bool IsLate(DateTimeOffset happened, DateTimeOffset received) => received - happened > TimeSpan.FromHours(1);

    /// <summary>"less than a minute", "12 minutes", "3 hours", "2 days": one figure, rounded down.</summary>
    public static string Span(TimeSpan span) => span.Duration() switch
    {
        var s when s < TimeSpan.FromMinutes(1) => "less than a minute",
        var s when s < TimeSpan.FromMinutes(120) => Counted.Of((int)s.TotalMinutes, "minute"),
        var s when s < TimeSpan.FromHours(48) => Counted.Of((int)s.TotalHours, "hour"),
        var s => Counted.Of((int)s.TotalDays, "day"),
    };
}
