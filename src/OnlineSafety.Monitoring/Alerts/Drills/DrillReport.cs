using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts.Drills;

/// <summary>What became of a drill: public JSON of <c>onlinesafety drill</c>.</summary>
/// <param name="Told">Who was told, when, by which channel, and what became of it.</param>
/// <param name="Answered">The first step by which a person took it on; null: nobody has.</param>
/// <param name="Breaches">How often its escalation went round.</param>
public sealed record DrillReport(
    Guid Alert, int Number, string Severity, DateTimeOffset RaisedAt, IReadOnlyList<ToldView> Told, StepView? Answered, int Breaches)
{
    /// <summary>From the raising to the first answer.</summary>
    public TimeSpan? AnsweredAfter => Answered is { } step ? step.At - RaisedAt : null;
}

/// <summary>Watches a drill and reports on it, as whoever asks may see it.</summary>
internal sealed class DrillWatch(Database console, AlertQueue queue, TimeProvider time)
{
    private static readonly TimeSpan _every = TimeSpan.FromSeconds(1);

    private const string StateSql = """
        SELECT a.acted_at IS NOT NULL, NOT EXISTS (SELECT 1 FROM notification n WHERE n.school_id = a.school_id AND n.alert_id = a.alert_id AND n.state IN ('due', 'sending'))
        FROM alert a WHERE a.school_id = $1 AND a.alert_id = $2
        """;

    /// <summary>Returns when somebody acted on it and every message has its end, or when the time is over.</summary>
    public async Task WaitAsync(Guid school, Actor actor, Guid drill, TimeSpan longest, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (time.GetElapsedTime(started) < longest)
        {
            await using (var session = await console.OpenAsync(school, actor, cancellationToken))
            {
                var states = await session.RowsAsync(StateSql, [school, drill], row => row.GetBoolean(0) && row.GetBoolean(1), cancellationToken);
                if (states is [] or [true])
                {
                    return;
                }
            }

            await Task.Delay(_every, time, cancellationToken);
        }
    }

    public async Task<DrillReport> ReportAsync(Guid school, Actor actor, RaisedDrill drill, string severity, CancellationToken cancellationToken)
    {
        var reference = new AlertReference(drill.Alert, 0);
        var told = await queue.ToldAsync(school, actor, reference, cancellationToken);
        var steps = await queue.HistoryAsync(school, actor, reference, cancellationToken);
        return new DrillReport(
            drill.Alert, drill.Number, severity, drill.RaisedAt, told, steps.FirstOrDefault(IsAnswer), steps.Count(step => step.Step == AlertSteps.Word(AlertStep.Breached)));
    }

    private static bool IsAnswer(StepView step) => AlertSteps.All.Any(known => AlertSteps.IsActing(known) && AlertSteps.Word(known) == step.Step);
}
