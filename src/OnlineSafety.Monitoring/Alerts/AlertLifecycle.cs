using System.Text;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>
/// The state machine: which step leads from which state to which. Pure, and the only one; the database refuses what it refuses. Only a person closes an alert,
/// hands it over or escalates it; nothing moves it with time. The service makes an open alert new again when there is more to it than was acted on.
/// </summary>
internal static class AlertLifecycle
{
    /// <summary>The state after the step; null when the state does not allow it.</summary>
    public static string? After(string state, AlertStep step) => (step, state) switch
    {
        (AlertStep.Acknowledge, AlertState.New) => AlertState.Acknowledged,
        (AlertStep.PutBack, AlertState.Acknowledged) => AlertState.New,
        (AlertStep.Review, AlertState.New or AlertState.Acknowledged or AlertState.Escalated or AlertState.HandedOver) => AlertState.InReview,
        // Not twice: of two who press at once the second would put it before the desk after the next.
        (AlertStep.Escalate, AlertState.New or AlertState.Acknowledged or AlertState.InReview or AlertState.HandedOver) => AlertState.Escalated,
        (AlertStep.HandOver, AlertState.New or AlertState.Acknowledged or AlertState.InReview or AlertState.Escalated) => AlertState.HandedOver,
        (AlertStep.Reopen, AlertState.Resolved) => AlertState.New,
        (AlertStep.Breached, AlertState.New or AlertState.Escalated) => state,
        // What comes to light later belongs to the record as well.
        (AlertStep.Note, _) => state,
        (AlertStep.Assign, not AlertState.Resolved) => state,
        (AlertStep.Resolve, not AlertState.Resolved) => AlertState.Resolved,
        (AlertStep.Grown, not AlertState.Resolved) => AlertState.New,
        _ => null,
    };

    /// <summary>False, and nothing changed, when the alert's state does not allow it.</summary>
    /// <param name="by">Who takes the step.</param>
    public static bool TryMove(Alert alert, AlertMove move, string by, DateTimeOffset at)
    {
        if (After(alert.State, move.Step) is not { } state)
        {
            return false;
        }

        switch (move)
        {
            case AlertMove.Assign assign:
                alert.AssignedTo = assign.Staff;
                break;
            case AlertMove.HandOver:
                alert.Reference = Encoding.UTF8.GetBytes(move.Detail);
                break;
            case AlertMove.Resolve:
                (alert.ResolvedAt, alert.ResolvedBy, alert.Outcome, alert.Note) = (at, by, move.Detail, Encoding.UTF8.GetBytes(move.Said));
                break;
            case AlertMove.Reopen:
                (alert.ResolvedAt, alert.ResolvedBy, alert.Outcome, alert.Note) = (null, null, null, null);
                alert.RenewedAt = at;
                break;
        }

        if (AlertSteps.IsActing(move.Step))
        {
            alert.ActedAt = at;
        }

        Enter(alert, state);
        // Whoever reviews, escalates or hands over has it; whoever resolves at once never said so.
        if (state is not (AlertState.New or AlertState.Resolved) && alert.AcknowledgedAt is null)
        {
            (alert.AcknowledgedAt, alert.AcknowledgedBy) = (at, by);
        }

        return true;
    }

    /// <summary>
    /// There is more to it than was acted on: an open alert is new again, however far it had come, and asks for a new answer. Whom it was given to and its
    /// case stay. Who did what stays in its history.
    /// </summary>
    public static void Renew(Alert alert)
    {
        if (After(alert.State, AlertStep.Grown) is { } state)
        {
            Enter(alert, state);
        }
    }

    private static void Enter(Alert alert, string state)
    {
        alert.State = state;
        if (state == AlertState.New)
        {
            (alert.AcknowledgedAt, alert.AcknowledgedBy) = (null, null);
        }
    }
}
