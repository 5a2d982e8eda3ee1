using System.Text;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Outgoing;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>The statements with which Processing raises and grows alerts.</summary>
internal static class AlertSql
{
    /// <summary>Parts the names in a list; ASCII's unit separator, which no name of a theme or product holds (their schemas say so).</summary>
    private const char Between = '\x1f';

    public const string Select = """
        SELECT alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role, subject_staff,
               source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at, acknowledged_at, acknowledged_by,
               groups, subject, rules, unproven, subject_year
        FROM alert

        """;

    public const string SeeOpen = Select + """
        WHERE school_id = $1 AND subject_key = ANY ($2) AND last_received_at >= $3 AND state <> 'resolved'
        ORDER BY last_received_at

        """;

    public const string SelectOpen = SeeOpen + "FOR UPDATE";

    // One statement for any number of alerts. Lists travel as text: an array of arrays would have to be rectangular.
    private const string Insert = """
        INSERT INTO alert (school_id, alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key,
                           subject_role, subject_staff, source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at, late,
                           groups, subject, rules, unproven, subject_year)
        SELECT $1, n.alert_id, n.number, n.state, n.severity, n.risk, n.theme, n.parent_theme, string_to_array(n.themes, E'\x1f'), n.needs_review, n.audience,
               n.route, n.subject_key, n.subject_role, n.subject_staff, string_to_array(n.source_ids, E'\x1f')::uuid[], string_to_array(n.vendors, E'\x1f'),
               n.event_count, n.reasons, n.instructions, n.first_received_at, n.last_received_at, n.raised_at, n.late,
               string_to_array(n.groups, E'\x1f'), n.subject, string_to_array(n.rules, E'\x1f'), n.unproven, n.subject_year
        FROM unnest($2::uuid[], $3::int[], $4::text[], $5::smallint[], $6::smallint[], $7::text[], $8::text[], $9::text[], $10::boolean[], $11::smallint[],
                    $12::text[], $13::text[], $14::smallint[], $15::uuid[], $16::text[], $17::text[], $18::int[], $19::bytea[], $20::text[],
                    $21::timestamptz[], $22::timestamptz[], $23::timestamptz[], $24::boolean[], $25::text[], $26::bytea[], $27::text[], $28::boolean[], $29::text[])
             AS n (alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience,
                   route, subject_key, subject_role, subject_staff, source_ids, vendors, event_count, reasons, instructions,
                   first_received_at, last_received_at, raised_at, late, groups, subject, rules, unproven, subject_year)
        """;

    private const string Update = """
        UPDATE alert AS a
        SET state = n.state, severity = n.severity, risk = n.risk, theme = n.theme, parent_theme = n.parent_theme,
            themes = string_to_array(n.themes, E'\x1f'), needs_review = n.needs_review, audience = n.audience,
            source_ids = string_to_array(n.source_ids, E'\x1f')::uuid[], vendors = string_to_array(n.vendors, E'\x1f'), event_count = n.event_count,
            reasons = COALESCE(n.reasons, a.reasons), instructions = n.instructions, first_received_at = n.first_received_at, last_received_at = n.last_received_at,
            acknowledged_at = n.acknowledged_at, acknowledged_by = n.acknowledged_by,
            renewed_at = CASE WHEN n.state = 'new' AND (a.state <> 'new' OR n.severity > a.severity) THEN $20 ELSE a.renewed_at END,
            groups = string_to_array(n.groups, E'\x1f'), rules = string_to_array(n.rules, E'\x1f'), unproven = n.unproven, subject_year = n.subject_year
        FROM unnest($2::uuid[], $3::text[], $4::smallint[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::boolean[], $10::smallint[],
                    $11::text[], $12::text[], $13::int[], $14::bytea[], $15::text[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[], $19::text[], $21::text[], $22::text[], $23::boolean[], $24::text[])
             AS n (alert_id, state, severity, risk, theme, parent_theme, themes, needs_review, audience,
                   source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, acknowledged_at, acknowledged_by, groups, rules, unproven, subject_year)
        WHERE a.school_id = $1 AND a.alert_id = n.alert_id
        """;

    public const string SelectThese = Select + """
        WHERE school_id = $1 AND alert_id = ANY ($2)
        ORDER BY alert_id
        """;

    // What a replay found out about an alert; its desk too, which nothing else may change.
    private const string Revise = """
        UPDATE alert
        SET state = $3, severity = $4, risk = $5, theme = $6, parent_theme = $7, themes = $8, needs_review = $9, audience = $10, route = $11, subject_key = $12,
            subject_role = $13, subject_staff = $14, event_count = $15, reasons = $16, instructions = $17, acknowledged_at = $18, acknowledged_by = $19,
            renewed_at = CASE WHEN $3 = 'new' AND (state <> 'new' OR severity < $4) THEN $20 ELSE renewed_at END, groups = $21,
            subject = $22, rules = $23, unproven = $24, subject_year = $25
        WHERE school_id = $1 AND alert_id = $2
        """;

