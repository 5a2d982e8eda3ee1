using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>Correlates what is read again as it would have been when it came: each concern is shown what was before it, and nothing that came later.</summary>
internal static class ReplayHistory
{
    public static async Task CorrelateAsync(Session session, Guid school, Guid stream, RecordPlan plan, RuleSet rules, CancellationToken cancellationToken)
    {
        var concerns = plan.Events.FindAll(e => e.SubjectKey is not null && e.Assessment.Severity > Severity.None);
        if (concerns.Count == 0)
        {
            return;
        }

        // The first concern of each person is asked for; what stands between it and a later one in the plan is in the plan.
        var seen = new Dictionary<string, List<HistoryEntry>>(StringComparer.Ordinal);
        var before = new List<DateTimeOffset>();
        foreach (var concern in concerns)
        {
            if (seen.TryAdd(concern.SubjectKey!, []))
            {
                before.Add(concern.Event.ReceivedAt);
            }
        }

        var entries = await session.RowsAsync(
            ReplaySql.History,
            [school, seen.Keys.ToArray(), before.ToArray(), concerns.Min(c => c.Event.ReceivedAt) - RecordWriter.Remembered, stream, plan.First, Recollection.Most],
            row => (Subject: row.GetString(0), Entry: new HistoryEntry(row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), (Severity)row.GetInt16(3), row.GetString(4), row.GetBoolean(5))),
            cancellationToken);
        entries.ForEach(found => seen[found.Subject].Add(found.Entry));

        Recollection.Correlate(concerns, seen, rules);
        await RecordWriter.CorrelateAlikeAsync(session, school, stream, plan.First, concerns, rules, cancellationToken);
    }
}
