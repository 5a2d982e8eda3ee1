namespace OnlineSafety.Monitoring.Notifications;

/// <summary>A school's time zone. One that this machine does not know becomes the country's: set-up refuses such a zone, so this is an installation that moved, and its records and digests must not stop.</summary>
internal static class SchoolZone
{
    private const string Fallback = "Europe/London";

    public static TimeZoneInfo Of(string zone) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) ? found : TimeZoneInfo.FindSystemTimeZoneById(Fallback);
}
