namespace OnlineSafety.Monitoring.Notifications;

/// <summary>A school's time zone. One that this machine does not know becomes the country's: a digest in the wrong zone is better than none.</summary>
internal static class SchoolZone
{
    private const string Fallback = "Europe/London";

    public static TimeZoneInfo Of(string zone) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : TimeZoneInfo.FindSystemTimeZoneById(Fallback);
}
