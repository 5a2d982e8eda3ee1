using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>Reads what was done about an alert and who was told of it, as far as the session's actor may see it.</summary>
internal static class AlertHistory
{
    public static async Task<IReadOnlyList<StepView>> StepsAsync(Session session, SchoolSeal seal, Alert alert, CancellationToken cancellationToken)
    {
        var taken = await session.Context.AlertSteps.AsNoTracking()
            .Where(s => s.SchoolId == alert.SchoolId && s.AlertId == alert.AlertId).OrderBy(s => s.StepNo).ToListAsync(cancellationToken);
        var assigned = taken.Where(s => s.Step == AlertSteps.Word(AlertStep.Assign)).Select(s => Guid.Parse(s.Detail)).ToList();
        var names = await NamesAsync(session, alert.SchoolId, assigned, cancellationToken);
        return [Raised(alert), .. taken.Select(step => View(seal, step, names))];
    }

    public static async Task<IReadOnlyList<ToldView>> ToldAsync(Session session, Guid school, Guid alert, CancellationToken cancellationToken)
    {
        // Named columns only: this role has no right to the others.
        var rows = await session.Context.Notifications.AsNoTracking()
            .Where(n => n.SchoolId == school && n.AlertId == alert)
            .OrderBy(n => n.CreatedAt).ThenBy(n => n.NotificationId)
            .Select(n => new { n.CreatedAt, n.Cause, n.StaffId, n.Channel, n.State, n.SentAt, n.Attempts, n.Error, n.Withdrawn })
            .ToListAsync(cancellationToken);
        var names = await NamesAsync(session, school, [.. rows.Select(row => row.StaffId).OfType<Guid>()], cancellationToken);
        return [.. rows.Select(row => new ToldView
        {
            Since = row.CreatedAt,
            Cause = row.Cause,
            Staff = row.StaffId,
            Name = row.StaffId is { } staff ? names.GetValueOrDefault(staff) : null,
            Channel = row.Channel,
            State = row.State,
            SentAt = row.SentAt,
            Attempts = row.Attempts,
            Why = row.State == NotificationState.Sent && row.Error != SentCode.Folder ? "" : row.Error,
            Withdrawn = row.Withdrawn,
        })];
    }

    private static async Task<Dictionary<Guid, string>> NamesAsync(Session session, Guid school, IReadOnlyCollection<Guid> staff, CancellationToken cancellationToken) =>
        staff.Count == 0
            ? []
            : await session.Context.Staff.Where(s => s.SchoolId == school && staff.Contains(s.StaffId)).ToDictionaryAsync(s => s.StaffId, s => s.Name, cancellationToken);

    // No row of its own: an alert is raised once, and says when.
    private static StepView Raised(Alert alert) => new()
    {
        At = alert.RaisedAt, Step = "raised", From = AlertState.New, To = AlertState.New, ByKind = "service", By = "process",
    };

    private static StepView View(SchoolSeal seal, TakenStep step, Dictionary<Guid, string> names) => new()
    {
        At = step.At,
        Step = step.Step,
        From = step.FromState,
        To = step.ToState,
        ByKind = step.ActorKind,
        By = step.ActorName,
        Detail = step.Step == AlertSteps.Word(AlertStep.Assign) ? names.GetValueOrDefault(Guid.Parse(step.Detail), step.Detail) : seal.OpenWords(step.Detail, SealedField.StepDetail),
        Note = seal.OpenText(step.Note, SealedField.StepNote),
    };
}
