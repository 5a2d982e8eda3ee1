using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>
/// A digest as one recipient may see it. Pure. What is about the recipient, or goes to a desk that is not the recipient's, is neither shown nor counted.
/// </summary>
internal sealed class DigestView
{
    public DigestView(DigestContent content, StaffMember reader)
    {
        Content = content;
        Alerts = [.. content.Alerts.Where(a => MaySee(reader, a.Route, a.Audience, a.SubjectStaff, a.SubjectRole))];
        Unacknowledged = [.. content.Unacknowledged.Where(a => MaySee(reader, a.Route, a.Audience, a.SubjectStaff, a.SubjectRole))];
        Left = [.. content.Left.Where(a => MaySee(reader, a.Route, a.Audience, a.SubjectStaff, a.SubjectRole))];
        Breaches = [.. content.Breaches.Where(a => MaySee(reader, a.Route, a.Audience, a.SubjectStaff, a.SubjectRole))];
        // What tells of no alert is everybody's: a mailbox that is full says nothing of a child or a colleague.
        Undelivered = [.. content.Undelivered.Where(m => m.Route.Length == 0 || MaySee(reader, m.Route, m.Audience, m.SubjectStaff, m.SubjectRole))];
        Counts = content.Counts is null ? null : [.. content.Counts.Where(c => c.Route.Length == 0 || MaySee(reader, c.Route, c.Audience, c.SubjectStaff, c.SubjectRole))];
    }

    public DigestContent Content { get; }

    public IReadOnlyList<AlertGroup> Alerts { get; }

    public IReadOnlyList<WaitingAlert> Unacknowledged { get; }

    public IReadOnlyList<LeftAlert> Left { get; }

    public IReadOnlyList<BreachedAlert> Breaches { get; }

    public IReadOnlyList<UndeliveredMessages> Undelivered { get; }

    public IReadOnlyList<DeskCount>? Counts { get; }

    /// <summary>In all; the lists of them are bounded.</summary>
    public long Unanswered => CountOf(DeskCount.Unanswered) ?? Breaches.Count(a => a.AnsweredAt is null);

    public long AnsweredLate => CountOf(DeskCount.AnsweredLate) ?? Breaches.Count(a => a.AnsweredAt is not null);

    public long Failed => CountOf(DeskCount.Failed) ?? Undelivered.Where(m => m.Failed).Sum(m => m.Count);

    public long Waits => CountOf(DeskCount.Waits) ?? Undelivered.Where(m => !m.Failed).Sum(m => m.Count);

    /// <summary>When the oldest alert was raised that nobody has acknowledged; null: there is none.</summary>
    public DateTimeOffset? OldestNew => Alerts.Min(a => a.Oldest) ?? (Unacknowledged.Count > 0 ? Unacknowledged.Min(a => a.RaisedAt) : null);

    public long Open => Alerts.Where(a => a.State is not AlertState.Resolved).Sum(a => a.Count);

    /// <summary>Of new alerts by count; the list of them is bounded.</summary>
    public long New => Alerts.Where(a => a.State is AlertState.New).Sum(a => a.Count);

    private long? CountOf(string what) => Counts?.Where(c => c.Of == what).Sum(c => c.Count);

    private static bool MaySee(StaffMember reader, string route, short audience, Guid? subjectStaff, short subjectRole)
    {
        if (AlertLadder.MayBeSubject(reader, subjectStaff, (PersonRole)subjectRole))
        {
            return false;
        }

        var safeguarding = reader.HasAny(StaffRole.Dsl, StaffRole.Deputy);
        return route switch
        {
            AlertRoute.Head => reader.HasAny(StaffRole.Head),
            AlertRoute.Chair => reader.HasAny(StaffRole.Chair),
            // Numbers without names: whoever is chosen for the digest may have them, but for help-seeking.
            _ => safeguarding || ((Audience)audience != Audience.DslOnly && reader.HasAny(StaffRole.Digest)),
        };
    }
}
