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
    /// <param name="born">Of the pupil whom it is about, where that is known.</param>
    public static DateTimeOffset FallsAt(ClosedAlert alert, DateOnly? born, RetentionClocks clocks)
    {
        var settled = alert.ResolvedAt.AddDays(clocks.DismissedDays);
        if (!alert.IsCase)
        {
            return settled;
        }

        // Somebody who was that old when it was closed is no pupil, or the date of birth is wrong: it says nothing of how long this case is needed.
        var grown = born is { } day ? new DateTimeOffset(day.AddYears(clocks.CasesYearsAfterBirth), TimeOnly.MinValue, TimeSpan.Zero) : DateTimeOffset.MinValue;
        if (grown < alert.ResolvedAt)
        {
            return alert.ResolvedAt.AddYears(clocks.CasesYearsAfterClosing);
        }

        // A case that was closed just before that birthday: never sooner than what was no case.
        return grown > settled ? grown : settled;
    }
}
