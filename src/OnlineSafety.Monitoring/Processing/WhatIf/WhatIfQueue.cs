using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>An alert before and after; null: it is not there.</summary>
/// <param name="Id">Of a recorded one; null for one that would appear.</param>
internal sealed record ComparedAlert(Guid? Id, Alert? Before, Alert? After);

/// <summary>
/// The alert queue as it stands against the queue of the same events judged anew. Pure, and the same for the same events in whatever order they come.
/// What was not read again counts on both sides as it is recorded.
/// </summary>
internal static class WhatIfQueue
{
    private static readonly Guid School = Guid.Empty;

    /// <param name="recorded">Events as recorded: of the span, and before it as far as Correlate remembers.</param>
    /// <param name="judged">Concerns of the records that were read again.</param>
    /// <param name="wasRead">Whether the record of an event was read again.</param>
    /// <param name="alerts">The alerts that hold recorded events.</param>
    /// <param name="window">The school's grouping window.</param>
    /// <param name="rules">The rules of <paramref name="judged"/>.</param>
    /// <returns>Every alert of which an event was read again, and those that would appear.</returns>
    public static List<ComparedAlert> Compare(
        IReadOnlyCollection<JudgedEvent> recorded, IEnumerable<JudgedEvent> judged, Func<EventPlace, bool> wasRead, IReadOnlyDictionary<Guid, RecordedAlert> alerts, TimeSpan window, RuleSet rules)
    {
        var ordered = recorded.OrderBy(e => e.Place, EventPlace.InOrder).ToList();
        var anew = judged.OrderBy(e => e.Place, EventPlace.InOrder).ToList();
        Inherit(ordered.Where(e => wasRead(e.Place)), anew);
        var after = ordered.Where(e => !wasRead(e.Place)).Concat(anew).OrderBy(e => e.Place, EventPlace.InOrder).ToList();
        var fresh = anew.ToHashSet();
        Correlate(after, fresh, rules);
        JoinClasses(after, fresh);

        var standing = Held(ordered, alerts);
        var remaining = Held(after, alerts);
        var touched = ordered.Where(e => e.Alert is not null && wasRead(e.Place)).Select(e => e.Alert!.Value).ToHashSet();
        var appeared = Join(anew.Where(e => e.Alert is null && e.IsQueued), remaining, window, touched);
        return
        [
            .. ordered.Where(e => e.Alert is not null).Select(e => e.Alert!.Value).Distinct().Where(touched.Contains)
                .Select(id => new ComparedAlert(id, standing.GetValueOrDefault(id), remaining.GetValueOrDefault(id)))
                .Where(compared => compared.Before is not null || compared.After is not null),
            .. appeared.Select(alert => new ComparedAlert(null, null, alert)),
        ];
    }

    // An event takes the alert of the one that was read in its place; of a record that nothing could read, the gravest does.
    private static void Inherit(IEnumerable<JudgedEvent> before, List<JudgedEvent> anew)
    {
        var byRecord = anew.ToLookup(e => (e.Place.Stream, e.Place.Sequence));
        foreach (var old in before.Where(e => e.Alert is not null))
        {
            var read = byRecord[(old.Place.Stream, old.Place.Sequence)];
            var heir = old.Review ? read.OrderByDescending(e => e.Review).ThenByDescending(e => e.Severity).ThenBy(e => e.Place, EventPlace.InOrder).FirstOrDefault()
                : read.FirstOrDefault(e => e.Place.Part == old.Place.Part);
            if (heir is not null)
            {
                heir.Alert ??= old.Alert;
            }
        }
    }

