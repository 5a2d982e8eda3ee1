using Npgsql;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What of a stored alert and its events may be shown, and how.</summary>
internal sealed class AlertFace(ThemeGuide guide)
{
    public EventView EventOf(NpgsqlDataReader row)
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

    /// <summary>By when it must be answered stands with its escalation (<see cref="Escalation.EscalationMarks"/>).</summary>
    public AlertView View(Alert alert) => new()
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
        Drill = alert.Drill,
        Unproven = LowTrust.Marks(alert.Reasons),
        LastReceivedAt = alert.LastReceivedAt,
        ActedAt = alert.ActedAt,
        AssignedTo = alert.AssignedTo,
        Reasons = ReasonsOf(alert),
    };

    public AlertDetailView Detail(Alert alert, string? assignee, IReadOnlyList<EventView> events) => new(View(alert))
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
        Reference = alert.Reference,
        Assignee = assignee,
        Events = events,
    };

    private IReadOnlyList<Reason> ReasonsOf(Alert alert) =>
        StoredEvent.Mask(StoredEvent.ReadReasons(alert.Reasons), guide.MasksUrls([alert.Theme, .. alert.Themes]));
}
