using OnlineSafety.Monitoring.Notifications.Outgoing;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>A claimed row.</summary>
/// <param name="Target">The channel that it goes through; null for e-mail.</param>
/// <param name="Withdrawn">It was written for a desk that the alert has left since.</param>
internal sealed record LedgerEntry(
    Guid School, Guid Id, string Kind, string Cause, Guid? Alert, DateOnly? DigestDay, Guid? Notice, Guid? Staff, DateTimeOffset CreatedAt, int Attempts, TimeSpan Age,
    bool Withdrawn = false, string Channel = ChannelKind.Email, Guid? Target = null);

/// <summary>
/// Claimed rows of one recipient that go in one mail. <see cref="Fence"/> is new with every claim: once the lease went to somebody else, also within one
/// process, this claim can write nothing.
/// </summary>
/// <param name="Mail">Id of the mail: of its only row, or one of its own.</param>
internal sealed record MailClaim(Guid School, Guid Mail, Guid Fence, IReadOnlyList<LedgerEntry> Entries)
{
    /// <summary>The same at every resend, as the rows are.</summary>
    public DateTimeOffset CreatedAt { get; } = Entries.Min(entry => entry.CreatedAt);

    public string Kind => Entries[0].Kind;

    public Guid? Staff => Entries[0].Staff;

    public string Channel => Entries[0].Channel;

    public Guid? Target => Entries[0].Target;
}

/// <summary>A claim went to another worker before its mail was handed over; nothing was sent.</summary>
internal sealed class ClaimLostException : Exception;

/// <summary>What one pass over a school claimed.</summary>
/// <param name="Paced">Something is due and waits for its turn.</param>
internal sealed record Claimed(IReadOnlyList<MailClaim> Mails, bool Paced);

/// <summary>What becomes of a claimed row.</summary>
internal abstract record Outcome
{
    /// <summary>The relay took it.</summary>
    /// <param name="Code">Empty, or <see cref="SentCode.Folder"/>.</param>
    public sealed record Sent(string Code = "") : Outcome;

    /// <summary>Nobody needs it any more.</summary>
    public sealed record Dropped(string Code) : Outcome;

    /// <summary>Given up; shown in the digest.</summary>
    public sealed record Failed(string Code) : Outcome;

    /// <summary>To be tried again.</summary>
    /// <param name="AsTheSameMail">The relay may have it.</param>
    public sealed record Retry(string Code, TimeSpan After, bool AsTheSameMail = false) : Outcome;
}
