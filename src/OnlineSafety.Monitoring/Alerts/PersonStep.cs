using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>A person's step on an alert that this transaction has locked.</summary>
internal sealed class PersonStep
{
    private readonly Session _session;
    private readonly Alert _alert;
    private readonly Desks _desks;

    private readonly SchoolSeal _seal;

    private PersonStep(Session session, SchoolSeal seal, Alert alert, Desks desks) => (_session, _seal, _alert, _desks) = (session, seal, alert, desks);

    public static async Task<PersonStep> OpenAsync(Session session, SchoolSeal seal, Alert alert, SchoolPolicy policy, CancellationToken cancellationToken) => new(
        session,
        seal,
        alert,
        new Desks(
            await session.Context.Staff.Where(s => s.SchoolId == alert.SchoolId)
                .Select(s => new StaffMember(s.StaffId, s.Roles, s.Enabled)).ToListAsync(cancellationToken),
            policy));

    /// <summary>Why it cannot be taken, in words for the person; null when it can.</summary>
    public string? Refusal(AlertMove move)
    {
        if (move.Wrong is { } wrong)
        {
            return wrong;
        }

        if (AlertLifecycle.After(_alert.State, move.Step) is null)
        {
            // Of two who press at once the second is told that it is done, and by whom.
            return AlertLifecycle.After(AlertState.New, move.Step) == _alert.State
                ? $"The alert is {AlertState.Shown(_alert.State)} already{(_alert is { State: AlertState.Acknowledged, AcknowledgedBy: { } by } ? $", by {by}" : "")}."
                : $"The alert is {AlertState.Shown(_alert.State)} and cannot be {AlertSteps.Done(move.Step)}.";
        }

        // Said of whoever may not see it exactly as of whoever is not there.
        return move is AlertMove.Assign assign && !StepRecipients.MayBeGiven(_alert, assign.Staff, _desks)
            ? "Nobody with that id looks after alerts like this one."
            : null;
    }

    /// <summary>Takes it; returns how many members of staff it tells.</summary>
    public async Task<int> TakeAsync(AlertMove move, CancellationToken cancellationToken)
    {
        // The ledger's clock, read with the alert locked: what was written for sending before this step is older than it, whatever this process's clock says.
        var at = (await _session.RowsAsync("SELECT clock_timestamp()", [], row => row.GetFieldValue<DateTimeOffset>(0), cancellationToken))[0];
        var from = _alert.State;
        AlertLifecycle.TryMove(_alert, move, _session.Actor.Name, at);
        _alert.Note = _alert.Note is { } note ? _seal.Kept(note, SealedField.AlertNote) : null;
        _alert.Reference = _alert.Reference is { } reference ? _seal.Kept(reference, SealedField.AlertReference) : null;
        await _session.Context.SaveChangesAsync(cancellationToken);
        var rows = await PlanAsync(move, cancellationToken);
        await using var batch = _session.Batch();
        batch.BatchCommands.Add(AlertStepSql.ByPersonCommand(_seal, _session.Actor, _alert, move, from, at));
        if (rows.Length > 0)
        {
            batch.BatchCommands.Add(AlertSql.TellStaffCommand(_alert.SchoolId, rows, at));
            batch.BatchCommands.Add(new("SELECT pg_notify($1, '')") { Parameters = { new() { Value = Channels.Notifications } } });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        return rows.Count(row => row.Staff is not null);
    }

    private async Task<PlannedNotification[]> PlanAsync(AlertMove move, CancellationToken cancellationToken)
    {
        var actor = _session.Actor.Staff;
        var (cause, whom) = move switch
        {
            AlertMove.Assign assign => (NotifyCause.Assigned, assign.Staff == actor ? [] : [assign.Staff]),
            AlertMove.Escalate => (NotifyCause.Escalated, StepRecipients.Next(_alert, _desks, await ToldAsync(cancellationToken), actor)),
            AlertMove.Reopen => (NotifyCause.Reopened, StepRecipients.Again(_alert, _desks, actor)),
            _ => ("", (IReadOnlyList<Guid>)[]),
        };
        // Nobody to escalate to is itself a fact that the digest must show.
        return whom.Count == 0 && move is AlertMove.Escalate
            ? [new PlannedNotification(Guid.NewGuid(), cause, _alert.AlertId, Staff: null)]
            : [.. whom.Select(staff => new PlannedNotification(Guid.NewGuid(), cause, _alert.AlertId, staff))];
    }

    private Task<List<Guid>> ToldAsync(CancellationToken cancellationToken) => _session.Context.Notifications
        .Where(n => n.SchoolId == _alert.SchoolId && n.AlertId == _alert.AlertId && n.StaffId != null && !n.Withdrawn)
        .Select(n => n.StaffId!.Value).Distinct().ToListAsync(cancellationToken);
}
