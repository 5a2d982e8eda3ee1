namespace OnlineSafety.Monitoring.Retention;

/// <summary>What is asked of a run.</summary>
/// <param name="DryRun">Only say what would fall.</param>
/// <param name="Confirmed">A person says that the clock is right, and that so much may go.</param>
internal sealed record RetentionRequest(bool DryRun, bool Confirmed)
{
    /// <summary>Rows of one transaction.</summary>
    public int Batch { get; init; } = 500;

    /// <summary>Told of rows that fell and of rows that are due in all.</summary>
    public Action<long, long>? Progress { get; init; }
}

/// <summary>One clock of a school, as it was met.</summary>
/// <param name="Clock">As the policy calls it.</param>
/// <param name="Keeps">How long, in words.</param>
/// <param name="Due">What had to fall.</param>
/// <param name="Fell">What did.</param>
/// <param name="Held">Due, and kept by a legal hold.</param>
/// <param name="Kept">What is left.</param>
/// <param name="Next">When something falls next; null: nothing is there.</param>
/// <param name="Why">Why something that is due stays; empty: nothing does.</param>
public sealed record ClockReport(string Clock, string Keeps, long Due, long Fell, long Held, long Kept, DateTimeOffset? Next, string Why);

/// <summary>What a run did in one school. Names nobody.</summary>
/// <param name="Refused">Why nothing was deleted at all; null: it was.</param>
public sealed record RetentionReport(Guid School, string Name, DateTimeOffset At, bool DryRun, string? Refused, IReadOnlyList<ClockReport> Clocks)
{
    /// <summary>Whether a person must say something before what is due falls.</summary>
    public bool Waits => Refused is not null || Clocks.Any(clock => clock.Why.StartsWith(RetentionDesk.NeedsYes, StringComparison.Ordinal));
}
