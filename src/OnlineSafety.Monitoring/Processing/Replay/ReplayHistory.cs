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

        await using var select = session.Command(ReplaySql.History);
        select.Parameters.Add(ReplaySql.Of(school));
        select.Parameters.Add(ReplaySql.Of(seen.Keys.ToArray()));
        select.Parameters.Add(ReplaySql.Of(before.ToArray()));
        select.Parameters.Add(ReplaySql.Of(concerns.Min(c => c.Event.ReceivedAt) - RecordWriter.Remembered));
        select.Parameters.Add(ReplaySql.Of(stream));
        select.Parameters.Add(ReplaySql.Of(plan.First));
        select.Parameters.Add(ReplaySql.Of(Recollection.Most));
        await using (var rows = await select.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                seen[rows.GetString(0)].Add(new HistoryEntry(
                    rows.GetFieldValue<DateTimeOffset>(1), rows.GetString(2), (Severity)rows.GetInt16(3), rows.GetString(4), rows.GetBoolean(5)));
            }
        }

        Recollection.Correlate(concerns, seen, rules);
        await RecordWriter.CorrelateAlikeAsync(session, school, stream, plan.First, concerns, rules, cancellationToken);
    }
}
