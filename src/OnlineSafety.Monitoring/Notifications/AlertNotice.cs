using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>All that a mail may know of an alert: no name, search, address or device.</summary>
internal sealed record AlertNotice
{
    public required Guid Alert { get; init; }

    public required int Number { get; init; }

    public required string State { get; init; }

    public required Severity Severity { get; init; }

    public required Risk Risk { get; init; }

    public required string Theme { get; init; }

    /// <summary>Codes of all themes in it.</summary>
    public required IReadOnlyList<string> Themes { get; init; }

    public required bool NeedsReview { get; init; }

    public required Audience Audience { get; init; }

    public required string Route { get; init; }

    public required Guid? SubjectStaff { get; init; }

    /// <summary>What the people list says of whom it is about.</summary>
    public PersonRole SubjectRole { get; init; }

    public required int Events { get; init; }

    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>A colleague put it before the next desk, and nobody has taken it on since.</summary>
    public bool IsLeft => State == AlertState.Escalated;

    /// <summary>When a person last acted on it; null: nobody has.</summary>
    public DateTimeOffset? ActedAt { get; init; }

    /// <summary>The database does not show it to the recipient for whom it was read, whatever <see cref="Recipients"/> says.</summary>
    public bool Hidden { get; init; }

    /// <summary>A replay raised it, long after what is in it was received.</summary>
    public bool Late { get; init; }

    /// <summary>The gravest of it was reported by a browser, and nothing proves it.</summary>
    public bool Unproven { get; init; }

    /// <summary>Raised to try the chain out.</summary>
    public bool Drill { get; init; }

    /// <summary>A silence that stands covers it.</summary>
    public bool Silenced { get; init; }

    /// <summary>The clock that runs for an answer; null: none does.</summary>
    public StandingClock? Clock { get; init; }

    /// <summary>Its themes and how grave each is (<see cref="ThemeMarks"/>): what a school must do follows from it.</summary>
    public required string Marks { get; init; }

    /// <summary>
    /// Did somebody act since the row was written? Then nobody else is fetched for it, by any channel. Not so what may be graver or newer than what that
    /// person saw, and what a person's own step tells another. Both times are the database's. Pure.
    /// </summary>
    public bool IsAnswered(string cause, DateTimeOffset createdAt) => createdAt < ActedAt && cause is NotifyCause.Raised or NotifyCause.Unanswered or NotifyCause.Unreached;

    /// <summary>Why this member of staff must not be told of it now; null when the mail may go. Pure.</summary>
    public static string? DropFor(AlertNotice? notice, NotificationAddressee to, LedgerEntry row)
    {
        if (notice is null)
        {
            return DropCode.AlertGone;
        }

        if (notice.SubjectStaff == to.Member.Id)
        {
            return DropCode.RecipientIsSubject;
        }

        if (notice.State is AlertState.Resolved)
        {
            return DropCode.AlertResolved;
        }

        var facts = new AlertFacts(notice.Route, notice.Audience, notice.SubjectStaff, notice.Severity, notice.Themes, []) { SubjectRole = notice.SubjectRole };
        // Asked last: whoever is dropped for these was to be told, and goes on seeing the alert.
        return notice.Hidden || !Recipients.MayReceive(to.Member, facts, to.Desks.Staff, to.Desks.Policy) ? DropCode.NotRouted
            : notice.IsAnswered(row.Cause, row.CreatedAt) ? DropCode.ActedOn
            : notice.Silenced && row.Cause is not (NotifyCause.Escalated or NotifyCause.Assigned or NotifyCause.Reopened or NotifyCause.Unreached) ? DropCode.Silenced
            : null;
    }
}
