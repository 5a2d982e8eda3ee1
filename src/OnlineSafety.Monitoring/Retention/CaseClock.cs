namespace OnlineSafety.Monitoring.Retention;

/// <summary>An alert that was resolved.</summary>
/// <param name="Held">By a legal hold on it or on somebody in it.</param>
internal sealed record ClosedAlert(Guid Id, int Number, DateTimeOffset ResolvedAt, string Outcome, string? SubjectKey, bool Drill, bool Held)
{
    /// <summary>Whether it was one: a case is kept long, what was none is not.</summary>
    public bool IsCase => !Drill && Outcome is "concern" or "low-level-concern" or "insufficient-information";
}

/// <summary>When a closed alert falls. Pure.</summary>
internal static class CaseClock
{
    /// <param name="born">Of the person whom it is about, where that is known.</param>
    public static DateTimeOffset FallsAt(ClosedAlert alert, DateOnly? born, RetentionClocks clocks)
    {
        var settled = alert.ResolvedAt.AddDays(clocks.DismissedDays);
        if (!alert.IsCase)
        {
            return settled;
        }

        if (born is not { } day)
        {
            return alert.ResolvedAt.AddYears(clocks.CasesYearsAfterClosing);
        }

        // A case that was closed just before that birthday, or a date of birth that is wrong: never sooner than what was no case.
        var grown = new DateTimeOffset(day.AddYears(clocks.CasesYearsAfterBirth), TimeOnly.MinValue, TimeSpan.Zero);
        return grown > settled ? grown : settled;
    }
}
