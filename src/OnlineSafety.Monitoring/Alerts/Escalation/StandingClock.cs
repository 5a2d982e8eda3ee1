using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>
/// The clock of an alert that waits, as escalation keeps it. Whoever shows by when it must be answered reads it here, so that what people see and when
/// others are told are one and the same.
/// </summary>
/// <param name="AnswerBy">Null: escalation has not looked at it yet, which it does within seconds.</param>
/// <param name="Since">When it began.</param>
/// <param name="NoLater">What it had to be answered by before it became graver.</param>
internal readonly record struct StandingClock(DateTimeOffset? AnswerBy, DateTimeOffset Since, DateTimeOffset? NoLater)
{
    /// <summary>Of the alert <c>a</c>, as <see cref="Read"/> takes it. NULL: none runs.</summary>
    public const string Column =
        "(SELECT ARRAY[e.answer_by, e.since, e.no_later] FROM escalation e WHERE e.school_id = a.school_id AND e.alert_id = a.alert_id AND e.answered_at IS NULL)";

    public static StandingClock? Read(DateTimeOffset?[]? column) => column is [var by, { } since, var noLater] ? new(by, since, noLater) : null;

    /// <summary>What escalation has not worked out yet is worked out as it will be.</summary>
    public DateTimeOffset? By(Severity severity, PolicyInForce inForce) => AnswerBy ?? AlertClock.AcknowledgeBy(severity, Since, NoLater, inForce);
}
