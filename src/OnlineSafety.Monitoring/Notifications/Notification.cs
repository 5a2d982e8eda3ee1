namespace OnlineSafety.Monitoring.Notifications;

/// <summary>A row of the ledger: somebody must be told something. Written in the transaction that caused it; ids only.</summary>
internal sealed class Notification
{
    public Guid SchoolId { get; set; }

    public Guid NotificationId { get; set; }

    /// <summary><c>alert</c>, <c>digest</c>, <c>source</c>, <c>delivery</c> or <c>account</c>.</summary>
    public string Kind { get; set; } = "";

    /// <summary>Why now: <c>raised</c>, <c>severity</c>, <c>theme</c>, <c>critical-again</c>, <c>route</c>, <c>escalated</c>, <c>assigned</c>, <c>reopened</c>, <c>unanswered</c>, <c>unreached</c>, <c>daily</c>, <c>quiet</c>, <c>cleared</c>, <c>channel-broken</c>, <c>channel-mended</c>.</summary>
    public string Cause { get; set; } = "";

    public Guid? AlertId { get; set; }

    public DateOnly? DigestDay { get; set; }

    public Guid? NoticeId { get; set; }

    /// <summary>Null when nobody could be told: then <see cref="State"/> is <c>failed</c> and the digest says so.</summary>
    public Guid? StaffId { get; set; }

    /// <summary><c>email</c>, <c>webhook</c>, <c>teams</c> or <c>exec</c>.</summary>
    public string Channel { get; set; } = "email";

    /// <summary>The school's channel that it goes through; null for e-mail to staff.</summary>
    public Guid? Target { get; set; }

    /// <summary><c>due</c>, <c>sending</c>, <c>sent</c>, <c>failed</c>, <c>dropped</c> (the recipient is gone).</summary>
    public string State { get; set; } = NotificationState.Due;

    public DateTimeOffset DueAt { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public int Attempts { get; set; }

    /// <summary>The mail that it was part of: its own id when it went alone. Also in the mail's Message-ID.</summary>
    public Guid? BundleId { get; set; }

    public Guid? ClaimedBy { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    /// <summary>It went to a desk that its alert has left since.</summary>
    public bool Withdrawn { get; set; }

    /// <summary>A code from a bounded list, never a server's text.</summary>
    public string Error { get; set; } = "";
}

internal static class NotificationState
{
    public const string Due = "due";
    public const string Sending = "sending";
    public const string Sent = "sent";
    public const string Failed = "failed";
    public const string Dropped = "dropped";
}
