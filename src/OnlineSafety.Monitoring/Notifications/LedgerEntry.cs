namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// A claimed row. <see cref="Attempts"/> went up with the claim, so worker and attempt together are the fence: once the lease
/// went to somebody else, also within one process, this claim can write nothing.
/// </summary>
internal sealed record LedgerEntry(
    Guid School, Guid Id, string Kind, string Cause, Guid? Alert, DateOnly? DigestDay, Guid? Notice, Guid? Staff, DateTimeOffset CreatedAt, int Attempts, TimeSpan Age);

/// <summary>What becomes of a claimed row.</summary>
internal abstract record Outcome
{
    /// <summary>The relay took it.</summary>
    public sealed record Sent : Outcome;

    /// <summary>Nobody needs it any more.</summary>
    public sealed record Dropped(string Code) : Outcome;

    /// <summary>Given up; shown in the digest.</summary>
    public sealed record Failed(string Code) : Outcome;

    /// <summary>To be tried again.</summary>
    public sealed record Retry(string Code, TimeSpan After) : Outcome;
}
