using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>Reads what stands around an alert for one named actor.</summary>
internal sealed class SurroundingsReader(Database console, ThemeGuide guide, PolicyDirectory policies, SchoolSeals seals, TimeProvider time)
{
    public const int ShownDays = 28;
    public const int MostAlike = 200;
    private const int MostEarlier = 20;

    /// <summary>How far back the same words are looked for.</summary>
    public static readonly TimeSpan AlikeSince = TimeSpan.FromDays(90);

    /// <summary>Before the first and after the last event of an alert.</summary>
    public static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    // As the writer of reasons escapes them.
    private static readonly JsonSerializerOptions s_asStored = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly TimeSpan s_minutes = TimeSpan.FromMinutes(10);
    private readonly AlertFace _face = new(guide);

    /// <summary>Null when there is no such alert that the session's actor may see. Whoever shows it records the look, with the other alerts that it shows.</summary>
    public async Task<Surroundings?> OfAsync(Session session, SchoolSeal seal, Guid alert, CancellationToken cancellationToken)
    {
        if (await FactsAsync(session, seal, alert, cancellationToken) is not { } facts)
        {
            return null;
        }

        var policy = await policies.OfAsync(session, seal.School, cancellationToken);
        var staff = await session.RowsAsync(
            SurroundingsSql.Staff, [seal.School, facts.Route], row => new Colleague(row.GetGuid(0), row.GetString(1), row.GetFieldValue<string[]>(2)), cancellationToken);
        IReadOnlyList<VendorMinutes> vendors = [];
        IReadOnlyList<EarlierAlert> earlier = [];
        IReadOnlyList<SubjectDay> days = [];
        if (facts.Subject is { } subject)
        {
            vendors = VendorsOf(await session.RowsAsync(
                SurroundingsSql.Vendors, [seal.School, subject, facts.First - s_minutes, facts.Last + s_minutes],
                row => (Vendor: row.GetString(0), Action: Words.Of((DeviceAction)row.GetInt16(1)), Events: row.GetInt32(2), From: row.GetFieldValue<DateTimeOffset>(3), To: row.GetFieldValue<DateTimeOffset>(4)),
                cancellationToken));
            earlier = await session.RowsAsync(SurroundingsSql.Earlier, [seal.School, subject, alert, MostEarlier], EarlierOf, cancellationToken);
            days = await session.RowsAsync(
                SurroundingsSql.Days, [seal.School, subject, time.GetUtcNow() - TimeSpan.FromDays(ShownDays), policy.Calendar.Zone.Id],
                row => new SubjectDay(row.GetFieldValue<DateOnly>(0), Words.Of((Severity)row.GetInt16(1)), row.GetInt32(2)), cancellationToken);
        }

        return new Surroundings(
            facts.First, facts.FirstHappened ?? facts.First, facts.LastHappened ?? facts.Last, facts.Clock?.By(facts.Severity, policy), facts.Sources, vendors, earlier, days, staff);
    }

    /// <summary>
    /// What was recorded of the same person from half an hour before the alert to half an hour after; whoever shows it records the look, for a reason. Null when
    /// there is no such alert that the session's actor may see, empty when nobody is known whose hour it would be.
    /// </summary>
    public async Task<StoredHour?> HourAsync(Session session, SchoolSeal seal, Guid alert, CancellationToken cancellationToken)
    {
        if (await FactsAsync(session, seal, alert, cancellationToken) is not { } facts)
        {
            return null;
        }

        if (facts.Subject is not { } subject)
        {
            return new StoredHour([], [], []);
        }

        object[] hour = [seal.School, subject, facts.First - HalfHour, facts.Last + HalfHour];
        return new StoredHour(
            await session.RowsAsync(SurroundingsSql.Hour, [.. hour, AlertQueue.MostEvents], row => _face.EventOf(seal, row), cancellationToken),
            await session.RowsAsync(SurroundingsSql.Kept, [seal.School, alert, LogHourReader.MostEvents], row => _face.KeptOf(seal, row), cancellationToken),
            await session.RowsAsync(SurroundingsSql.HourAlerts, hour, row => row.GetInt32(0), cancellationToken));
    }

