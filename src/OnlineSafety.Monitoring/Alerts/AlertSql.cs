using Npgsql;
using NpgsqlTypes;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>The statements with which Processing raises and grows alerts.</summary>
internal static class AlertSql
{
    public const string SelectOpen = """
        SELECT alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role, subject_staff,
               source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at, acknowledged_at, acknowledged_by
        FROM alert
        WHERE school_id = $1 AND subject_key = ANY ($2) AND last_received_at >= $3 AND state <> 'resolved'
        ORDER BY last_received_at
        FOR UPDATE
        """;

    private const string Insert = """
        INSERT INTO alert (school_id, alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key,
                           subject_role, subject_staff, source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
        """;

    private const string Update = """
        UPDATE alert SET state = $3, severity = $4, risk = $5, theme = $6, parent_theme = $7, themes = $8, needs_review = $9, audience = $10,
                         source_ids = $11, vendors = $12, event_count = $13, reasons = $14, instructions = $15, first_received_at = $16,
                         last_received_at = $17, acknowledged_at = $18, acknowledged_by = $19
        WHERE school_id = $1 AND alert_id = $2
        """;

    private const string InsertNotification = """
        INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, error, due_at, created_at)
        VALUES ($1, $2, 'alert', $3, $4, $5, 'email', $6, $7, $8, $8)
        """;

    public static NpgsqlBatchCommand InsertCommand(Alert a) => new(Insert)
    {
        Parameters =
        {
            Of(a.SchoolId), Of(a.AlertId), Of(a.Number), Of(a.State), Of(a.Severity), Of(a.Risk), Of(a.Theme), Of(a.ParentTheme), Of(a.Themes),
            Of(a.NeedsReview), Of(a.Audience), Of(a.Route), OrNull(a.SubjectKey, NpgsqlDbType.Text), Of(a.SubjectRole), OrNull(a.SubjectStaff, NpgsqlDbType.Uuid),
            Of(a.SourceIds), Of(a.Vendors), Of(a.EventCount), Of(a.Reasons), Of(a.Instructions), Of(a.FirstReceivedAt), Of(a.LastReceivedAt), Of(a.RaisedAt),
        },
    };

    public static NpgsqlBatchCommand UpdateCommand(Alert a) => new(Update)
    {
        Parameters =
        {
            Of(a.SchoolId), Of(a.AlertId), Of(a.State), Of(a.Severity), Of(a.Risk), Of(a.Theme), Of(a.ParentTheme), Of(a.Themes), Of(a.NeedsReview), Of(a.Audience),
            Of(a.SourceIds), Of(a.Vendors), Of(a.EventCount), Of(a.Reasons), Of(a.Instructions), Of(a.FirstReceivedAt), Of(a.LastReceivedAt),
            OrNull(a.AcknowledgedAt, NpgsqlDbType.TimestampTz), OrNull(a.AcknowledgedBy, NpgsqlDbType.Text),
        },
    };

    /// <summary>A ledger row: due at once, or failed from the start when there is nobody to tell.</summary>
    public static NpgsqlBatchCommand NotifyCommand(Alert a, Guid notification, string cause, Guid? staff, DateTimeOffset now) => new(InsertNotification)
    {
        Parameters =
        {
            Of(a.SchoolId), Of(notification), Of(cause), Of(a.AlertId), OrNull(staff, NpgsqlDbType.Uuid),
            Of(staff is null ? Notifications.NotificationState.Failed : Notifications.NotificationState.Due), Of(staff is null ? "no-recipient" : ""), Of(now),
        },
    };

    public static Alert Read(Guid school, NpgsqlDataReader row) => new()
    {
        SchoolId = school,
        AlertId = row.GetGuid(0),
        Number = row.GetInt32(1),
        State = row.GetString(2),
        Severity = row.GetInt16(3),
        Risk = row.GetInt16(4),
        Theme = row.GetString(5),
        ParentTheme = row.GetString(6),
        Themes = row.GetFieldValue<string[]>(7),
        NeedsReview = row.GetBoolean(8),
        Audience = row.GetInt16(9),
        Route = row.GetString(10),
        SubjectKey = row.IsDBNull(11) ? null : row.GetString(11),
        SubjectRole = row.GetInt16(12),
        SubjectStaff = row.IsDBNull(13) ? null : row.GetGuid(13),
        SourceIds = row.GetFieldValue<Guid[]>(14),
        Vendors = row.GetFieldValue<string[]>(15),
        EventCount = row.GetInt32(16),
        Reasons = row.GetFieldValue<byte[]>(17),
        Instructions = row.GetString(18),
        FirstReceivedAt = row.GetFieldValue<DateTimeOffset>(19),
        LastReceivedAt = row.GetFieldValue<DateTimeOffset>(20),
        RaisedAt = row.GetFieldValue<DateTimeOffset>(21),
        AcknowledgedAt = row.IsDBNull(22) ? null : row.GetFieldValue<DateTimeOffset>(22),
        AcknowledgedBy = row.IsDBNull(23) ? null : row.GetString(23),
    };

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter OrNull(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };
}
