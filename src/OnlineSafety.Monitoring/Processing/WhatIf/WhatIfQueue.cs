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
    /// <param name="window">The school's grouping window.</param>
    /// <param name="rules">The rules of <paramref name="judged"/>.</param>
    /// <returns>Every alert of which an event was read again, and those that would appear.</returns>
    public static List<ComparedAlert> Compare(
        IReadOnlyCollection<JudgedEvent> recorded, IEnumerable<JudgedEvent> judged, Func<EventPlace, bool> wasRead, TimeSpan window, RuleSet rules)
    {
        var ordered = recorded.OrderBy(e => e.Place, EventPlace.InOrder).ToList();
        var anew = judged.OrderBy(e => e.Place, EventPlace.InOrder).ToList();
        Inherit(ordered.Where(e => wasRead(e.Place)), anew);
        var after = ordered.Where(e => !wasRead(e.Place)).Concat(anew).OrderBy(e => e.Place, EventPlace.InOrder).ToList();
        Correlate(after, [.. anew], rules);

        var standing = Held(ordered);
        var remaining = Held(after);
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

            var said = Assessment.None with { Theme = concern.Theme, ParentTheme = concern.ParentTheme, Severity = concern.Severity };
            if (anew.Contains(concern) && Correlator.Weighs(said, rules))
            {
                concern.Severity = Correlator.Correlate(said, new History([.. seen]), rules).Severity;
            }

            if (seen.Count == Recollection.Most)
            {
                seen.Dequeue();
            }

            seen.Enqueue(concern.Entry);
        }
    }

    private static Dictionary<Guid, Alert> Held(List<JudgedEvent> events)
    {
        var alerts = new Dictionary<Guid, Alert>();
        foreach (var queued in events.Where(e => e.Alert is not null && e.IsQueued))
        {
            if (alerts.TryGetValue(queued.Alert!.Value, out var alert))
            {
                AlertGrouping.Grow(alert, queued.Candidate);
            }
            else
            {
                alerts[queued.Alert.Value] = AlertGrouping.Raise(queued.Candidate, School, queued.Alert.Value, DateTimeOffset.UnixEpoch);
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
            var candidate = newcomer.Candidate;
            var known = candidate.SubjectKey is { } subject ? Of(people, subject) : [];
            if (known.FindLast(alert => AlertGrouping.Joins(alert, candidate, window)) is { } joined)
            {
                AlertGrouping.Grow(joined, candidate);
                touched.Add(joined.AlertId);
                continue;
            }

            var raised = AlertGrouping.Raise(candidate, School, Guid.Empty, DateTimeOffset.UnixEpoch);
            known.Add(raised);
            appeared.Add(raised);
        }

        return appeared;
    }

    private static List<Alert> Of(Dictionary<string, List<Alert>> people, string subject) =>
        people.TryGetValue(subject, out var alerts) ? alerts : people[subject] = [];
}
