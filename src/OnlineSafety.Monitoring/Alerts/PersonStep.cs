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

    // What a step tells and no step drops, nor a silence: whoever such a row is for will be told.
    private static readonly string[] _lasting = [NotifyCause.Escalated, NotifyCause.Assigned, NotifyCause.Reopened];

    // Whom an escalation tells, or a step back of those who were told nothing because somebody had it: worked out as it is asked whether it can be taken.
    private IReadOnlyList<Guid>? _further;

    private PersonStep(Session session, SchoolSeal seal, Alert alert, Desks desks) => (_session, _seal, _alert, _desks) = (session, seal, alert, desks);

    public static async Task<PersonStep> OpenAsync(Session session, SchoolSeal seal, Alert alert, SchoolPolicy policy, CancellationToken cancellationToken) => new(
        session,
        seal,
        alert,
        new Desks(await StaffMember.AllAsync(session, alert.SchoolId, cancellationToken), policy));

    /// <summary>Why it cannot be taken, in words for the person; null when it can. Asked before it is taken.</summary>
    public async Task<string?> RefusalAsync(AlertMove move, CancellationToken cancellationToken)
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

        if (move is AlertMove.PutBack)
        {
            _further = [.. StepRecipients.Again(_alert, _desks, _session.Actor.Staff).Except(await ToldAsync(cancellationToken))];
            return AlertMove.PutBack.IsOpenTo(_session.Actor, _alert.AcknowledgedBy, _alert.AcknowledgedAt, await _session.NowAsync(cancellationToken))
                ? null
                : $"Only {_alert.AcknowledgedBy} can put it back, within {AlertMove.PutBack.Within.TotalMinutes} minutes. Escalate it, or give it to somebody.";
        }

        if (move is AlertMove.Escalate)
        {
            _further = StepRecipients.Next(_alert, _desks, await ToldAsync(cancellationToken), _session.Actor.Staff);
            if (_further.Count == 0)
            {
                // Taken all the same it would stop the clock, and nobody would be asked any more.
                return "Nobody is at a further desk, so nothing was changed. Ring whoever your policy names, now.";
            }
        }

        if (move is AlertMove.Resolve { Resolution: var resolution } && await ClosingRefusalAsync(resolution, cancellationToken) is { } unclear)
        {
            return unclear;
        }

        // Said of whoever may not see it exactly as of whoever is not there.
        return move is AlertMove.Assign assign && !StepRecipients.MayBeGiven(_alert, assign.Staff, _desks)
            ? "Nobody with that id looks after alerts like this one."
            : null;
    }

    // What is critical is not closed by a letter in a box, and a duplicate leads to what it is the same as.
    private async Task<string?> ClosingRefusalAsync(Resolution resolution, CancellationToken cancellationToken)
    {
        if ((Severity)_alert.Severity == Severity.Critical && resolution is { Outcome: AlertOutcome.Test or AlertOutcome.Duplicate } && !resolution.IsSentence)
        {
            return $"This alert is critical: say in a sentence of at least {Resolution.FewestWords} words how you know that it is {(resolution.Outcome == AlertOutcome.Test ? "a test" : "the same as another")}.";
        }

        if (resolution.Outcome != AlertOutcome.Duplicate)
        {
            return null;
        }

        return resolution.SameAs is { } other && other != _alert.Number
            && await _session.Context.Alerts.AsNoTracking().AnyAsync(a => a.SchoolId == _alert.SchoolId && a.Number == other, cancellationToken)
            ? null
            : "Say which alert it is the same as: begin the note with the number of another alert that you may see.";
    }

    /// <summary>Names of those whom an escalation would tell now; empty: nobody is there.</summary>
    public async Task<IReadOnlyList<string>> NextDeskAsync(CancellationToken cancellationToken)
    {
        var next = StepRecipients.Next(_alert, _desks, await ToldAsync(cancellationToken), _session.Actor.Staff);
        return await _session.Context.Staff.Where(s => s.SchoolId == _alert.SchoolId && next.Contains(s.StaffId)).OrderBy(s => s.Name).Select(s => s.Name).ToListAsync(cancellationToken);
    }

    /// <summary>Takes it; returns how many members of staff it tells.</summary>
    public async Task<int> TakeAsync(AlertMove move, CancellationToken cancellationToken)
    {
        // The ledger's clock, read with the alert locked: what was written for sending before this step is older than it, whatever this process's clock says.
        var at = await _session.NowAsync(cancellationToken);
        var from = _alert.State;
        AlertLifecycle.TryMove(_alert, move, _session.Actor.Name, at);
        _alert.ActedAt = move is AlertMove.PutBack ? await ActedBeforeAsync(_alert.ActedAt, cancellationToken) : _alert.ActedAt;
        _alert.Note = _alert.Note is { } note ? _seal.Kept(note, SealedField.AlertNote) : null;
        _alert.Reference = _alert.Reference is { } reference ? _seal.Kept(reference, SealedField.AlertReference) : null;
        await _session.Context.SaveChangesAsync(cancellationToken);
        var rows = Plan(move);
        await using var batch = _session.Batch();
        batch.BatchCommands.Add(AlertStepSql.ByPersonCommand(_seal, _session.Actor, _alert, move, from, at));
        if (rows.Length > 0)
        {
            batch.BatchCommands.Add(AlertSql.TellStaffCommand(_alert.SchoolId, rows, at));
            batch.BatchCommands.Add(Channels.NotifyCommand(Channels.Notifications));
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
        return rows.Count(row => row.Staff is not null);
    }

    private PlannedNotification[] Plan(AlertMove move)
    {
        var actor = _session.Actor.Staff;
        var (cause, whom) = move switch
        {
            AlertMove.Assign assign => (NotifyCause.Assigned, assign.Staff == actor ? [] : [assign.Staff]),
            AlertMove.Escalate => (NotifyCause.Escalated, _further ?? throw new InvalidOperationException("Whether it can be taken is asked first.")),
            // Whoever was to be told and was not.
            AlertMove.PutBack => (NotifyCause.Reopened, _further ?? throw new InvalidOperationException("Whether it can be taken is asked first.")),
            AlertMove.Reopen => (NotifyCause.Reopened, StepRecipients.Again(_alert, _desks, actor)),
            _ => ("", (IReadOnlyList<Guid>)[]),
        };
        return [.. whom.Select(staff => new PlannedNotification(Guid.NewGuid(), cause, _alert.AlertId, staff))];
    }

    // When a person had acted on it before the step that is taken back; null: nobody had.
    private Task<DateTimeOffset?> ActedBeforeAsync(DateTimeOffset? last, CancellationToken cancellationToken)
    {
        string[] acting = [.. AlertSteps.All.Where(AlertSteps.IsActing).Select(AlertSteps.Word)];
        return _session.Context.AlertSteps.Where(s => s.SchoolId == _alert.SchoolId && s.AlertId == _alert.AlertId && acting.Contains(s.Step) && s.At < last)
            .MaxAsync(s => (DateTimeOffset?)s.At, cancellationToken);
    }

    // What was dropped has told nobody, and what waits is dropped by the very step that asks. Whom a message did not reach another one will not reach either.
    private Task<List<Guid>> ToldAsync(CancellationToken cancellationToken) => _session.Context.Notifications
        .Where(n => n.SchoolId == _alert.SchoolId && n.AlertId == _alert.AlertId && n.StaffId != null && !n.Withdrawn
            && (n.State == NotificationState.Sent || n.State == NotificationState.Failed
                || ((n.State == NotificationState.Due || n.State == NotificationState.Sending) && _lasting.Contains(n.Cause))))
        .Select(n => n.StaffId!.Value).Distinct().ToListAsync(cancellationToken);
}
