namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>How a class of devices is usually seen by a source, to notice when all of them are gone while others go on. Pure.</summary>
/// <param name="Class">A word of <see cref="DeviceClasses"/>.</param>
/// <param name="LastSeen">Day on which the class was last seen.</param>
/// <param name="LongestAbsence">Most school days in a row without one, while the source was heard, before that day.</param>
internal sealed record DeviceHabit(string Class, DateOnly LastSeen, int LongestAbsence)
{
    /// <summary>School days on which a class must have been seen to be expected.</summary>
    private const int EnoughDays = 5;

    /// <param name="active">School days on which the source was heard, in order.</param>
    /// <param name="alarms">An absence that was an alarm is not what is usual.</param>
    public static IReadOnlyList<DeviceHabit> Of(IReadOnlyList<DeviceDay> seen, List<DateOnly> active, IReadOnlyList<AlarmSpan> alarms, SchoolCalendar calendar)
    {
        var habits = new List<DeviceHabit>();
        foreach (var days in seen.Where(day => day.Class != DeviceClasses.Unknown).GroupBy(day => day.Class, day => day.Day, StringComparer.Ordinal))
        {
            var known = active.FindAll(days.ToHashSet().Contains);
            if (known.Count >= EnoughDays)
            {
                habits.Add(new DeviceHabit(days.Key, known[^1], Longest(active, known, alarms, calendar)));
            }
        }

        return [.. habits.OrderBy(habit => habit.Class, StringComparer.Ordinal)];
    }

    /// <summary>
    /// School days without one, when that is more than usual: a whole day for a class that is seen every day, one more than the longest
    /// absence for another; null while nothing is unusual.
    /// </summary>
    /// <param name="endedDays">School days that have ended and on which the source was heard.</param>
    public int? MissingFor(IReadOnlyList<DateOnly> endedDays)
    {
        var missing = endedDays.Count(day => day > LastSeen);
        return missing > LongestAbsence ? missing : null;
    }

    private static int Longest(List<DateOnly> active, List<DateOnly> known, IReadOnlyList<AlarmSpan> alarms, SchoolCalendar calendar)
    {
        var longest = 0;
        for (var i = 1; i < known.Count; i++)
        {
            var absent = active.Count(day => day > known[i - 1] && day < known[i]);
            if (absent > longest && !alarms.Any(alarm => alarm.State == SourceState.DeviceMissing && alarm.Meets(calendar.Midnight(known[i - 1].AddDays(1)), calendar.Midnight(known[i]))))
            {
                longest = absent;
            }
        }

        return longest;
    }
}