    // An alert of before sealing began, which grows before its turn: from here on it is found by the hash alone.
    private const string SealSubject = "UPDATE alert SET subject_key = $3, subject = $4 WHERE school_id = $1 AND alert_id = $2";

    private const string Withdraw = "UPDATE notification SET withdrawn = true WHERE school_id = $1 AND alert_id = $2";

    private const string InsertForStaff = """
        INSERT INTO notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, error, due_at, created_at)
        SELECT $1, n.notification_id, 'alert', n.cause, n.alert_id, n.staff_id, 'email', n.state, n.error, LEAST($7, clock_timestamp()), LEAST($7, clock_timestamp())
        FROM unnest($2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $8::text[]) AS n (notification_id, cause, alert_id, staff_id, state, error)
        """;

    // Staff by e-mail, and the school's channels.
    private const string InsertNotifications = "WITH staff AS (" + InsertForStaff + ") " + ChannelSql.FanOut;

    /// <summary>All of one school.</summary>
    public static NpgsqlBatchCommand InsertCommand(SchoolSeal seal, Alert[] alerts) => new(Insert)
    {
        Parameters =
        {
            Of(seal.School), Column(alerts, a => a.AlertId), Column(alerts, a => a.Number), Column(alerts, a => a.State), Column(alerts, a => a.Severity),
            Column(alerts, a => a.Risk), Column(alerts, a => a.Theme), Column(alerts, a => a.ParentTheme), Column(alerts, a => string.Join(Between, a.Themes)),
            Column(alerts, a => a.NeedsReview), Column(alerts, a => a.Audience), Column(alerts, a => a.Route), Column(alerts, a => a.SubjectKey),
            Column(alerts, a => a.SubjectRole), Column(alerts, a => a.SubjectStaff), Column(alerts, a => string.Join(Between, a.SourceIds)),
            Column(alerts, a => string.Join(Between, a.Vendors)), Column(alerts, a => a.EventCount), Column(alerts, a => seal.Kept(a.Reasons, SealedField.AlertReasons)),
            Column(alerts, a => a.Marks), Column(alerts, a => a.FirstReceivedAt), Column(alerts, a => a.LastReceivedAt), Column(alerts, a => a.RaisedAt),
            Column(alerts, a => a.Late), Column(alerts, a => string.Join(Between, a.Groups)), Column(alerts, a => SubjectOf(seal, a)),
            Column(alerts, a => string.Join(Between, a.Rules)), Column(alerts, a => a.Unproven), Column(alerts, a => a.SubjectYear),
        },
    };

    /// <summary>All of one school.</summary>
    public static NpgsqlBatchCommand UpdateCommand(SchoolSeal seal, Alert[] alerts, DateTimeOffset now) => new(Update)
    {
        Parameters =
        {
            Of(seal.School), Column(alerts, a => a.AlertId), Column(alerts, a => a.State), Column(alerts, a => a.Severity), Column(alerts, a => a.Risk),
            Column(alerts, a => a.Theme), Column(alerts, a => a.ParentTheme), Column(alerts, a => string.Join(Between, a.Themes)),
            Column(alerts, a => a.NeedsReview), Column(alerts, a => a.Audience), Column(alerts, a => string.Join(Between, a.SourceIds)),
            Column(alerts, a => string.Join(Between, a.Vendors)), Column(alerts, a => a.EventCount), Column(alerts, a => NewReasons(seal, a)),
            Column(alerts, a => a.Marks), Column(alerts, a => a.FirstReceivedAt), Column(alerts, a => a.LastReceivedAt),
            Column(alerts, a => a.AcknowledgedAt), Column(alerts, a => a.AcknowledgedBy), Of(now),
            Column(alerts, a => string.Join(Between, a.Groups)), Column(alerts, a => string.Join(Between, a.Rules)), Column(alerts, a => a.Unproven), Column(alerts, a => a.SubjectYear),
        },
    };

    public static NpgsqlBatchCommand ReviseCommand(SchoolSeal seal, Alert alert, DateTimeOffset now) => new(Revise)
    {
        Parameters =
        {
            Of(alert.SchoolId), Of(alert.AlertId), Of(alert.State), Of(alert.Severity), Of(alert.Risk), Of(alert.Theme), Of(alert.ParentTheme), Of(alert.Themes),
            Of(alert.NeedsReview), Of(alert.Audience), Of(alert.Route), Maybe(alert.SubjectKey, NpgsqlDbType.Text), Of(alert.SubjectRole),
            Maybe(alert.SubjectStaff, NpgsqlDbType.Uuid), Of(alert.EventCount), Of(seal.Kept(alert.Reasons, SealedField.AlertReasons)), Of(alert.Marks),
            Maybe(alert.AcknowledgedAt, NpgsqlDbType.TimestampTz), Maybe(alert.AcknowledgedBy, NpgsqlDbType.Text), Of(now), Of(alert.Groups),
            Maybe(SubjectOf(seal, alert), NpgsqlDbType.Bytea), Of(alert.Rules), Of(alert.Unproven), Maybe(alert.SubjectYear, NpgsqlDbType.Text),
        },
    };

