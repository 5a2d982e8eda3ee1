using System.Text.Json;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>An alert as it stands: what it is called on the phone, and what a DSL said of it.</summary>
/// <param name="Subject">Whom it is grouped under: a person, or what a class did.</param>
internal readonly record struct RecordedAlert(Guid Id, int Number, string State, string? Outcome, string? Subject)
{
    /// <summary>A person resolved it as a concern, or took it so seriously that it is in the case system or before the next desk.</summary>
    public bool IsTrueConcern => Outcome is AlertOutcome.Concern or AlertOutcome.LowLevelConcern || State is AlertState.HandedOver or AlertState.Escalated;
}

/// <summary>A record of which the log has nothing, and evidence all.</summary>
internal readonly record struct EvidenceRecord(EventPlace Place, Guid Source, RawRecord Raw);

/// <summary>What a what-if reads of the database. It writes nothing there but its result.</summary>
internal static class WhatIfSql
{
    private const string Asked = "SELECT content, asked_by FROM source_job WHERE school_id = $1 AND job_id = $2";

    // By the staff list and the school's policy, as the console's own row-level policies read them: what is on this person's desk, and nothing else.
    private const string OnDesk = "standing($3, desks_of($3), route, audience, subject_staff, subject_role, false) = 2";

    private const string Matters = $"""
        SELECT route, audience, subject_staff, subject_role
        FROM unnest($1::text[], $2::smallint[], $4::uuid[], $5::smallint[]) AS m (route, audience, subject_staff, subject_role) WHERE {OnDesk}
        """;

    // Streams with what they hold of the span, below the checkpoint: what comes later is not recorded yet.
    private const string Streams = """
        SELECT s.stream_id, s.source_id, s.day, g.first_seq, LEAST(g.last_seq, c.next_seq - 1)
        FROM intake_stream s
        JOIN checkpoint c ON c.school_id = s.school_id AND c.stream_id = s.stream_id
        CROSS JOIN LATERAL (
            SELECT min(i.first_seq) AS first_seq, max(i.last_seq) AS last_seq FROM intake_segment i
            WHERE i.school_id = $1 AND i.stream_id = s.stream_id AND i.day = s.day AND i.received_to >= $3 AND i.received_from <= $4) g
        WHERE s.school_id = $1 AND ($2 = '00000000-0000-0000-0000-000000000000'::uuid OR s.source_id = $2) AND g.first_seq < c.next_seq
        ORDER BY s.opened_at, s.stream_id
        """;

    // Of the span also what was of no concern, such as a blocked search: its evidence may be of one by other rules.
    private const string Events = """
        SELECT received_at, stream_id, seq, part, source_id, alert_id, severity, risk, theme, parent_theme, audience, route, subject_key, subject_role,
               subject_staff, vendor, review <> '', vendor_says, signature
        FROM event WHERE school_id = $1 AND received_at BETWEEN $2 AND $3 AND (severity > 0 OR alert_id IS NOT NULL OR received_at BETWEEN $4 AND $5)
        LIMIT $6
        """;

    private const string Alerts = "SELECT alert_id, number, state, outcome, subject_key FROM alert WHERE school_id = $1 AND alert_id = ANY ($2)";

    private const string AlertsOnDesk = $"{Alerts} AND {OnDesk}";

    private const string Evidence = """
        SELECT v.stream_id, v.seq, v.door, v.content_type, v.peer, v.raw, e.received_at, e.source_id, e.detail
        FROM unnest($2::uuid[], $3::bigint[]) AS k (stream_id, seq)
        JOIN evidence v ON v.school_id = $1 AND v.stream_id = k.stream_id AND v.seq = k.seq AND v.content_type <> 'application/vnd.onlinesafety.kept+json'
        CROSS JOIN LATERAL (
            SELECT received_at, source_id, detail FROM event WHERE school_id = $1 AND stream_id = v.stream_id AND seq = v.seq ORDER BY part LIMIT 1) e
        ORDER BY v.stream_id, v.seq
        """;

    /// <summary>What is asked, and by whom; null: by the account of the host.</summary>
    public static async Task<(byte[] Content, Guid? By)> AskedAsync(Session session, SourceJob job, CancellationToken cancellationToken) =>
        (await session.RowsAsync(
            Asked, [job.Target.School, job.Id], row => (row.GetFieldValue<byte[]>(0), row.IsDBNull(1) ? (Guid?)null : row.GetGuid(1)), cancellationToken)).Single();

