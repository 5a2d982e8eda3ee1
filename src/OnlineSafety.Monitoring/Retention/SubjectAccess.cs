using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>What one person is given of what is stored about that person. Names of everybody else on the people list are taken out; names of staff who wrote or decided stay.</summary>
/// <param name="About">The account, as the people list has it.</param>
/// <param name="Listed">Rows of the people list.</param>
internal sealed record SubjectAccessFile(
    string School, string About, DateTimeOffset At, IReadOnlyList<AccessPerson> Listed, IReadOnlyList<AccessAlert> Alerts, IReadOnlyList<AccessEvent> Events)
{
    /// <summary>The school's own.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>What is in it, and what is not and why: on the page too.</summary>
    public static IReadOnlyList<string> Contents { get; } =
    [
        "In it: the person's row of the people list; every alert about the person with its steps and notes; every event stored about the person, with what was said of it.",
        "Not in it: ordinary browsing, which is kept for a short time in a sealed log and not evaluated by person; what others did, whose names are replaced by " + NameMask.Somebody + ".",
        "Not in it: where a member of staff took it out and not the account of the host, what is at another desk than theirs.",
        "Not in it: counts, in which nobody is told apart; the record of who looked, which answers another question (onlinesafety audit who-saw).",
        "Read it before you give it away: free text may tell of others without naming them, and information may be withheld where giving it would put a child at risk "
            + "(Data Protection Act 2018, schedule 3, part 5, and schedule 2, part 3).",
    ];
}

internal sealed record AccessPerson(string Account, IReadOnlyList<string> Aliases, string Role, string YearGroup, string Class, DateOnly? DateOfBirth);

internal sealed record AccessAlert(
    int Number, string State, string Severity, string Theme, DateTimeOffset RaisedAt, DateTimeOffset? ResolvedAt, string? ResolvedBy, string? Outcome, string? Note, string? Reference,
    JsonNode? Reasons, IReadOnlyList<AccessStep> Steps);

internal sealed record AccessStep(DateTimeOffset At, string By, string Step, string From, string To, string Note);

/// <param name="Kept">Not of concern by itself: it was copied with the hour around an alert.</param>
internal sealed record AccessEvent(DateTimeOffset ReceivedAt, int? Alert, bool Kept, JsonNode? Event, JsonNode? Assessment);

/// <summary>Reads what is stored about one person, to be given to that person.</summary>
internal sealed class SubjectAccess(Database retention, SchoolSeals seals, TimeProvider time)
{
    private const string SchoolSql = "SELECT name, time_zone FROM school WHERE school_id = $1";

    // Of another desk nothing leaves by a member of staff, who is not shown it on the console either. An event shows no more than the alert that holds it.
    private const string AlertsSql = """
        SELECT alert_id, number, state, severity, theme, raised_at, resolved_at, resolved_by, outcome, note, reference, reasons FROM alert
        WHERE school_id = $1 AND subject_key = ANY ($2) AND on_my_desk(route, audience, subject_staff, subject_role) ORDER BY number
        """;

    private const string StepsSql = "SELECT at, actor_name, step, from_state, to_state, note FROM alert_step WHERE school_id = $1 AND alert_id = $2 ORDER BY step_no";

    private const string EventsSql = """
        SELECT e.received_at, a.number, e.detail FROM event e LEFT JOIN alert a ON a.school_id = e.school_id AND a.alert_id = e.alert_id
        WHERE e.school_id = $1 AND e.subject_key = ANY ($2) AND on_my_desk(e.route, e.audience, e.subject_staff, e.subject_role)
          AND (a.alert_id IS NULL OR on_my_desk(a.route, a.audience, a.subject_staff, a.subject_role))
        ORDER BY e.received_at
        """;

    private const string KeptSql = """
        SELECT k.received_at, a.number, k.detail FROM kept_context k JOIN alert a ON a.school_id = k.school_id AND a.alert_id = k.alert_id
        WHERE k.school_id = $1 AND a.subject_key = ANY ($2) AND on_my_desk(a.route, a.audience, a.subject_staff, a.subject_role) AND NOT EXISTS (
            SELECT 1 FROM event e WHERE e.school_id = k.school_id AND e.stream_id = k.stream_id AND e.seq = k.seq AND e.part = k.part)
        ORDER BY k.received_at
        """;

