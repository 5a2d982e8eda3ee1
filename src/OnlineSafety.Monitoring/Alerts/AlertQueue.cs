using Microsoft.EntityFrameworkCore;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What became of a step on an alert.</summary>
/// <param name="Alert">The alert as it now is; null when there is none that this actor may see.</param>
/// <param name="Done">False when its state did not allow the step: nothing changed.</param>
internal readonly record struct StepResult(AlertView? Alert, bool Done);

/// <summary>
/// The queue as one named actor sees it: the row-level policies leave out what is routed to others or is about the actor. Every look and every
/// step writes its access record in the same transaction, so there is none without the other.
/// </summary>
internal sealed class AlertQueue(Database console, ThemeGuide guide, TimeProvider time)
{
    public const int MostAlerts = 1000;
    public const int MostEvents = 200;

    /// <param name="states">States wanted; empty: all.</param>
    /// <param name="limit">At most so many; open ones first, the gravest first.</param>
    public async Task<IReadOnlyList<AlertView>> ListAsync(
        Guid school, Actor actor, IReadOnlyCollection<string> states, int limit, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var wanted = states.Count > 0 ? states : AlertState.All;
        var alerts = await session.Context.Alerts.AsNoTracking()
            .Where(a => a.SchoolId == school && wanted.Contains(a.State))
            .OrderBy(a => a.State == AlertState.Resolved).ThenByDescending(a => a.Severity).ThenByDescending(a => a.RaisedAt)
            .Take(limit).ToListAsync(cancellationToken);
        await session.RecordAccessAsync(school, AuditTrail.ListAction, AuditTrail.ListObject(wanted, alerts.Select(a => a.Number)), cancellationToken);
        await session.CommitAsync(cancellationToken);
        return [.. alerts.Select(View)];
    }

    /// <summary>Null when there is none that this actor may see.</summary>
    public async Task<AlertDetailView?> ShowAsync(Guid school, Actor actor, AlertReference reference, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        var alert = await Find(session, school, reference).AsNoTracking().SingleOrDefaultAsync(cancellationToken);
        if (alert is null)
        {
            return null;
        }

        var events = await EventsAsync(session, alert, cancellationToken);
        await session.RecordAccessAsync(school, AuditTrail.OpenAction, alert.AlertId.ToString(), cancellationToken);
        await session.CommitAsync(cancellationToken);
        return Detail(alert, events);
    }

    public Task<StepResult> AcknowledgeAsync(Guid school, Actor actor, AlertReference reference, CancellationToken cancellationToken) =>
        StepAsync(school, actor, reference, "alert.acknowledge", alert => AlertLifecycle.TryAcknowledge(alert, actor.Name, time.GetUtcNow()), cancellationToken);

    public Task<StepResult> ResolveAsync(
        Guid school, Actor actor, AlertReference reference, Resolution resolution, CancellationToken cancellationToken) =>
        StepAsync(school, actor, reference, "alert.resolve", alert => AlertLifecycle.TryResolve(alert, resolution, actor.Name, time.GetUtcNow()), cancellationToken);

