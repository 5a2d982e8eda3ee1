using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>Shows on alerts that wait until when they wait, and whether that is over. The reader's own rights decide of which.</summary>
internal static class EscalationMarks
{
    private const string Sql =
        "SELECT alert_id, ARRAY[answer_by, since, no_later], rounds FROM escalation WHERE school_id = $1 AND alert_id = ANY ($2) AND answered_at IS NULL";

    public static async Task<IReadOnlyList<T>> OnAsync<T>(Session session, Guid school, IReadOnlyList<T> views, PolicyInForce inForce, CancellationToken cancellationToken)
        where T : AlertView
    {
        var marks = (await session.RowsAsync(
                Sql, [school, views.Select(view => view.Alert).ToArray()],
                row => KeyValuePair.Create(row.GetGuid(0), (Clock: StandingClock.Read(row.GetFieldValue<DateTimeOffset?[]>(1)), Rounds: row.GetInt32(2))), cancellationToken))
            .ToDictionary();
        return [.. views.Select(view => marks.TryGetValue(view.Alert, out var mark) ? Marked(view, mark.Clock, mark.Rounds, inForce) : view)];
    }

    /// <summary>The clocks that run of these alerts.</summary>
    public static Task<List<(Guid Alert, StandingClock? Clock)>> ClocksAsync(Session session, Guid school, Guid[] alerts, CancellationToken cancellationToken) =>
        session.RowsAsync(Sql, [school, alerts], row => (row.GetGuid(0), StandingClock.Read(row.GetFieldValue<DateTimeOffset?[]>(1))), cancellationToken);

    // Of a record that others derive from, "with" keeps the derived type.
    private static T Marked<T>(T view, StandingClock? clock, int rounds, PolicyInForce inForce)
        where T : AlertView =>
        (T)(view with
        {
            AcknowledgeBy = Words.TryRead<Severity>(view.Severity, out var severity) ? clock?.By(severity, inForce) : null,
            Breaches = rounds,
        });
}
