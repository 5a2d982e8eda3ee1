using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Web.Audit;

/// <summary>The records of who saw what, for one person. They are read as the audit role of the database, which has no right to what a child did.</summary>
internal sealed class AuditPages(Database audit, SchoolSeals seals)
{
    public const int Shown = 200;
    public const int MostExported = 100_000;
    private const int LongestReason = 2000;

    private const string NamesSql = """
        SELECT alert_id, 'alert ' || number FROM alert WHERE school_id = $1 AND alert_id = ANY ($2)
        UNION ALL
        (SELECT DISTINCT ON (actor_id) actor_id, actor_name FROM access_record WHERE school_id = $1 AND actor_id = ANY ($2) ORDER BY actor_id, seq DESC)
        """;

    private readonly AuditTrail _trail = new(audit, seals);

    public async Task<AuditListView> ListAsync(SignedInStaff who, AuditQuery query, TimeZoneInfo zone, CancellationToken cancellationToken)
    {
        var filter = FilterOf(query, zone) with { Limit = Shown + 1 };
        var entries = (await _trail.ListAsync(who.School, who.Actor, filter, cancellationToken)).Reverse().ToList();
        await using var session = await audit.OpenAsync(who.School, who.Actor, cancellationToken);
        var actors = await AuditTrail.ActorsAsync(session, who.School, cancellationToken);
        var names = await NamesAsync(session, who.School, entries, cancellationToken);
        var head = await AuditHeads.ReadAsync(session, who.School, cancellationToken);
        var earlier = entries.Count > Shown ? AddressOf(query with { Before = entries[Shown - 1].At }) : null;
        return new AuditListView(query, [.. entries.Take(Shown).Select(entry => RowOf(entry, names))], actors, earlier, head?.Anchor.ToString() ?? "");
    }

    /// <returns>Comma-separated values, the oldest first.</returns>
    /// <exception cref="SetupException">No reason was given.</exception>
    public async Task<byte[]> ExportAsync(SignedInStaff who, AuditQuery query, TimeZoneInfo zone, string reason, CancellationToken cancellationToken)
    {
        var why = Reason(reason);
        var seal = await seals.OfAsync(who.School, cancellationToken);
        var entries = await _trail.ListAsync(who.School, who.Actor, FilterOf(query with { Before = null }, zone) with { Limit = MostExported + 1 }, cancellationToken);
        if (entries.Count > MostExported)
        {
            throw new SetupException($"These are more than {MostExported:N0} records. Ask for a shorter time, and for the rest after it.");
        }

        await using var session = await audit.OpenAsync(who.School, who.Actor, cancellationToken);
        var names = await NamesAsync(session, who.School, entries, cancellationToken);
        session.RecordAccess(who.School, "audit.export", entries.Count.ToString(CultureInfo.InvariantCulture), seal.SealWords(why, SealedField.AccessReason));
        await session.CommitAsync(cancellationToken);
        return AuditTable.Of(entries.Select(entry => RowOf(entry, names)));
    }

    /// <param name="alert">A number; empty: a person is asked about.</param>
    /// <exception cref="SetupException">Nothing or too much was asked, or no reason given for a person.</exception>
    public async Task<WhoSawView> WhoSawAsync(SignedInStaff who, string alert, string account, string reason, CancellationToken cancellationToken)
    {
        if (alert.Trim().Length > 0 == account.Trim().Length > 0)
        {
            throw new SetupException("Give either the number of an alert or an account.");
        }

        if (account.Trim().Length > 0)
        {
            var why = Reason(reason);
            var about = await _trail.WhoSawPersonAsync(who.School, who.Actor, account, why, cancellationToken);
            return new WhoSawView("alerts about that person", [.. about.Select(RowOf)]);
        }

        if (!int.TryParse(alert.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new SetupException("An alert is asked for by its number, as it stands on its page.");
        }

        var seen = await _trail.WhoSawAsync(who.School, who.Actor, new AlertReference(Id: null, number), reason.Trim().Length > 0 ? Reason(reason) : null, cancellationToken);
        return new WhoSawView(string.Create(CultureInfo.InvariantCulture, $"alert {number}"), seen is null ? null : [.. seen.Select(RowOf)]);
    }

    public Task<IReadOnlyList<UnansweredView>> UnansweredAsync(SignedInStaff who, CancellationToken cancellationToken) => _trail.UnansweredAsync(who.School, who.Actor, cancellationToken);

    public static string AddressOf(AuditQuery query)
    {
        var address = new QueryBuilder();
        foreach (var (name, value) in new[] { ("from", query.From), ("to", query.To), ("by", query.By), ("about", query.About), ("before", query.Before?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture) ?? "") })
        {
            if (value.Length > 0)
            {
                address.Add(name, value);
            }
        }

        return AuditRoutes.Address + address;
    }

    private static AuditFilter FilterOf(AuditQuery query, TimeZoneInfo zone)
    {
        var until = Midnight(query.To, zone, 1);
        return new AuditFilter
        {
            From = Midnight(query.From, zone, 0),
            Until = query.Before is { } before && !(until < before) ? before : until,
            Actor = query.By.Length > 0 ? query.By : null,
            Action = AuditWords.PrefixOf(query.About),
        };
    }

    private static DateTimeOffset? Midnight(string day, TimeZoneInfo zone, int later)
    {
        if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) || date.Year is < 2000 or > 9000)
        {
            return null;
        }

        var midnight = date.AddDays(later).ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(midnight, zone.GetUtcOffset(midnight)).ToUniversalTime();
    }

    private static string Reason(string reason) => SetupText.Optional(reason, "reason", LongestReason) is { Length: > 0 } why ? why : throw new SetupException("Say why: it is recorded with your name.");

    private static SightingRow RowOf(SightingView sighting) => new(
        sighting.Number, sighting.Entry.At, AuditWords.Who(sighting.Entry.Actor, sighting.Entry.ActorKind),
        sighting.Listed ? "saw it in a list" : AuditWords.Of(sighting.Entry.Action), sighting.Entry.Reason, sighting.Entry.Entry);

    private static AuditRow RowOf(AuditEntryView entry, Dictionary<string, string> names) => new(entry, AuditWords.Of(entry.Action), AuditObjects.Of(entry.Action, entry.Object, names));

    // Ids say nothing to a person. Alerts are named by their number, and of one that is about the reader the role is shown none; staff by the name under which they
    // themselves did something: this role has no staff list.
    private static async Task<Dictionary<string, string>> NamesAsync(Session session, Guid school, IReadOnlyList<AuditEntryView> entries, CancellationToken cancellationToken)
    {
        var ids = entries.Select(entry => entry.Object?.Split(' ', 2)[0]).Select(text => Guid.TryParse(text, out var id) ? id : (Guid?)null).OfType<Guid>().Distinct().ToArray();
        var found = await session.RowsAsync(NamesSql, [school, ids], row => (Id: row.GetGuid(0).ToString(), Name: row.GetString(1)), cancellationToken);
        return found.ToDictionary(named => named.Id, named => named.Name, StringComparer.Ordinal);
    }
}
