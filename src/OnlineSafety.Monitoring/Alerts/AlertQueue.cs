using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What became of a step on an alert.</summary>
/// <param name="Alert">The alert as it now is; null when there is none that this actor may see.</param>
/// <param name="Refusal">Why nothing changed, in words for the person; null when the step was taken.</param>
/// <param name="Told">How many members of staff the step has told.</param>
internal readonly record struct StepResult(AlertView? Alert, string? Refusal, int Told)
{
    public bool Done => Alert is not null && Refusal is null;
}

/// <summary>
/// The queue as one named actor sees it: the row-level policies leave out what is routed to others or is about the actor. Every look and every
/// step writes its access record in the same transaction, so there is none without the other.
/// </summary>
internal sealed class AlertQueue(Database console, ThemeGuide guide, PolicyDirectory policies, SchoolSeals seals)
{
    public const int MostAlerts = 1000;
    public const int MostEvents = 200;

    internal const string JudgedSql = "SELECT outcome, theme, vendors, rules FROM alert WHERE school_id = $1 AND state = 'resolved' AND NOT drill AND resolved_at >= $2 AND resolved_at < $3";

    private const string ActsOnSql = "SELECT acts_on($1, $2)";

    private readonly AlertFace _face = new(guide);

    /// <param name="states">States wanted; empty: all.</param>
    /// <param name="limit">At most so many; open ones first, the gravest first; of what is over the newest.</param>
    public async Task<IReadOnlyList<AlertView>> ListAsync(
        Guid school, Actor actor, IReadOnlyCollection<string> states, int limit, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var wanted = states.Count > 0 ? states : AlertState.All;
        var all = session.Context.Alerts.AsNoTracking().Where(a => a.SchoolId == school);
        var alerts = await all.Where(a => a.State != AlertState.Resolved && wanted.Contains(a.State))
            .OrderByDescending(a => a.Severity).ThenByDescending(a => a.RaisedAt)
            .Take(limit).ToListAsync(cancellationToken);
        // Asked apart: sorted together, the few that are open would be looked for among years of closed ones.
        if (alerts.Count < limit && wanted.Contains(AlertState.Resolved, StringComparer.Ordinal))
        {
            alerts.AddRange(await all.Where(a => a.State == AlertState.Resolved).OrderByDescending(a => a.Number).Take(limit - alerts.Count).ToListAsync(cancellationToken));
        }

        session.RecordAccess(school, AuditTrail.ListAction, AuditTrail.ListObject(wanted, alerts.Select(a => a.Number)));
        var inForce = await policies.OfAsync(session, school, cancellationToken);
        var views = await EscalationMarks.OnAsync(session, school, [.. alerts.Select(alert => _face.View(seal, alert))], inForce, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return views;
    }

    /// <summary>Null when there is none that this actor may see.</summary>
    public async Task<AlertDetailView?> ShowAsync(Guid school, Actor actor, AlertReference reference, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        if (await DetailAsync(session, seal, reference, cancellationToken) is not var (_, view))
        {
            return null;
        }

        session.RecordAccess(school, AuditTrail.OpenAction, view.Alert.ToString());
        await session.CommitAsync(cancellationToken);
        return view;
    }

    /// <summary>The same within a transaction of the caller's, who records the look.</summary>
    public async Task<(Alert Row, AlertDetailView View)?> DetailAsync(Session session, SchoolSeal seal, AlertReference reference, CancellationToken cancellationToken)
    {
        var school = seal.School;
        var alert = await Find(session, school, reference).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (alert is null)
        {
            return null;
        }

        var events = await EventsAsync(session, seal, alert, cancellationToken);
        var assignee = alert.AssignedTo is { } staff
            ? await session.Context.Staff.Where(s => s.SchoolId == school && s.StaffId == staff).Select(s => s.Name).SingleOrDefaultAsync(cancellationToken)
            : null;
        var inForce = await policies.OfAsync(session, school, cancellationToken);
        var detail = _face.Detail(seal, alert, assignee, events);
        // A colleague's words, as those of a step are (console_words): for whoever acts on the alert.
        if (detail.Reference is not null && await session.RowsAsync(ActsOnSql, [school, alert.AlertId], row => row.GetBoolean(0), cancellationToken) is not [true])
        {
            detail = detail with { Reference = null };
        }

        var view = await EscalationMarks.OnAsync(session, school, [detail], inForce, cancellationToken);
        return (alert, view[0]);
    }

    /// <summary>Names of those whom an escalation of it would tell now, within a transaction of the caller's.</summary>
    public async Task<IReadOnlyList<string>> NextDeskAsync(Session session, SchoolSeal seal, Alert alert, CancellationToken cancellationToken)
    {
        var inForce = await policies.OfAsync(session, seal.School, cancellationToken);
        return await (await PersonStep.OpenAsync(session, seal, alert, inForce.Policy, cancellationToken)).NextDeskAsync(cancellationToken);
    }

    /// <summary>Takes a step as the actor: the change, its row in the history, whom it tells and the access record in one transaction.</summary>
    public async Task<StepResult> StepAsync(Guid school, Actor actor, AlertReference reference, AlertMove move, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var id = await Find(session, school, reference).AsNoTracking().Select(a => a.AlertId).SingleOrDefaultAsync(cancellationToken);
        // The lock makes two people who press at once come one after the other: the second is told what the first did.
        var alert = await session.Context.Alerts
            .FromSql($"SELECT * FROM alert WHERE school_id = {school} AND alert_id = {id} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);
        if (alert is null && move.Step == AlertStep.Note)
        {
            // A note changes nothing of the alert, and is all that a year lead may add, who has no right to such a lock.
            alert = await Find(session, school, reference).SingleOrDefaultAsync(cancellationToken);
        }

        if (alert is null)
        {
            return default;
        }

        var inForce = await policies.OfAsync(session, school, cancellationToken);
        var step = await PersonStep.OpenAsync(session, seal, alert, inForce.Policy, cancellationToken);
        var refusal = await step.RefusalAsync(move, cancellationToken);
        var told = refusal is null ? await step.TakeAsync(move, cancellationToken) : 0;
        session.RecordAccess(
            school, "alert." + AlertSteps.Word(move.Step) + (refusal is null ? "" : ".refused"), alert.AlertId.ToString());
        var view = await EscalationMarks.OnAsync(session, school, [_face.View(seal, alert)], inForce, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return new StepResult(view[0], refusal, told);
    }

    /// <summary>The alert's steps, oldest first, beginning with its raising; empty when there is none that this actor may see.</summary>
    public async Task<IReadOnlyList<StepView>> HistoryAsync(Guid school, Actor actor, AlertReference reference, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var alert = await Find(session, school, reference).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (alert is null)
        {
            return [];
        }

        var steps = await AlertHistory.StepsAsync(session, seal, alert, cancellationToken);
        session.RecordAccess(school, "alert.history", alert.AlertId.ToString());
        await session.CommitAsync(cancellationToken);
        return steps;
    }

    /// <summary>Who was told of the alert, when, by which channel, and what became of it, oldest first; empty also when there is none that this actor may see.</summary>
    public async Task<IReadOnlyList<ToldView>> ToldAsync(Guid school, Actor actor, AlertReference reference, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var found = await Find(session, school, reference).AsNoTracking().Select(a => a.AlertId).SingleOrDefaultAsync(cancellationToken);
        if (found == Guid.Empty)
        {
            return [];
        }

        var told = await AlertHistory.ToldAsync(session, school, found, cancellationToken);
        session.RecordAccess(school, "alert.told", found.ToString());
        await session.CommitAsync(cancellationToken);
        return told;
    }

    /// <summary>What people made of the alerts that this actor may see and that were resolved in the span.</summary>
    public async Task<PrecisionView> PrecisionAsync(Guid school, Actor actor, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var judged = await session.RowsAsync(
            JudgedSql, [school, from, to],
            row => new JudgedAlert(
                row.GetString(0),
                row.GetString(1),
                row.GetFieldValue<string[]>(2),
                row.GetFieldValue<string[]>(3)),
            cancellationToken);
        session.RecordAccess(school, "alert.precision", "");
        await session.CommitAsync(cancellationToken);
        return AlertPrecision.Of(judged);
    }

    private static IQueryable<Alert> Find(Session session, Guid school, AlertReference reference) => reference.Id is { } id
        ? session.Context.Alerts.Where(a => a.SchoolId == school && a.AlertId == id)
        : session.Context.Alerts.Where(a => a.SchoolId == school && a.Number == reference.Number);

    private async Task<IReadOnlyList<EventView>> EventsAsync(Session session, SchoolSeal seal, Alert alert, CancellationToken cancellationToken) => await session.RowsAsync(
        """
        SELECT stream_id, seq, part, received_at, occurred_at, kind, action, risk, theme, severity, vendor, review, detail
        FROM event WHERE school_id = $1 AND alert_id = $2 ORDER BY severity DESC, occurred_at DESC, received_at DESC, stream_id, seq DESC, part DESC LIMIT $3
        """,
        [alert.SchoolId, alert.AlertId, MostEvents],
        row => _face.EventOf(seal, row),
        cancellationToken);
}
