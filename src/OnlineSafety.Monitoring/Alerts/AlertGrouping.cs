using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>An event that belongs on the queue, before it is known whether it raises an alert or joins one.</summary>
internal sealed record AlertCandidate
{
    public required DateTimeOffset ReceivedAt { get; init; }

    public required Severity Severity { get; init; }

    public required Risk Risk { get; init; }

    public required string Theme { get; init; }

    public required string ParentTheme { get; init; }

    public required Audience Audience { get; init; }

    public required string Route { get; init; }

    /// <summary>Null when nothing is known of the person: such an event is grouped with its own copies alone.</summary>
    public required string? SubjectKey { get; init; }

    /// <summary>What <see cref="SubjectKey"/> is the hash of; null: nothing is known, or it is only asked what would be.</summary>
    public string? Subject { get; init; }

    /// <summary>The alert of no person (<see cref="AlertCohort"/>) that it joins or raises when no alert of its person is open; null: none.</summary>
    public string? Cohort { get; init; }

    public required PersonRole SubjectRole { get; init; }

    public required Guid? SubjectStaff { get; init; }

    /// <summary>Year, class and key stage of its pupil, as far as they are known.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Year of its pupil, for that year's leads; null when it is not known.</summary>
    public string? SubjectYear { get; init; }

    public required Guid Source { get; init; }

    public required string Vendor { get; init; }

    public required bool NeedsReview { get; init; }

    /// <summary>UTF-8 JSON array.</summary>
    public required byte[] Reasons { get; init; }

    /// <summary>Ids of the rules that the reasons name, each once, in order.</summary>
    public string[] Rules { get; init; } = [];

    /// <summary>So say the reasons: a browser reported it, and nothing proves it.</summary>
    public bool Unproven { get; init; }
}

/// <summary>Why somebody must be told now.</summary>
internal static class NotifyCause
{
    public const string Raised = "raised";
    public const string Severity = "severity";
    public const string Theme = "theme";
    public const string CriticalAgain = "critical-again";

    /// <summary>It came to another desk, because it turned out to be about somebody else.</summary>
    public const string Route = "route";

    /// <summary>A person put it before the next desk.</summary>
    public const string Escalated = "escalated";

    /// <summary>A person gave it to this one.</summary>
    public const string Assigned = "assigned";

    /// <summary>A person opened it again.</summary>
    public const string Reopened = "reopened";

    /// <summary>Nobody acted on it in time.</summary>
    public const string Unanswered = "unanswered";

    /// <summary>Somebody who was to be told of it cannot be reached.</summary>
    public const string Unreached = "unreached";

    /// <summary>Nothing gets through a channel of the school.</summary>
    public const string ChannelBroken = "channel-broken";

    /// <summary>A channel works again.</summary>
    public const string ChannelMended = "channel-mended";
}

/// <summary>
/// Grouping: one person, one rolling window of received time, one alert. Pure. Severity only ever rises; what is graver or of a new theme
/// tells people again at once and asks for a new answer, also of an alert that is in somebody's hands. No mute: every event is kept and counted.
/// </summary>
internal static class AlertGrouping
{
    /// <summary>From here on somebody is told at once; below, it waits on the queue and in the digest.</summary>
    public const Severity TellAt = Severity.High;

    /// <summary>After so long without an event, a further critical one is told of although nobody has answered the alert yet.</summary>
    public static readonly TimeSpan Quiet = TimeSpan.FromMinutes(15);

    /// <summary>From here on an event is on the queue.</summary>
    public const Severity QueueAt = Severity.Medium;

    /// <summary>May the candidate join this alert?</summary>
    public static bool Joins(Alert alert, AlertCandidate candidate, TimeSpan window) =>
        candidate.SubjectKey is not null
        && string.Equals(alert.SubjectKey, candidate.SubjectKey, StringComparison.Ordinal)
        && alert.State != AlertState.Resolved
        // Whoever took it in hand has not seen this one, and nobody knows whether it is of the same child.
        && (alert.State == AlertState.New || !MayBeOfAnother(candidate))
        // Another route is another desk: joining would show it to the wrong person, or hide it from the right one.
        && alert.Route == candidate.Route
        && alert.SubjectStaff == candidate.SubjectStaff
        // Both ways, because streams are not ordered among each other.
        && candidate.ReceivedAt - alert.LastReceivedAt <= window
        && alert.FirstReceivedAt - candidate.ReceivedAt <= window;

    // A computer room, a trolley of tablets or an address is one key for a whole class. What waits for the digest may wait there with the rest.
    private static bool MayBeOfAnother(AlertCandidate candidate) =>
        AlertCohort.IsOfCopies(candidate.SubjectKey) || (SubjectKeys.IsOfNoAccount(candidate.Subject) && CauseOf(candidate) is not null);