    /// <summary>Alerts whose reasons quote the same words, alone or within longer ones: what might not have been told, had they not counted.</summary>
    public async Task<IReadOnlyList<EarlierAlert>> AlikeAsync(SignedInStaff who, string words, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(who.School, cancellationToken);
        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        var found = await session.RowsAsync(
            SurroundingsSql.Alike, [who.School, time.GetUtcNow() - AlikeSince],
            row => Quotes(seal.Open(row.GetFieldValue<byte[]>(7), SealedField.AlertReasons), words) ? EarlierOf(row) : null, cancellationToken);
        List<EarlierAlert> alerts = [.. found.OfType<EarlierAlert>().Take(MostAlike)];
        session.RecordAccess(who.School, AuditTrail.AlikeAction, AuditTrail.ListObject(["alike"], alerts.Select(alert => alert.Number)));
        await session.CommitAsync(cancellationToken);
        return alerts;
    }

    /// <summary>Whether the words stand in what a reason quotes, without regard to case. Pure.</summary>
    internal static bool Quotes(byte[] reasons, string words) =>
        // Most are passed over unread: the words as JSON writes them must be there at all.
        Encoding.UTF8.GetString(reasons).Contains(JsonSerializer.Serialize(words, s_asStored)[1..^1], StringComparison.OrdinalIgnoreCase)
        && StoredEvent.ReadReasons(reasons).Any(reason => reason.Matched.Contains(words, StringComparison.OrdinalIgnoreCase));

    private static async Task<Facts?> FactsAsync(Session session, SchoolSeal seal, Guid alert, CancellationToken cancellationToken)
    {
        var rows = await session.RowsAsync(
            SurroundingsSql.Facts, [seal.School, alert],
            row => new Facts(
                row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<DateTimeOffset>(1),
                row.IsDBNull(2) ? null : StandingClock.Read(row.GetFieldValue<DateTimeOffset?[]>(2)), (Severity)row.GetInt16(3),
                SubjectForms.Of(seal, row, key: 4, name: 5), row.GetString(6), row.GetFieldValue<string[]>(7))
            {
                FirstHappened = row.IsDBNull(8) ? null : row.GetFieldValue<DateTimeOffset>(8),
                LastHappened = row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
            },
            cancellationToken);
        return rows.Count > 0 ? rows[0] : null;
    }

    private static IReadOnlyList<VendorMinutes> VendorsOf(IEnumerable<(string Vendor, string Action, int Events, DateTimeOffset From, DateTimeOffset To)> rows) =>
        [.. rows.GroupBy(row => row.Vendor, StringComparer.Ordinal)
            .Select(vendor => new VendorMinutes(vendor.Key, [.. vendor.Select(row => (row.Action, row.Events))], vendor.Min(row => row.From), vendor.Max(row => row.To)))];

    private EarlierAlert EarlierOf(NpgsqlDataReader row) => new(
        row.GetInt32(0), Words.Of((Severity)row.GetInt16(1)), guide.LabelOf(row.GetString(2)), row.GetString(3), row.IsDBNull(4) ? null : row.GetString(4),
        row.GetFieldValue<DateTimeOffset>(5), row.GetInt32(6));

    /// <param name="Clock">Null: none runs.</param>
    /// <param name="Subject">All that the person may be stored as; null: nobody known, or a whole class.</param>
    private sealed record Facts(
        DateTimeOffset First, DateTimeOffset Last, StandingClock? Clock, Severity Severity, string[]? Subject, string Route, IReadOnlyList<string> Sources)
    {
        public DateTimeOffset? FirstHappened { get; init; }

        public DateTimeOffset? LastHappened { get; init; }
    }
}
