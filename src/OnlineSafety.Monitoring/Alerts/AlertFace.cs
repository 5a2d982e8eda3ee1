using Npgsql;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What of a stored alert and its events may be shown, and how.</summary>
internal sealed class AlertFace(ThemeGuide guide)
{
    public EventView EventOf(SchoolSeal seal, NpgsqlDataReader row)
    {
        var stored = StoredEvent.Read(seal.Open(row.GetFieldValue<byte[]>(12), SealedField.EventDetail));
        return EventOf(row, stored, row.GetString(8)) with
        {
            OccurredAt = row.GetFieldValue<DateTimeOffset>(4),
            Kind = Words.Of((ActivityKind)row.GetInt16(5)),
            Action = Words.Of((DeviceAction)row.GetInt16(6)),
            Risk = Words.Of((Risk)row.GetInt16(7)),
            Severity = Words.Of((Severity)row.GetInt16(9)),
            Vendor = row.GetString(10),
            Review = row.GetString(11),
        };
    }

    /// <summary>One that was copied with the hour around an alert: what a stored event has in columns stands in its detail.</summary>
    public EventView KeptOf(SchoolSeal seal, NpgsqlDataReader row)
    {
        var stored = StoredEvent.Read(seal.Open(row.GetFieldValue<byte[]>(4), SealedField.KeptContext));
        return EventOf(row, stored, stored.Assessment?.Theme ?? "");
    }

    private EventView EventOf(NpgsqlDataReader row, StoredEvent stored, string theme)
    {
        var data = stored.Data;
        var received = row.GetFieldValue<DateTimeOffset>(3);
        var mask = stored.MaskUrl || guide.MasksUrls([theme]);
        return new EventView
        {
            Event = new EventId(row.GetGuid(0), row.GetInt64(1), row.GetInt32(2)).ToString(),
            ReceivedAt = received,
            OccurredAt = data.OccurredAt ?? received,
            Kind = data.Kind ?? Words.Of(ActivityKind.Unknown),
            Action = data.Action ?? Words.Of(DeviceAction.Unknown),
            Risk = stored.Assessment?.Risk ?? Words.Of(Risk.None),
            Theme = theme,
            Severity = stored.Assessment?.Severity ?? Words.Of(Severity.None),
            Vendor = data.Source?.Vendor ?? "",
            Review = "",
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
    public AlertView View(SchoolSeal seal, Alert alert) => new()
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
        Unproven = alert.Unproven,
        LastReceivedAt = alert.LastReceivedAt,
        ActedAt = alert.ActedAt,
        AssignedTo = alert.AssignedTo,
        Reasons = ReasonsOf(seal, alert),
    };

    public AlertDetailView Detail(SchoolSeal seal, Alert alert, string? assignee, IReadOnlyList<EventView> events) => Detail(seal, alert, assignee, events, MarksOf(alert, events));

    private AlertDetailView Detail(SchoolSeal seal, Alert alert, string? assignee, IReadOnlyList<EventView> events, string marks) => new(View(seal, alert))
    {
        Subject = alert.Subject is { } subject ? seal.OpenText(subject, SealedField.AlertSubject) : AlertCohort.IsOfCopies(alert.SubjectKey) ? null : alert.SubjectKey,
        SubjectRole = Words.Of((PersonRole)alert.SubjectRole),
        Groups = alert.Groups,
        Instructions = guide.GuidanceOf(alert.Route, marks) is { Count: > 0 } guidance ? string.Join("\n\n", guidance) : null,
        Guidance = guide.GuidanceOf(alert.Route, marks),
        Marks = ThemeMarks.Read(marks),
        AcknowledgedAt = alert.AcknowledgedAt,
        AcknowledgedBy = alert.AcknowledgedBy,
        ResolvedAt = alert.ResolvedAt,
        ResolvedBy = alert.ResolvedBy,
        Outcome = alert.Outcome,
        Note = alert.Note is { } note ? seal.OpenText(note, SealedField.AlertNote) : null,
        Reference = alert.Reference is { } reference ? seal.OpenText(reference, SealedField.AlertReference) : null,
        Assignee = assignee,
        Events = events,
    };

    // An alert that an older version wrote does not say how grave its themes are: its events do.
    private static string MarksOf(Alert alert, IReadOnlyList<EventView> events) => events.Aggregate(
        ThemeMarks.Read(alert.Marks).Count > 0 || events.Count == 0 ? alert.Marks : "",
        (marks, e) => Words.TryRead<Severity>(e.Severity, out var severity) && severity > Severity.None ? ThemeMarks.With(marks, e.Theme, severity) : marks);

    private IReadOnlyList<Reason> ReasonsOf(SchoolSeal seal, Alert alert) =>
        StoredEvent.Mask(StoredEvent.ReadReasons(seal.Open(alert.Reasons, SealedField.AlertReasons)), guide.MasksUrls([alert.Theme, .. alert.Themes]));
}
