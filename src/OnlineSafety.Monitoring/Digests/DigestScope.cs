using System.Text.Json;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>
/// What of a digest belongs to one recipient: stored for each of them when the digest is made. Whoever is given another role before it is sent does not see
/// more than this, and the record shows later what each was told.
/// </summary>
internal sealed record DigestScope
{
    public required IReadOnlyList<AlertGroup> Alerts { get; init; }

    public required IReadOnlyList<WaitingAlert> Unacknowledged { get; init; }

    public IReadOnlyList<LeftAlert> Left { get; init; } = [];

    public IReadOnlyList<BreachedAlert> Breaches { get; init; } = [];

    public IReadOnlyList<UndeliveredMessages> Undelivered { get; init; } = [];

    public IReadOnlyList<DeskCount>? Counts { get; init; }

    /// <summary>The recipient did not answer alerts about pupils.</summary>
    public bool ForOthers { get; init; }

    public static DigestScope Of(DigestContent content, StaffMember reader)
    {
        var view = new DigestView(content, reader);
        return new DigestScope { Alerts = view.Alerts, Unacknowledged = view.Unacknowledged, Left = view.Left, Breaches = view.Breaches, Undelivered = view.Undelivered, Counts = view.Counts, ForOthers = DigestForOthers.AreFor(reader) };
    }

    /// <summary>The digest with this recipient's part alone.</summary>
    public DigestContent Cut(DigestContent content) =>
        content with { Alerts = Alerts, Unacknowledged = Unacknowledged, Left = Left, Breaches = Breaches, Undelivered = Undelivered, Counts = Counts, ForOthers = ForOthers };

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, DigestJson.Default.DigestScope);

    public static DigestScope FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, DigestJson.Default.DigestScope) ?? throw new JsonException("A digest's part without content.");
}

/// <summary>An alert that a person has put before the next desk, where nobody has taken it on.</summary>
/// <param name="AnswerBy">When it was to be answered, if that has passed.</param>
/// <param name="Rounds">How often its escalation went round so far.</param>
internal sealed record LeftAlert(
    int Number, short Severity, string Theme, short Audience, string Route, Guid? SubjectStaff, DateTimeOffset EscalatedAt, short SubjectRole = 0, DateTimeOffset? AnswerBy = null, int Rounds = 0);

/// <summary>An alert that nobody answered in time, and that was not left where it was put.</summary>
/// <param name="Rounds">How often its escalation went round so far.</param>
/// <param name="AnsweredAt">Null: nobody has answered it yet.</param>
internal sealed record BreachedAlert(
    int Number, short Severity, string Theme, short Audience, string Route, Guid? SubjectStaff, DateTimeOffset? AnswerBy, int Rounds, DateTimeOffset? AnsweredAt,
    short SubjectRole = 0);

/// <summary>Messages that did not reach somebody, or have not yet.</summary>
/// <param name="Route">Of the alert that they tell of; empty: of none.</param>
/// <param name="To">The person or channel; empty: there was nobody to tell.</param>
/// <param name="Error">The ledger's code.</param>
/// <param name="Failed">Given up; otherwise they wait.</param>
internal sealed record UndeliveredMessages(string Route, short Audience, Guid? SubjectStaff, string To, string Error, bool Failed, long Count,
    short SubjectRole = 0);

/// <summary>How many there are in all, at one desk, of what a list in the digest may leave off.</summary>
/// <param name="Of">One of the words below.</param>
internal sealed record DeskCount(string Of, string Route, short Audience, Guid? SubjectStaff, short SubjectRole, long Count)
{
    /// <summary>Alerts not answered in time, and still not.</summary>
    public const string Unanswered = "unanswered";

    /// <summary>Alerts answered, and too late.</summary>
    public const string AnsweredLate = "answered-late";

    /// <summary>Messages given up.</summary>
    public const string Failed = "failed";

    /// <summary>Messages that wait to be sent.</summary>
    public const string Waits = "waits";
}

/// <param name="Scope">What it silences, in words.</param>
/// <param name="Approver">Empty: it needs no second person, or waits for one.</param>
/// <param name="Waits">It waits for its second person and silences nothing so far.</param>
/// <param name="Hits">Alerts of which no message was sent because of it, in this period.</param>
/// <param name="Ended">Why it ended; empty: it stands.</param>
internal sealed record SilenceReport(string Scope, string Reason, string Author, string Approver, bool Waits, DateTimeOffset Until, long Hits, string Ended);

/// <param name="Reached">People and channels that took its message.</param>
/// <param name="AnsweredAt">Null: nobody.</param>
/// <param name="Folder">Messages that were written to a folder, because there is no mail relay.</param>
internal sealed record DrillResult(int Number, short Severity, DateTimeOffset RaisedAt, long Reached, long Failed, DateTimeOffset? AnsweredAt, long Folder = 0);
