using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts.Escalation;

/// <summary>A message that its recipient did not get.</summary>
/// <param name="Dropped">Its recipient has left the desk; otherwise it could not be delivered.</param>
internal readonly record struct LostMessage(Guid? Alert, Guid? Staff, string Cause, DateTimeOffset CreatedAt, bool Dropped = false);

/// <summary>An alert of which somebody was not reached, and who else knows of it.</summary>
/// <param name="ActedAt">When a person last acted on it; null: nobody has.</param>
/// <param name="Told">To whom messages about it went or were to go.</param>
/// <param name="Spent">Of them those whom it is no use to tell once more: they cannot be reached, or stand in for somebody already.</param>
internal sealed record UnreachedAlert(Guid Alert, AlertFacts Facts, string State, DateTimeOffset? ActedAt, IReadOnlySet<Guid> Told, IReadOnlySet<Guid> Spent)
{
    /// <summary>
    /// Is somebody waited for still? While nobody has answered it, by each of its messages. Once somebody has, by what that person told another since: whoever
    /// escalated it or gave it away believes that the other one has it. Both times are the database's. Pure.
    /// </summary>
    public bool Waits(LostMessage message) => State switch
    {
        // Whoever has left is nobody to stand in for; where nobody else knows of it either, the first desk of now is told.
        AlertState.New => !message.Dropped,
        AlertState.Resolved => false,
        _ => message.Cause is NotifyCause.Escalated or NotifyCause.Assigned or NotifyCause.Unreached && !(ActedAt > message.CreatedAt),
    };

    /// <summary>Whom to tell in place of those who were not reached. Empty: nobody is left who does not know of it.</summary>
    public IReadOnlyList<Guid> Instead(PolicyInForce inForce, IReadOnlyList<StaffMember> staff)
    {
        var others = EscalationRound.Instead(Facts, Told, inForce, staff);
        // Everybody knows of it, and those who have it put aside believe that another one has it: they are told that this is not so.
        return others.Count > 0 || State == AlertState.New
            ? others
            : [.. Recipients.For(Facts, staff, inForce.Policy).Where(member => !Spent.Contains(member))];
    }
}
