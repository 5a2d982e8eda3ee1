using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

/// <summary>An invented school in England, September 2026 to July 2027.</summary>
internal static class School
{
    public static TimeZoneInfo Zone { get; } = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    public static BankHolidays Holidays { get; } =
        BankHolidays.Parse(File.ReadAllBytes(Repository.Path("schemas", "calendars", "bank-holidays-england.json")));

    public static DeviceClasses Devices { get; } = DeviceClasses.Parse(File.ReadAllBytes(Repository.Path("schemas", "devices", "classes.json")));

    /// <summary>The example that is shipped, with a snow day that was announced.</summary>
    public static SchoolCalendar Calendar { get; } = new(
        CalendarFile.Parse(CalendarFile.WithClosure(
            File.ReadAllText(Repository.Path("schemas", "calendars", "example.json")), new DateOnly(2027, 1, 20), new DateOnly(2027, 1, 20), "closed", "snow")),
        Holidays,
        Zone);

    public static SchoolCalendar NoCalendar { get; } = new(file: null, Holidays, Zone);

    public static SourceJudge Judge { get; } = new(Calendar, Devices);

    public static DateTimeOffset At(int month, int day, int hour, int minute = 0, int year = 2026)
    {
        var local = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Unspecified);
        return new DateTimeOffset(local, Zone.GetUtcOffset(local)).ToUniversalTime();
    }
}
