using OnlineSafety.Monitoring.Classification;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What Correlate is shown of a person: the same few entries, whether they were recorded before or stand in the same chunk.</summary>
internal static class Recollection
{
    /// <summary>
    /// Entries of one person. Each concern keeps a copy of what it was shown, so without a bound a page that reloads itself all night
    /// costs the square of its requests in memory and in rows.
    /// </summary>
    public const int Most = 20;

    /// <summary>Correlates the concerns one after the other; each is part of what the next one of its person is shown, if it matters to that one.</summary>
    /// <param name="concerns">Concerns about known persons, in their order.</param>
    /// <param name="seen">What is recorded of each person to one of whose concerns it matters, oldest first; grows with the concerns.</param>
    /// <param name="rules">The rules.</param>
    public static void Correlate(IEnumerable<PlannedEvent> concerns, Dictionary<string, List<HistoryEntry>> seen, RuleSet rules)
    {
        foreach (var concern in concerns)
        {
            if (!seen.TryGetValue(concern.SubjectKey!, out var entries))
            {
                continue;
            }

            if (Correlator.Weighs(concern.Assessment, rules))
            {
                concern.History = new History([.. entries]);
                concern.Assessment = Correlator.Correlate(concern.Assessment, concern.Event.ReceivedAt, concern.Event.Vendor, concern.History, rules, SubjectKeys.IsOfNoAccount(concern.SubjectName));
            }

            if (entries.Count == Most)
            {
                entries.RemoveAt(0);
            }

            entries.Add(new HistoryEntry(concern.Event.ReceivedAt, concern.Assessment.Theme, concern.Assessment.Severity, concern.Event.Vendor, concern.Assessment.VendorSays));
        }
    }
}
