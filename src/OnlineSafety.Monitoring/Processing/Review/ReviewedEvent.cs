using System.Text;
using System.Text.Json;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Processing.Review;

/// <summary>An event of an alert as it is stored, and whom its names lead to by now.</summary>
/// <param name="Reading">What it is with the person who is known now; null: it is at the right desk.</param>
internal sealed record ReviewedEvent(Guid Alert, Guid Stream, long Seq, int Part, string SubjectKey, bool Unread, AlertCandidate? Reading)
{
    /// <summary>All that may be looked at still, and those of a month that may have been resolved by the one they are about.</summary>
    public const string Alerts = """
        SELECT alert_id FROM alert WHERE school_id = $1 AND NOT drill AND (state <> 'resolved' OR resolved_at > statement_timestamp() - interval '31 days') ORDER BY alert_id
        """;

    /// <summary>Of the alerts $2.</summary>
    public const string Select = """
        SELECT e.alert_id, e.stream_id, e.seq, e.part, COALESCE(e.subject_key, ''), e.review <> '', e.received_at, e.source_id, e.vendor, e.severity, e.risk, e.theme, e.parent_theme,
               e.audience, e.route, e.subject_role, e.subject_staff, e.detail, a.state = 'resolved'
        FROM event e JOIN alert a ON a.school_id = e.school_id AND a.alert_id = e.alert_id
        WHERE e.school_id = $1 AND e.alert_id = ANY ($2)
        ORDER BY e.alert_id, e.received_at, e.stream_id, e.seq, e.part
        """;

    public static ReviewedEvent Read(SchoolSeal seal, SchoolPeople people, NpgsqlDataReader row)
    {
        using var detail = JsonDocument.Parse(seal.Open(row.GetFieldValue<byte[]>(17), SealedField.EventDetail));
        var subject = SubjectOf(detail.RootElement, people);
        var stored = new Desk(row.GetString(14), (PersonRole)row.GetInt16(15), row.IsDBNull(16) ? null : row.GetGuid(16));
        return new ReviewedEvent(
            row.GetGuid(0), row.GetGuid(1), row.GetInt64(2), row.GetInt32(3), row.GetString(4), row.GetBoolean(5),
            stored.IsLeftFor(subject, row.GetBoolean(18)) ? CandidateOf(seal, row, detail.RootElement, subject) : null);
    }

    private static Subject SubjectOf(JsonElement detail, SchoolPeople people)
    {
        if (!detail.TryGetProperty("event", out var written) || !written.TryGetProperty("data", out var data) || !data.TryGetProperty("subject", out var person))
        {
            return Subject.Nobody;
        }

        return people.Find(Text(person, "user"), Text(person, "userAsSent"));
    }

    private static byte[] Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.GetString() is { } text ? Encoding.UTF8.GetBytes(text) : [];

    private static AlertCandidate CandidateOf(SchoolSeal seal, NpgsqlDataReader row, JsonElement detail, in Subject subject)
    {
        var name = SubjectKeys.Of(subject.Account);
        var reasons = QuotedReasons.In(detail);
        var severity = (Severity)row.GetInt16(9);
        return new AlertCandidate
        {
            ReceivedAt = row.GetFieldValue<DateTimeOffset>(6),
            Severity = severity,
            Risk = (Risk)row.GetInt16(10),
            Theme = row.GetString(11),
            ParentTheme = row.GetString(12),
            Audience = (Audience)row.GetInt16(13),
            Route = AlertRoute.For(subject.Role),
            SubjectKey = seal.Index(name),
            Subject = name,
            SubjectRole = subject.Role,
            SubjectStaff = subject.Staff,
            Groups = subject.Groups,
            SubjectYear = subject.YearGroup,
            Source = row.GetGuid(7),
            Vendor = row.GetString(8),
            NeedsReview = row.GetBoolean(5) && severity > Severity.None,
            Reasons = reasons,
            Rules = AlertRules.Of(StoredEvent.ReadReasons(reasons)),
            Unproven = LowTrust.Marks(reasons),
        };
    }

    /// <summary>Where an event was put.</summary>
    private readonly record struct Desk(string Route, PersonRole Role, Guid? Staff)
    {
        /// <summary>
        /// Does it belong elsewhere? Whom nobody knows by now leaves it where it is, and so does a pupil whose alert is on the right desk already: what is known of
        /// pupils counts from then on.
        /// </summary>
        /// <param name="resolved">It is over: it is raised anew only where the very person may have closed it.</param>
        public bool IsLeftFor(in Subject subject, bool resolved)
        {
            var route = AlertRoute.For(subject.Role);
            if (subject.Role == PersonRole.Unknown || (route == Route && subject.Staff == Staff && (route == AlertRoute.Dsl || subject.Role == Role)))
            {
                return false;
            }

            // What was the chair's stays the chair's, whatever role that person has lost since.
            if (Route == AlertRoute.Chair && route == AlertRoute.Head && (Staff is null || subject.Staff == Staff))
            {
                return false;
            }

            return !resolved || (route != Route && (Staff is null || subject.Staff != Staff));
        }
    }
}