    /// <param name="reason">Recorded with the look.</param>
    public async Task<SubjectAccessFile> ReadAsync(Guid school, string name, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var content = new CaseContent(await seals.OfAsync(school, cancellationToken));
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        var person = await PersonKeys.FindAsync(session, content.Seal, name, cancellationToken);
        var mask = new NameMask(await PersonKeys.OthersAsync(session, content.Seal, person, cancellationToken), NameMask.Somebody);
        var reader = new Reader(session, school, person, mask, content);
        var (title, zone) = (await session.RowsAsync(SchoolSql, [school], row => (row.GetString(0), row.GetString(1)), cancellationToken))[0];
        var file = new SubjectAccessFile(
            title, person.Account, time.GetUtcNow(), await reader.PeopleAsync(cancellationToken), await reader.AlertsAsync(cancellationToken), await reader.EventsAsync(cancellationToken)) { Zone = Notifications.SchoolZone.Of(zone) };
        // Which alerts it showed: whoever asks later who saw them is told of this file.
        session.RecordAccess(
            school, AuditTrail.SubjectAccessAction, AuditTrail.ListObject(["all"], file.Alerts.Select(alert => alert.Number)), content.SealReason(reason));
        await session.CommitAsync(cancellationToken);
        return file;
    }

    private sealed class Reader(Session session, Guid school, NamedPerson person, NameMask mask, CaseContent content)
    {
        private readonly string[] _keys = [.. person.Keys];

        public async Task<IReadOnlyList<AccessPerson>> PeopleAsync(CancellationToken cancellationToken)
        {
            var aliases = await PersonKeys.AliasesAsync(session, content.Seal, cancellationToken);
            return [.. person.People.Select(one => new AccessPerson(
                one.Account, [.. aliases[one.PersonId].Order(StringComparer.Ordinal)], ((Events.PersonRole)one.Role).ToString(), one.YearGroup, one.Class, one.DateOfBirth))];
        }

        public async Task<IReadOnlyList<AccessAlert>> AlertsAsync(CancellationToken cancellationToken)
        {
            var alerts = await session.RowsAsync(
                AlertsSql, [school, _keys],
                row => (Id: row.GetGuid(0), Alert: new AccessAlert(
                    row.GetInt32(1), row.GetString(2), Events.Words.Of((Events.Severity)row.GetInt16(3)), row.GetString(4), row.GetFieldValue<DateTimeOffset>(5),
                    row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6), Text(row, 7), Text(row, 8), Masked(row, 9, SealedField.AlertNote), Masked(row, 10, SealedField.AlertReference),
                    Parse(content.OpenReasons(row.GetFieldValue<byte[]>(11))), [])),
                cancellationToken);
            var told = new List<AccessAlert>();
            foreach (var (id, alert) in alerts)
            {
                told.Add(alert with
                {
                    Steps = await session.RowsAsync(
                        StepsSql, [school, id],
                        row => new AccessStep(row.GetFieldValue<DateTimeOffset>(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), Masked(row, 5, SealedField.StepNote)!), cancellationToken),
                });
            }

            return told;
        }

        public async Task<IReadOnlyList<AccessEvent>> EventsAsync(CancellationToken cancellationToken) =>
        [
            .. await session.RowsAsync(EventsSql, [school, _keys], row => EventOf(row, kept: false), cancellationToken),
            .. await session.RowsAsync(KeptSql, [school, _keys], row => EventOf(row, kept: true), cancellationToken),
        ];

        private AccessEvent EventOf(Npgsql.NpgsqlDataReader row, bool kept)
        {
            var stored = row.GetFieldValue<byte[]>(2);
            var plain = kept ? content.OpenContext(stored) : content.OpenDetail(stored);
            // What an alert's reader may not see of unlawful addresses leaves the house here neither.
            var (detail, hides) = (Parse(plain) as JsonObject, StoredEvent.Read(plain).MaskUrl);
            var read = detail?["event"]?["data"]?.DeepClone() as JsonObject;
            if (hides && read is not null)
            {
                read["url"] = StoredEvent.Masked;
                read["text"] = StoredEvent.MaskText(read["text"]?.GetValue<string>(), maskUrls: true);
            }

            var said = detail?["assessment"]?.DeepClone() as JsonObject;
            if (hides)
            {
                said?.Remove("reasons");
            }

            return new AccessEvent(row.GetFieldValue<DateTimeOffset>(0), row.IsDBNull(1) ? null : row.GetInt32(1), kept, read, said);
        }

        private JsonNode? Parse(byte[] json)
        {
            try
            {
                return JsonNode.Parse(mask.OfJson(json));
            }
            catch (JsonException)
            {
                return null;
            }
        }

        private string? Masked(Npgsql.NpgsqlDataReader row, int column, SealedField field) =>
            row.IsDBNull(column) ? null : mask.Of(content.Seal.OpenText(row.GetFieldValue<byte[]>(column), field));

        private static string? Text(Npgsql.NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
    }
}