    /// <summary>Which of these matters are on one person's desk.</summary>
    public static async Task<HashSet<Matter>> OnDeskAsync(Session session, IReadOnlyCollection<Matter> matters, Guid asker, CancellationToken cancellationToken) =>
    [
        .. await session.RowsAsync(
            Matters,
            [
                matters.Select(matter => matter.Route).ToArray(), matters.Select(matter => (short)matter.Audience).ToArray(), asker,
                matters.Select(matter => matter.Staff).ToArray(), matters.Select(matter => (short)matter.Role).ToArray(),
            ],
            row => new Matter(row.GetString(0), (Audience)row.GetInt16(1), row.IsDBNull(2) ? null : row.GetGuid(2), (PersonRole)row.GetInt16(3)),
            cancellationToken),
    ];

    public static Task<List<ReplayRange>> StreamsAsync(Session session, SourceKey target, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
        session.RowsAsync(
            Streams,
            [target.School, target.Source, from, to],
            row => new ReplayRange(new SourceKey(target.School, row.GetGuid(1)), row.GetGuid(0), row.GetFieldValue<DateOnly>(2), row.GetInt64(3), row.GetInt64(4), []),
            cancellationToken);

    /// <summary>Events as recorded: of the span, and around it.</summary>
    public static Task<List<JudgedEvent>> EventsAsync(
        Session session, Guid school, (DateTimeOffset From, DateTimeOffset To) span, TimeSpan before, TimeSpan after, int most, CancellationToken cancellationToken) =>
        session.RowsAsync(Events, [school, span.From - before, span.To + after, span.From, span.To, most], ReadEvent, cancellationToken);

    /// <param name="asker">Only those on this person's desk; null: all.</param>
    public static Task<List<RecordedAlert>> AlertsAsync(Session session, Guid school, Guid[] alerts, Guid? asker, CancellationToken cancellationToken) =>
        session.RowsAsync(
            asker is null ? Alerts : AlertsOnDesk,
            asker is { } whose ? [school, alerts, whose] : [school, alerts],
            row => new RecordedAlert(row.GetGuid(0), row.GetInt32(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4)),
            cancellationToken);

    public static Task<List<EvidenceRecord>> EvidenceAsync(Session session, SchoolSeal seal, IReadOnlyList<EventPlace> places, CancellationToken cancellationToken) =>
        session.RowsAsync(
            Evidence, [seal.School, places.Select(place => place.Stream).ToArray(), places.Select(place => place.Sequence).ToArray()], row => ReadEvidence(seal, row), cancellationToken);

    private static JudgedEvent ReadEvent(NpgsqlDataReader row) => new()
    {
        Place = new EventPlace(row.GetFieldValue<DateTimeOffset>(0), row.GetGuid(1), row.GetInt64(2), row.GetInt32(3)),
        Source = row.GetGuid(4),
        Alert = row.IsDBNull(5) ? null : row.GetGuid(5),
        Severity = (Severity)row.GetInt16(6),
        Risk = (Risk)row.GetInt16(7),
        Theme = string.Intern(row.GetString(8)),
        ParentTheme = string.Intern(row.GetString(9)),
        Audience = (Audience)row.GetInt16(10),
        Route = string.Intern(row.GetString(11)),
        SubjectKey = row.IsDBNull(12) ? null : row.GetString(12),
        Role = (PersonRole)row.GetInt16(13),
        Staff = row.IsDBNull(14) ? null : row.GetGuid(14),
        Vendor = string.Intern(row.GetString(15)),
        Review = row.GetBoolean(16),
        VendorSays = row.GetBoolean(17),
        Signature = row.IsDBNull(18) ? null : row.GetInt64(18),
    };

    private static EvidenceRecord ReadEvidence(SchoolSeal seal, NpgsqlDataReader row)
    {
        var receivedAt = row.GetFieldValue<DateTimeOffset>(6);
        var envelope = RecordEnvelope.Of((Door)row.GetInt16(2), row.GetString(3), row.GetString(4));
        return new EvidenceRecord(
            new EventPlace(receivedAt, row.GetGuid(0), row.GetInt64(1), Part: 0),
            row.GetGuid(7),
            new RawRecord(envelope, receivedAt, FlagsOf(seal.Open(row.GetFieldValue<byte[]>(8), SealedField.EventDetail)), seal.Open(row.GetFieldValue<byte[]>(5), SealedField.EvidenceRaw)));
    }

    // Who could have sent it weighs in what is said of it, and stands with the event.
    private static RecordFlags FlagsOf(byte[] detail)
    {
        using var json = JsonDocument.Parse(detail);
        return json.RootElement.TryGetProperty("event", out var envelope) && envelope.TryGetProperty("data", out var data) && data.TryGetProperty("recordFlags", out var words)
            ? EventJson.FlagsOf(words)
            : RecordFlags.None;
    }
}