    public static NpgsqlBatchCommand SealSubjectCommand(SchoolSeal seal, Alert alert) => new(SealSubject)
    {
        Parameters = { Of(seal.School), Of(alert.AlertId), Of(alert.SubjectKey!), Of(SubjectOf(seal, alert)!) },
    };

    /// <summary>Whoever was told of the alert so far was told of it at another desk.</summary>
    public static NpgsqlBatchCommand WithdrawCommand(Alert alert) => new(Withdraw) { Parameters = { Of(alert.SchoolId), Of(alert.AlertId) } };

    /// <summary>Ledger rows of one school: each due at once, or failed from the start when there is nobody to tell.</summary>
    public static NpgsqlBatchCommand NotifyCommand(Guid school, PlannedNotification[] rows, DateTimeOffset now) => LedgerCommand(InsertNotifications, school, rows, now);

    /// <summary>The same for staff alone, past the school's channels: what a person's step tells is for those whom it names.</summary>
    public static NpgsqlBatchCommand TellStaffCommand(Guid school, PlannedNotification[] rows, DateTimeOffset now) => LedgerCommand(InsertForStaff, school, rows, now);

    private static NpgsqlBatchCommand LedgerCommand(string sql, Guid school, PlannedNotification[] rows, DateTimeOffset now) => new(sql)
    {
        Parameters =
        {
            Of(school), Column(rows, r => r.Notification), Column(rows, r => r.Cause), Column(rows, r => r.Alert), Column(rows, r => r.Staff),
            Column(rows, r => r.Staff is null ? Notifications.NotificationState.Failed : Notifications.NotificationState.Due), Of(now),
            Column(rows, r => r.Staff is null ? DropCode.NoRecipient : ""),
        },
    };

    /// <summary>An alert of before sealing began comes as one that is hashed, and not yet sealed.</summary>
    public static Alert Read(SchoolSeal seal, NpgsqlDataReader row)
    {
        var alert = ReadStored(seal.School, row);
        if (alert is { Subject: null, SubjectKey: { } plain } && !AlertCohort.Is(plain))
        {
            (alert.SubjectKey, alert.Subject) = (seal.Index(plain), Encoding.UTF8.GetBytes(plain));
        }

        return alert;
    }

    private static Alert ReadStored(Guid school, NpgsqlDataReader row) => new()
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
        Marks = row.GetString(18),
        FirstReceivedAt = row.GetFieldValue<DateTimeOffset>(19),
        LastReceivedAt = row.GetFieldValue<DateTimeOffset>(20),
        RaisedAt = row.GetFieldValue<DateTimeOffset>(21),
        AcknowledgedAt = row.IsDBNull(22) ? null : row.GetFieldValue<DateTimeOffset>(22),
        AcknowledgedBy = row.IsDBNull(23) ? null : row.GetString(23),
        Groups = row.GetFieldValue<string[]>(24),
        Subject = row.IsDBNull(25) ? null : row.GetFieldValue<byte[]>(25),
        Rules = row.GetFieldValue<string[]>(26),
        Unproven = row.GetBoolean(27),
        SubjectYear = row.IsDBNull(28) ? null : row.GetString(28),
    };

    // Null: they are as they were read. Most events make an alert no graver, and its longest column is then neither sent nor written anew.
    private static byte[]? NewReasons(SchoolSeal seal, Alert alert) => SchoolSeal.IsSealed(alert.Reasons) ? null : seal.Seal(alert.Reasons, SealedField.AlertReasons);

    private static byte[]? SubjectOf(SchoolSeal seal, Alert alert) => alert.Subject is { } subject ? seal.Kept(subject, SealedField.AlertSubject) : null;

    private static NpgsqlParameter<T[]> Column<TRow, T>(TRow[] rows, Func<TRow, T> value) => Of(Array.ConvertAll(rows, row => value(row)));

    private static NpgsqlParameter Maybe(object? value, NpgsqlDbType type) => new() { Value = value ?? DBNull.Value, NpgsqlDbType = type };

    private static NpgsqlParameter<T> Of<T>(T value) => new() { TypedValue = value };
}

/// <summary>A row of the ledger to be; nobody to tell when there is no staff member.</summary>
internal readonly record struct PlannedNotification(Guid Notification, string Cause, Guid Alert, Guid? Staff);