    private async Task<StepResult> StepAsync(
        Guid school, Actor actor, AlertReference reference, string action, Func<Alert, bool> step, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAsync(school, actor, cancellationToken);
        // The lock makes two people who press at once come one after the other: the second is told what the first did.
        var found = await Find(session, school, reference).AsNoTracking().Select(a => a.AlertId).SingleOrDefaultAsync(cancellationToken);
        var alert = await session.Context.Alerts
            .FromSql($"SELECT * FROM alert WHERE school_id = {school} AND alert_id = {found} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);
        if (alert is null)
        {
            return default;
        }

        var done = step(alert);
        await session.Context.SaveChangesAsync(cancellationToken);
        await session.RecordAccessAsync(school, done ? action : action + ".refused", alert.AlertId.ToString(), cancellationToken);
        await session.CommitAsync(cancellationToken);
        return new StepResult(View(alert), done);
    }

    private static IQueryable<Alert> Find(Session session, Guid school, AlertReference reference) => reference.Id is { } id
        ? session.Context.Alerts.Where(a => a.SchoolId == school && a.AlertId == id)
        : session.Context.Alerts.Where(a => a.SchoolId == school && a.Number == reference.Number);

    private async Task<IReadOnlyList<EventView>> EventsAsync(Session session, Alert alert, CancellationToken cancellationToken)
    {
        await using var command = session.Command(
            """
            SELECT stream_id, seq, part, received_at, occurred_at, kind, action, risk, theme, severity, vendor, review, detail
            FROM event WHERE school_id = $1 AND alert_id = $2 ORDER BY received_at DESC, stream_id, seq DESC, part DESC LIMIT $3
            """);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = alert.SchoolId });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = alert.AlertId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = MostEvents });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<EventView>();
        while (await rows.ReadAsync(cancellationToken))
        {
            events.Add(EventOf(rows));
        }

        return events;
    }

    private EventView EventOf(NpgsqlDataReader row)
    {
        var stored = StoredEvent.Read(row.GetFieldValue<byte[]>(12));
        var data = stored.Data;
        var theme = row.GetString(8);
        var mask = stored.MaskUrl || guide.MasksUrls([theme]);
        return new EventView
        {
            Event = new EventId(row.GetGuid(0), row.GetInt64(1), row.GetInt32(2)).ToString(),
            ReceivedAt = row.GetFieldValue<DateTimeOffset>(3),
            OccurredAt = row.GetFieldValue<DateTimeOffset>(4),
            Kind = Words.Of((ActivityKind)row.GetInt16(5)),
            Action = Words.Of((DeviceAction)row.GetInt16(6)),
            Risk = Words.Of((Risk)row.GetInt16(7)),
            Theme = theme,
            Severity = Words.Of((Severity)row.GetInt16(9)),
            Vendor = row.GetString(10),
            Review = row.GetString(11),
            User = data.Subject?.UserAsSent ?? data.Subject?.User,
            DeviceHost = data.Device?.Host,
            DeviceIp = data.Device?.Ip,
            Url = mask && data.Url is not null ? StoredEvent.Masked : data.Url,
            SearchQuery = StoredEvent.MaskText(data.SearchQuery, mask),
            Text = StoredEvent.MaskText(data.Text, mask),
            App = StoredEvent.MaskText(data.App, mask),
            Categories = data.Vendor?.Categories ?? [],
            Reasons = StoredEvent.Mask(stored.Reasons, mask),
        };
    }

    private AlertView View(Alert alert) => new()
    {
        Alert = alert.AlertId,
        Number = alert.Number,
        School = alert.SchoolId,
        Risk = Words.Of((Risk)alert.Risk),
        Theme = alert.Theme,
        ParentTheme = alert.ParentTheme,
        Themes = alert.Themes,
        Severity = Words.Of((Severity)alert.Severity),
        State = alert.State,
        Count = alert.EventCount,
        Sources = alert.SourceIds,
        Vendors = alert.Vendors,
        NeedsReview = alert.NeedsReview,
        RaisedAt = alert.RaisedAt,
        Late = alert.Late,
        Unproven = LowTrust.Marks(alert.Reasons),
        LastReceivedAt = alert.LastReceivedAt,
        Reasons = ReasonsOf(alert),
    };

    private AlertDetailView Detail(Alert alert, IReadOnlyList<EventView> events) => new(View(alert))
    {
        Subject = alert.SubjectKey,
        SubjectRole = Words.Of((PersonRole)alert.SubjectRole),
        Instructions = guide.InstructionsOf(alert),
        AcknowledgedAt = alert.AcknowledgedAt,
        AcknowledgedBy = alert.AcknowledgedBy,
        ResolvedAt = alert.ResolvedAt,
        ResolvedBy = alert.ResolvedBy,
        Outcome = alert.Outcome,
        Note = alert.Note,
        Events = events,
    };

    private IReadOnlyList<Reason> ReasonsOf(Alert alert) =>
        StoredEvent.Mask(StoredEvent.ReadReasons(alert.Reasons), guide.MasksUrls([alert.Theme, .. alert.Themes]));
}