    public static Alert Raise(AlertCandidate candidate, Guid school, Guid id, DateTimeOffset now) => new()
    {
        SchoolId = school,
        AlertId = id,
        Severity = (short)candidate.Severity,
        Risk = (short)candidate.Risk,
        Theme = candidate.Theme,
        ParentTheme = candidate.ParentTheme,
        Themes = [candidate.Theme],
        NeedsReview = candidate.NeedsReview,
        Audience = (short)candidate.Audience,
        Route = candidate.Route,
        SubjectKey = candidate.SubjectKey,
        Subject = candidate.Subject is { } subject ? Encoding.UTF8.GetBytes(subject) : null,
        SubjectRole = (short)candidate.SubjectRole,
        SubjectStaff = candidate.SubjectStaff,
        Groups = [.. candidate.Groups],
        SubjectYear = YearOf(candidate.SubjectKey, candidate),
        SourceIds = [candidate.Source],
        Vendors = WithVendor([], candidate.Vendor),
        EventCount = 1,
        Reasons = candidate.Reasons,
        Rules = candidate.Rules,
        Unproven = candidate.Unproven,
        Marks = ThemeMarks.Of(candidate.Theme, candidate.Severity),
        FirstReceivedAt = candidate.ReceivedAt,
        LastReceivedAt = candidate.ReceivedAt,
        RaisedAt = now,
    };

    /// <summary>The cause for telling people of a new alert, or null when it may wait.</summary>
    public static string? CauseOf(AlertCandidate raised) =>
        raised.Severity >= TellAt || raised.NeedsReview ? NotifyCause.Raised : null;

    /// <summary>Lets the alert take the candidate in; returns the cause for telling people again, or null.</summary>
    public static string? Grow(Alert alert, AlertCandidate candidate)
    {
        var before = (Severity)alert.Severity;
        var newTheme = !alert.Themes.Contains(candidate.Theme, StringComparer.Ordinal);
        var again = candidate.ReceivedAt - alert.LastReceivedAt >= Quiet;
        alert.EventCount++;
        alert.FirstReceivedAt = candidate.ReceivedAt < alert.FirstReceivedAt ? candidate.ReceivedAt : alert.FirstReceivedAt;
        alert.LastReceivedAt = candidate.ReceivedAt > alert.LastReceivedAt ? candidate.ReceivedAt : alert.LastReceivedAt;
        alert.SourceIds = With(alert.SourceIds, candidate.Source);
        alert.Vendors = WithVendor(alert.Vendors, candidate.Vendor);
        alert.Themes = With(alert.Themes, candidate.Theme);
        alert.Groups = WithGroups(alert.Groups, candidate.Groups);
        alert.SubjectYear = YearOf(alert.SubjectKey, candidate) ?? alert.SubjectYear;
        alert.NeedsReview |= candidate.NeedsReview;
        // The narrower audience wins: a help-seeking event must not become visible by the company it keeps.
        alert.Audience = Math.Max(alert.Audience, (short)candidate.Audience);
        alert.Marks = ThemeMarks.With(alert.Marks, candidate.Theme, candidate.Severity);
        // Of two as grave the one that is proved speaks for the alert.
        if (candidate.Severity > before || (candidate.Severity == before && alert.Unproven && !candidate.Unproven))
        {
            alert.Severity = (short)candidate.Severity;
            (alert.Risk, alert.Theme, alert.ParentTheme) = ((short)candidate.Risk, candidate.Theme, candidate.ParentTheme);
            (alert.Reasons, alert.Rules, alert.Unproven) = (candidate.Reasons, candidate.Rules, candidate.Unproven);
        }

        var cause = CauseOf(alert, candidate, before, newTheme, again);
        if (cause is not null)
        {
            AlertLifecycle.Renew(alert);
        }

        return cause;
    }

    private static string? CauseOf(Alert alert, AlertCandidate candidate, Severity before, bool newTheme, bool again)
    {
        if (candidate.Severity >= TellAt && candidate.Severity > before)
        {
            return NotifyCause.Severity;
        }

        if (newTheme && candidate.Severity >= QueueAt && (Severity)alert.Severity >= TellAt)
        {
            return NotifyCause.Theme;
        }

        // Grouping never mutes a critical event: not once somebody has put the alert aside, and not while nobody has answered it.
        return candidate.Severity == Severity.Critical && (again || alert.State != AlertState.New) ? NotifyCause.CriticalAgain : null;
    }

    /// <summary>A class activity is of several people, and no year lead may see those of other years.</summary>
    public static string? YearOf(string? subject, AlertCandidate candidate) => subject is null || AlertCohort.Is(subject) ? null : candidate.SubjectYear;

    /// <summary>Both: an alert of a class activity is of all its pupils' groups.</summary>
    public static string[] WithGroups(string[] known, IReadOnlyList<string> added) =>
        added.All(group => known.Contains(group, StringComparer.Ordinal)) ? known : [.. known.Union(added, StringComparer.Ordinal)];

    /// <summary>What an unassigned source sent is no product's.</summary>
    private static string[] WithVendor(string[] known, string vendor) => vendor.Length == 0 ? known : With(known, vendor);

    private static T[] With<T>(T[] known, T value) => known.Contains(value) ? known : [.. known, value];
}
