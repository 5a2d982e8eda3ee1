using OnlineSafety.Monitoring.Alerts.Policy;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>An alert that nobody has answered, and how far its escalation is.</summary>
/// <param name="Since">When its clock began: raised, grown, opened again, or put before the next desk.</param>
/// <param name="NoLater">What it had to be answered by before it became graver; null: it has not.</param>
/// <param name="StepsDone">Steps of the plan that were taken, of all rounds together.</param>
/// <param name="Rounds">Rounds begun, each with a breach on the record; 0: its clock has not run out.</param>
internal sealed record UnansweredAlert(Guid Alert, AlertFacts Facts, DateTimeOffset Since, DateTimeOffset? NoLater, int StepsDone, int Rounds)
{
    public bool Drill { get; init; }

    /// <summary>By when it must be answered, as people were shown; null: it was not looked at since its clock began.</summary>
    public DateTimeOffset? AnswerBy { get; init; }

    /// <summary>Steps of the plan by which <see cref="StepsDone"/> was counted; null: not known.</summary>
    public int? PlanSteps { get; init; }

    /// <summary>Whom a colleague asked to take it on by escalating it, and nobody of them has; null: it was not escalated.</summary>
    public IReadOnlyList<Guid>? Asked { get; init; }

    /// <summary>When it was to be looked at; another time by now: what it was judged by has changed meanwhile.</summary>
    public DateTimeOffset NextAt { get; init; }

    /// <summary>It was to be told, and has reached nobody who could act on it: there was nobody, or whoever there was is no longer there.</summary>
    public bool Untold { get; init; }

    /// <summary>Whom messages about it do not reach, or to whom it was not shown of late: no use to tell them once more, over and over.</summary>
    public IReadOnlyList<Guid> Unreachable { get; init; } = [];
}
