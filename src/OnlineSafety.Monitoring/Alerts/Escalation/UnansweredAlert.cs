using OnlineSafety.Monitoring.Alerts.Policy;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>An alert that nobody has answered, and how far its escalation is.</summary>
/// <param name="Since">When its clock began: raised, grown, or opened again.</param>
/// <param name="NoLater">What it had to be answered by before it became graver; null: it has not.</param>
/// <param name="StepsDone">Steps of the plan that were taken, of all rounds together.</param>
/// <param name="Rounds">Rounds begun, each with a breach on the record; 0: its clock has not run out.</param>
internal sealed record UnansweredAlert(Guid Alert, AlertFacts Facts, DateTimeOffset Since, DateTimeOffset? NoLater, int StepsDone, int Rounds)
{
    public bool Drill { get; init; }
}
