using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>What another policy or calendar would do to the clocks that run.</summary>
/// <param name="Running">Alerts of the reader's that wait.</param>
/// <param name="Sooner">Of those, how many would have to be answered sooner.</param>
/// <param name="Kept">Of those, how many would be given longer if a clock that runs could be: they keep the deadline that was shown.</param>
/// <param name="First">The first new deadline of those that come nearer.</param>
internal sealed record ClockChange(int Running, int Sooner, int Kept, DateTimeOffset? First);

/// <summary>Tells before a change what it would do to alerts that wait, as far as the reader may see them. Escalation goes by the same rule.</summary>
internal sealed class ClockForecast(Database console, PolicyDirectory policies)
{
    private const string Sql = """
        SELECT a.severity, ARRAY[e.answer_by, e.since, e.no_later] FROM escalation e JOIN alert a ON a.school_id = e.school_id AND a.alert_id = e.alert_id
        WHERE e.school_id = $1 AND e.answered_at IS NULL AND e.rounds = 0
        """;

    /// <param name="policy">Null: it stays.</param>
    /// <param name="calendar">Null: it stays.</param>
    public async Task<ClockChange> OfAsync(Guid school, Actor actor, SchoolPolicy? policy, CalendarFile? calendar, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var held = await policies.OfAsync(session, school, cancellationToken);
        var clocks = await session.RowsAsync(
            Sql, [school], row => (Severity: (Severity)row.GetInt16(0), Clock: StandingClock.Read(row.GetFieldValue<DateTimeOffset?[]>(1))!.Value), cancellationToken);
        return Of(clocks, held, policies.Instead(held, policy, calendar));
    }

    /// <summary>Pure.</summary>
    internal static ClockChange Of(IReadOnlyList<(Severity Severity, StandingClock Clock)> clocks, PolicyInForce held, PolicyInForce wanted)
    {
        var (sooner, kept, first) = (0, 0, (DateTimeOffset?)null);
        foreach (var (severity, clock) in clocks)
        {
            var (now, then) = (clock.By(severity, held), AlertClock.AcknowledgeBy(severity, clock.Since, clock.NoLater, wanted));
            if (then < now)
            {
                sooner++;
                first = AlertClock.Earlier(first, then);
            }
            else if (then is null ? now is not null : then > now)
            {
                kept++;
            }
        }

        return new ClockChange(clocks.Count, sooner, kept, first);
    }
}
