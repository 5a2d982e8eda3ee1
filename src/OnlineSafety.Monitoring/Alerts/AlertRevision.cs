using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>An event of an alert that was read again.</summary>
/// <param name="Key">Whose it is, for the caller.</param>
/// <param name="Reading">What it is now.</param>
internal readonly record struct Reread<T>(T Key, AlertCandidate Reading);

/// <summary>What else an alert holds: its events that are not read again now.</summary>
/// <param name="Subjects">Their persons, each once; an empty text for nobody.</param>
/// <param name="Unread">One of them is of a record that no mapping reads.</param>
internal sealed record OtherEvents(int Count, IReadOnlyList<string> Subjects, bool Unread)
{
    public static OtherEvents None { get; } = new(0, [], Unread: false);
}

/// <summary>
/// Decides what becomes of an alert whose events were read again. Pure. It never falls in severity, and people are told again only of what is graver, of a new
/// theme, or at another desk. An event whose person belongs to another desk does not stay: the alert goes there with it when that is all it holds,
/// else the event leaves it. So nobody goes on looking at what turned out to be about themselves, or about a colleague.
/// </summary>
internal sealed class AlertRevision<T>
{
    private AlertRevision(Alert alert) => (Alert, From) = (alert, alert.State);

    public Alert Alert { get; }

    /// <summary>Its state before.</summary>
    public string From { get; }

    /// <summary>Events that stay in it.</summary>
    public List<T> Stay { get; } = [];

    /// <summary>Events that are to be queued like new ones.</summary>
    public List<Reread<T>> Leave { get; } = [];

    /// <summary>Went to another desk: who was told of it before may not look any more.</summary>
    public bool Moved { get; private set; }

    /// <summary>Something about it is new to people.</summary>
    public bool Grown { get; private set; }

    /// <summary>Why people must be told, or null.</summary>
    public string? Cause { get; private set; }

    /// <summary>What it quotes belongs to an event that left: it must be given the reasons of what remains.</summary>
    public bool NeedsReasons { get; private set; }

    public static AlertRevision<T> Of(Alert alert, IReadOnlyList<Reread<T>> events, OtherEvents others)
    {
        var revision = new AlertRevision<T>(alert);
        var same = events.Where(e => SameDesk(alert, e.Reading)).ToList();
        var elsewhere = events.Where(e => !SameDesk(alert, e.Reading)).ToList();
        if (same.Count == 0 && others.Count == 0 && elsewhere.Count > 0)
        {
            revision.Move(elsewhere);
        }
        else
        {
            revision.Leave.AddRange(elsewhere);
            revision.NeedsReasons = elsewhere.Count > 0;
            revision.Keep(same, others);
        }

        if (revision.Cause is not null)
        {
            AlertLifecycle.Renew(alert);
        }

        return revision;
    }

    private static bool SameDesk(Alert alert, AlertCandidate reading) => alert.Route == reading.Route && alert.SubjectStaff == reading.SubjectStaff;

    private void Move(List<Reread<T>> events)
    {
        var first = Gravest(events).Reading;
        (Alert.Route, Alert.SubjectRole, Alert.SubjectStaff) = (first.Route, (short)first.SubjectRole, first.SubjectStaff);
        Name(first);
        Moved = true;
        Alert.Groups = [.. first.Groups];
        Alert.SubjectYear = AlertGrouping.YearOf(first.SubjectKey, first);
        // All that it quotes was of these events; severity never falls, also not by a milder reading.
        Adopt(first);
        Alert.NeedsReview = false;
        if (Alert.State == AlertState.Resolved)
        {
            // Whoever resolved it did not know of whom it is, and a resolved alert tells nobody: the events are queued at their own desk.
            Leave.AddRange(events);
            return;
        }

        Keep([.. events.Where(e => SameDesk(Alert, e.Reading))], OtherEvents.None);
        Leave.AddRange(events.Where(e => !SameDesk(Alert, e.Reading)));
        Cause = NotifyCause.Route;
    }

