using System.Collections.Frozen;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>Days on which every school is closed; data in <c>schemas/calendars</c>.</summary>
internal sealed class BankHolidays
{
    private readonly FrozenSet<DateOnly> _days;

    private BankHolidays(IEnumerable<DateOnly> days) => _days = days.ToFrozenSet();

    public static BankHolidays None { get; } = new([]);

    /// <summary>Reads a file of <c>schemas/bank-holidays.schema.json</c>.</summary>
    /// <exception cref="SetupException">A day is none.</exception>
    public static BankHolidays Parse(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return new BankHolidays([.. document.RootElement.GetProperty("days").EnumerateArray().Select(day => CalendarFile.Day(day.GetProperty("day").GetString() ?? ""))]);
    }

    public bool Contains(DateOnly day) => _days.Contains(day);
}
