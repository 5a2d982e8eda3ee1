using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>What is left of a clock.</summary>
/// <param name="Left">On the wall; below zero once it ran out.</param>
/// <param name="InSchool">Of it, school time; zero once it ran out.</param>
internal readonly record struct ClockLeft(TimeSpan Left, TimeSpan InSchool);

/// <summary>
/// By when an alert is to be acknowledged. Pure. Clocks run in school time: what is raised outside of it waits for the next first bell, unless somebody is on call for it.
/// A critical alert never waits past the last bell of the day on which it was raised, and no clock is shorter than the policy's least, however near the bell.
/// </summary>
internal static class AlertClock
{
    // Longer than any holiday: a calendar without a school day in it is none to wait for.
    private const int FurthestDays = 120;

    /// <summary>Null only for what nobody waits for (no severity).</summary>
    public static DateTimeOffset? AcknowledgeBy(Severity severity, DateTimeOffset raisedAt, SchoolPolicy policy, SchoolCalendar calendar)
    {
        if (policy.Clocks.Of(severity) is not { } clock)
        {
            return null;
        }

        var lesson = TimeSpan.FromMinutes(policy.Clocks.LessonMinutes);
        if (!calendar.IsOpen(raisedAt) && severity == Severity.Critical && policy.OutOfHours.Choice == OutOfHoursChoice.OnCall)
        {
            return raisedAt + (clock.Kind == ClockKind.Minutes ? TimeSpan.FromMinutes(clock.Minutes) : lesson);
        }

        if (StartOf(raisedAt, calendar) is not { } start)
        {
            // There is no school day to wait for: by the clock on the wall.
            return raisedAt + (clock.Kind == ClockKind.Minutes ? TimeSpan.FromMinutes(clock.Minutes) : severity == Severity.Critical ? lesson : TimeSpan.FromDays(1));
        }

        var lastBell = calendar.Open(calendar.DayOf(start))!.Value.To;
        var due = clock.Kind switch
        {
            ClockKind.EndOfLesson => EndOfLesson(start, lesson, calendar),
            ClockKind.SameSchoolDay => lastBell,
            _ => AfterSchoolTime(start, TimeSpan.FromMinutes(clock.Minutes), calendar),
        };
        due = severity == Severity.Critical && due > lastBell ? lastBell : due;
        var least = start + TimeSpan.FromMinutes(policy.Clocks.AtLeastMinutes);
        return due < least ? least : due;
    }

    /// <param name="noLater">What it had to be acknowledged by before it became graver, which never gives it longer; null: it has not.</param>
    public static DateTimeOffset? AcknowledgeBy(Severity severity, DateTimeOffset since, DateTimeOffset? noLater, PolicyInForce inForce) =>
        Earlier(AcknowledgeBy(severity, since, inForce.Policy, inForce.Calendar), noLater);

    public static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) =>
        one is null ? other : other is null || one < other ? one : other;

    public static ClockLeft Left(DateTimeOffset acknowledgeBy, DateTimeOffset now, SchoolCalendar calendar) =>
        new(acknowledgeBy - now, calendar.OpenTime(now, acknowledgeBy));

    /// <summary>The moment itself within school hours, else the next first bell; null when there is none.</summary>
    private static DateTimeOffset? StartOf(DateTimeOffset at, SchoolCalendar calendar)
    {
        var first = calendar.DayOf(at);
        for (var day = first; day <= first.AddDays(FurthestDays); day = day.AddDays(1))
        {
            if (calendar.Open(day) is { } hours && at < hours.To)
            {
                return at < hours.From ? hours.From : at;
            }
        }

        return null;
    }

    private static DateTimeOffset EndOfLesson(DateTimeOffset start, TimeSpan usual, SchoolCalendar calendar)
    {
        foreach (var (from, to) in calendar.Lessons(calendar.DayOf(start)))
        {
            if (start < to)
            {
                // In a break nobody waits for the end of the lesson behind it when that is further away than a lesson lasts.
                return start >= from || to < start + usual ? to : start + usual;
            }
        }

        return start + usual;
    }

    private static DateTimeOffset AfterSchoolTime(DateTimeOffset start, TimeSpan time, SchoolCalendar calendar)
    {
        for (var day = calendar.DayOf(start); ; day = day.AddDays(1))
        {
            if (calendar.Open(day) is not { } hours)
            {
                if (day > calendar.DayOf(start).AddDays(FurthestDays))
                {
                    return start + time;
                }

                continue;
            }

            var from = start > hours.From ? start : hours.From;
            if (time <= hours.To - from)
            {
                return from + time;
            }

            time -= hours.To - from;
        }
    }
}
