namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>First to last bell, in the school's local time.</summary>
internal readonly record struct SchoolHours(TimeOnly Opens, TimeOnly Closes)
{
    /// <summary>The 32.5 hours a week of the Department for Education's "Length of the school week" (July 2023), as its own example spreads them.</summary>
    public static SchoolHours Usual { get; } = new(new TimeOnly(8, 45), new TimeOnly(15, 15));
}

/// <summary>
/// When pupils are in school, and so when a source that says nothing is worth an alarm. Pure.
/// <para>
/// A school that gave no calendar, or whose calendar ran out longer ago than any holiday lasts, is taken to be open on every weekday
/// that is no bank holiday: a false alarm in the holidays tells somebody to import the dates, a forgotten calendar must not end the watch.
/// Where somebody waits for an answer or a digest it is so from the day after the last term (<see cref="ForAnswers"/>): a message too many in a holiday that nobody
/// wrote down costs less than an alert that stands still for weeks of a term.
/// </para>
/// </summary>
internal sealed class SchoolCalendar(CalendarFile? file, BankHolidays holidays, TimeZoneInfo zone)
{
    /// <summary>The longest holiday of schools in England is six weeks of summer.</summary>
    private const int LongestHolidayDays = 7 * 7;

    // Longer than any holiday.
    private const int FurthestDays = 120;

    private readonly DateOnly _lastKnown = file is null ? DateOnly.MinValue : file.Terms.Max(term => term.Last);

    private int _holidayDays = LongestHolidayDays;

    public TimeZoneInfo Zone => zone;

    /// <summary>The same for clocks and digests, which wait for the next school day.</summary>
    public static SchoolCalendar ForAnswers(CalendarFile? file, BankHolidays holidays, TimeZoneInfo zone) => new(file, holidays, zone) { _holidayDays = 0 };

    /// <summary>False while weekdays are guessed at.</summary>
    public bool Knows(DateOnly day) => file is not null && day <= _lastKnown.AddDays(_holidayDays);

    /// <summary>Last day of the last term that is known; null without a calendar.</summary>
    public DateOnly? LastKnown => file is null ? null : _lastKnown;

    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    public bool IsSchoolDay(DateOnly day) => HoursOf(day) is not null;

    public bool IsOpen(DateTimeOffset at) => Open(DayOf(at)) is { } open && at >= open.From && at < open.To;

    /// <summary>The instants of the first and the last bell; null on a day without school.</summary>
    public (DateTimeOffset From, DateTimeOffset To)? Open(DateOnly day) =>
        HoursOf(day) is { } hours ? (At(day, hours.Opens), At(day, hours.Closes)) : null;

    /// <summary>The next first bell at or after an instant; null when no school day is known for longer than any holiday.</summary>
    public DateTimeOffset? NextOpening(DateTimeOffset at)
    {
        var first = DayOf(at);
        for (var day = first; day <= first.AddDays(FurthestDays); day = day.AddDays(1))
        {
            if (Open(day) is { } hours && hours.From >= at)
            {
                return hours.From;
            }
        }

        return null;
    }

    /// <summary>The instants at which the lessons of a day begin and end; none where no bells are known, or on a day without school.</summary>
    public IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Lessons(DateOnly day) =>
        file is null || HoursOf(day) is null ? [] : [.. file.LessonsOf(day.DayOfWeek).Select(lesson => (At(day, lesson.Starts), At(day, lesson.Ends)))];

    /// <summary>School time between two instants: what of it lies between first and last bells.</summary>
    public TimeSpan OpenTime(DateTimeOffset from, DateTimeOffset to)
    {
        var open = TimeSpan.Zero;
        if (from >= to)
        {
            return open;
        }

        var last = DayOf(to);
        for (var day = DayOf(from); day <= last; day = day.AddDays(1))
        {
            if (Open(day) is { } hours)
            {
                var (start, end) = (hours.From > from ? hours.From : from, hours.To < to ? hours.To : to);
                open += end > start ? end - start : TimeSpan.Zero;
            }
        }

        return open;
    }

    /// <summary>The first bell of the latest school day that is over by then: what was so before it was so for a whole school day. Null: none for months.</summary>
    public DateTimeOffset? LastWholeDay(DateTimeOffset at)
    {
        var today = DayOf(at);
        for (var back = 0; back <= FurthestDays; back++)
        {
            if (Open(today.AddDays(-back)) is { } hours && hours.To <= at)
            {
                return hours.From;
            }
        }

        return null;
    }

    private SchoolHours? HoursOf(DateOnly day)
    {
        if (holidays.Contains(day))
        {
            return null;
        }

        if (!Knows(day))
        {
            return file?.HoursOf(day.DayOfWeek) ?? (day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? null : SchoolHours.Usual);
        }

        return file!.Terms.Any(term => term.Holds(day)) && !file.Closures.Any(closure => closure.Holds(day)) ? file.HoursOf(day.DayOfWeek) : null;
    }

    public DateTimeOffset Midnight(DateOnly day) => At(day, TimeOnly.MinValue);

    // A school's bell never rings in the hour that a change of the clocks leaves out or repeats; GetUtcOffset takes any time all the same.
    private DateTimeOffset At(DateOnly day, TimeOnly time)
    {
        var local = day.ToDateTime(time);
        return new DateTimeOffset(local, zone.GetUtcOffset(local));
    }
}
