using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>Shows on alerts that wait until when they wait, and whether that is over. The reader's own rights decide of which.</summary>
internal static class EscalationMarks
{
    private const string Sql = "SELECT alert_id, answer_by, rounds FROM escalation WHERE school_id = $1 AND alert_id = ANY ($2) AND answered_at IS NULL";

    public static async Task<IReadOnlyList<T>> OnAsync<T>(Session session, Guid school, IReadOnlyList<T> views, CancellationToken cancellationToken)
        where T : AlertView
    {
        var marks = (await session.RowsAsync(
                Sql, [school, views.Select(view => view.Alert).ToArray()],
                row => KeyValuePair.Create(row.GetGuid(0), (AnswerBy: row.IsDBNull(1) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(1), Rounds: row.GetInt32(2))), cancellationToken))
            .ToDictionary();
        // Of a record that others derive from, "with" keeps the derived type.
        return [.. views.Select(view => marks.TryGetValue(view.Alert, out var mark) ? (T)(view with { AcknowledgeBy = mark.AnswerBy ?? view.AcknowledgeBy, Breaches = mark.Rounds }) : view)];
    }
}