    private void Keep(List<Reread<T>> events, OtherEvents others)
    {
        foreach (var reread in events)
        {
            if (Alert.State == AlertState.Resolved && IsNews(reread.Reading))
            {
                // Nobody looks at a resolved alert again: what is graver than what was resolved is an alert of its own.
                Leave.Add(reread);
                continue;
            }

            Stay.Add(reread.Key);
            Revise(reread.Reading, alone: events.Count + others.Count == 1);
        }

        if (Stay.Count + others.Count > 0)
        {
            Alert.EventCount = Stay.Count + others.Count;
        }

        if (Stay.Count > 0)
        {
            Alert.NeedsReview = others.Unread || events.Exists(e => e.Reading.NeedsReview);
            NameSubject(events, others);
        }
    }

    private bool IsNews(AlertCandidate reading) =>
        reading.Severity >= AlertGrouping.TellAt && (short)reading.Severity > Alert.Severity
        || reading.Severity >= AlertGrouping.QueueAt && !Alert.Themes.Contains(reading.Theme, StringComparer.Ordinal);

    private void Revise(AlertCandidate reading, bool alone)
    {
        var before = (Severity)Alert.Severity;
        var isConcern = reading.Severity > Severity.None;
        var newTheme = isConcern && !Alert.Themes.Contains(reading.Theme, StringComparer.Ordinal);
        Cause ??= reading.Severity >= AlertGrouping.TellAt && reading.Severity > before ? NotifyCause.Severity
            : newTheme && reading.Severity >= AlertGrouping.QueueAt && before >= AlertGrouping.TellAt ? NotifyCause.Theme
            : null;
        Grown |= reading.Severity > before || newTheme;
        if (reading.Severity > before || (alone && isConcern && reading.Severity == before))
        {
            Adopt(reading);
        }

        Alert.Audience = Math.Max(Alert.Audience, (short)reading.Audience);
        Alert.Groups = AlertGrouping.WithGroups(Alert.Groups, reading.Groups);
        if (isConcern)
        {
            Alert.Themes = [.. Alert.Themes.Append(reading.Theme).Distinct(StringComparer.Ordinal)];
            Alert.Marks = ThemeMarks.With(Alert.Marks, reading.Theme, reading.Severity);
        }
    }

    private void Adopt(AlertCandidate reading)
    {
        (Alert.Reasons, Alert.Rules, Alert.Unproven) = (reading.Reasons, reading.Rules, reading.Unproven);
        if (reading.Severity > Severity.None)
        {
            Alert.Severity = Math.Max(Alert.Severity, (short)reading.Severity);
            (Alert.Risk, Alert.Theme, Alert.ParentTheme) = ((short)reading.Risk, reading.Theme, reading.ParentTheme);
            Alert.Themes = [.. Alert.Themes.Append(reading.Theme).Distinct(StringComparer.Ordinal)];
        }
    }

    /// <summary>All that it holds is of one person: it is about that person, whatever it was raised about.</summary>
    private void NameSubject(List<Reread<T>> events, OtherEvents others)
    {
        var reading = events[0].Reading;
        if (reading.SubjectKey is { } key
            // Of one person by chance, and never about that person.
            && !AlertCohort.IsOfClass(Alert.SubjectKey)
            && events.TrueForAll(e => string.Equals(e.Reading.SubjectKey, key, StringComparison.Ordinal))
            && others.Subjects.All(subject => string.Equals(subject, key, StringComparison.Ordinal)))
        {
            (Alert.SubjectRole, Alert.SubjectYear) = ((short)reading.SubjectRole, AlertGrouping.YearOf(key, reading));
            Name(reading);
        }
        else
        {
            // Of several people: for no year's lead.
            Alert.SubjectYear = null;
        }
    }

    private void Name(AlertCandidate reading) =>
        (Alert.SubjectKey, Alert.Subject) = (reading.SubjectKey, reading.Subject is { } subject ? Encoding.UTF8.GetBytes(subject) : null);

    private static Reread<T> Gravest(List<Reread<T>> events)
    {
        var gravest = events[0];
        foreach (var reread in events)
        {
            gravest = reread.Reading.Severity > gravest.Reading.Severity ? reread : gravest;
        }

        return gravest;
    }
}