    /// <summary>As <see cref="Recollection.Correlate"/>, over the whole school in the order of time; what is recorded was correlated when it came.</summary>
    private static void Correlate(List<JudgedEvent> events, HashSet<JudgedEvent> anew, RuleSet rules)
    {
        var people = new Dictionary<string, Queue<HistoryEntry>>(StringComparer.Ordinal);
        foreach (var concern in events)
        {
            if (concern.SubjectKey is null || concern.Severity == Severity.None)
            {
                continue;
            }

            var seen = people.TryGetValue(concern.SubjectKey, out var known) ? known : people[concern.SubjectKey] = new Queue<HistoryEntry>();
            while (seen.TryPeek(out var oldest) && oldest.ReceivedAt < concern.Place.ReceivedAt - RecordWriter.Remembered)
            {
                seen.Dequeue();
            }

            var said = Assessment.None with { Theme = concern.Theme, ParentTheme = concern.ParentTheme, Severity = concern.Severity, VendorSays = concern.VendorSays };
            if (anew.Contains(concern) && Correlator.Weighs(said, rules))
            {
                concern.Severity = Correlator.Correlate(said, concern.Place.ReceivedAt, concern.Vendor, new History([.. seen]), rules, concern.OfNoAccount).Severity;
            }

            if (seen.Count == Recollection.Most)
            {
                seen.Dequeue();
            }

            seen.Enqueue(concern.Entry);
        }
    }

    /// <summary>As <see cref="Cohorts.Correlate"/>, when each is as grave as it will be.</summary>
    private static void JoinClasses(List<JudgedEvent> events, HashSet<JudgedEvent> anew)
    {
        var seen = new Dictionary<long, List<(string Subject, DateTimeOffset At)>>();
        foreach (var concern in events)
        {
            if (concern is not { Signature: { } signature, SubjectKey: { } subject, Severity: > Severity.None })
            {
                continue;
            }

            var others = seen.TryGetValue(signature, out var known) ? known : seen[signature] = [];
            if (others.Count == Cohorts.Most)
            {
                others.RemoveAt(0);
            }

            others.Add((subject, concern.Place.ReceivedAt));
            if (anew.Contains(concern) && concern.AsksOfOthers && Cohorts.CountOf(others, concern.Place.ReceivedAt) >= Correlator.Class)
            {
                concern.Cohort = AlertCohort.KeyOf(signature, concern.Audience);
            }
        }
    }

    private static Dictionary<Guid, Alert> Held(List<JudgedEvent> events, IReadOnlyDictionary<Guid, RecordedAlert> recorded)
    {
        var alerts = new Dictionary<Guid, Alert>();
        foreach (var queued in events.Where(e => e.Alert is not null && e.IsQueued))
        {
            var (id, candidate) = (queued.Alert!.Value, queued.Candidate);
            if (alerts.TryGetValue(id, out var alert))
            {
                AlertGrouping.Grow(alert, candidate);
            }
            else
            {
                // Whom it is about it says itself: it may be a class.
                candidate = recorded.TryGetValue(id, out var stands) ? candidate with { SubjectKey = stands.Subject } : candidate;
                alerts[id] = AlertGrouping.Raise(candidate, School, id, DateTimeOffset.UnixEpoch);
            }
        }

        return alerts;
    }

    // After all that is held: an alert that is there takes in what came a little before it too.
    private static List<Alert> Join(IEnumerable<JudgedEvent> newcomers, Dictionary<Guid, Alert> remaining, TimeSpan window, HashSet<Guid> touched)
    {
        var people = new Dictionary<string, List<Alert>>(StringComparer.Ordinal);
        foreach (var alert in remaining.Values.Where(alert => alert.SubjectKey is not null).OrderBy(alert => alert.FirstReceivedAt).ThenBy(alert => alert.AlertId))
        {
            Of(people, alert.SubjectKey!).Add(alert);
        }

        var appeared = new List<Alert>();
        foreach (var newcomer in newcomers)
        {
            var own = newcomer.Candidate;
            var raising = own.Cohort is null ? own : own with { SubjectKey = own.Cohort };
            if ((Open(own) ?? (own.Cohort is null ? null : Open(raising))) is { } joined)
            {
                AlertGrouping.Grow(joined, own);
                touched.Add(joined.AlertId);
                continue;
            }

            var raised = AlertGrouping.Raise(raising, School, Guid.Empty, DateTimeOffset.UnixEpoch);
            appeared.Add(raised);
            if (raised.SubjectKey is { } subject)
            {
                Of(people, subject).Add(raised);
            }
        }

        return appeared;

        Alert? Open(AlertCandidate candidate) =>
            candidate.SubjectKey is { } subject ? Of(people, subject).FindLast(alert => AlertGrouping.Joins(alert, candidate, window)) : null;
    }

    private static List<Alert> Of(Dictionary<string, List<Alert>> people, string subject) =>
        people.TryGetValue(subject, out var alerts) ? alerts : people[subject] = [];
}
