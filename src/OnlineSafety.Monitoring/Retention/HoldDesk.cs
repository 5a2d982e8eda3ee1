using System.Text.Json.Serialization;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>A hold, for whoever may see it.</summary>
/// <param name="About">The number of the alert, or the person as was asked for.</param>
public sealed record HoldView(Guid Hold, string About, string Reason, string Author, DateTimeOffset PlacedAt, DateTimeOffset? LiftedAt, string? LiftedBy, string? WhyLifted)
{
    internal const string Person = "person ";

    /// <summary>Of a person, and not of an alert.</summary>
    [JsonIgnore]
    public bool IsOfPerson => About.StartsWith(Person, StringComparison.Ordinal);
}

/// <summary>
/// Legal holds: what stands under one survives its clock and an erasure, until somebody lifts it. Placing one has the hour around its alerts copied from the log
/// while that is kept (a trigger asks for it, so that no way of placing one forgets it). Placing one waits for an erasure that runs: it then stands before a row goes,
/// or after it is gone, and never in between.
/// </summary>
internal sealed class HoldDesk(Database retention, SchoolSeals seals)
{
    private const string AlertSql = "SELECT alert_id, number FROM alert WHERE school_id = $1 AND (number = $2 OR alert_id = $3) AND alert_id NOT IN (SELECT alert_id FROM alerts_not_shown())";

    private const string AboutSql = """
        SELECT EXISTS (SELECT 1 FROM alert WHERE school_id = $1 AND subject_key = ANY ($2)) OR EXISTS (SELECT 1 FROM event WHERE school_id = $1 AND subject_key = ANY ($2))
        """;

    private const string PlaceSql = """
        INSERT INTO legal_hold (school_id, hold_id, alert_id, subject_keys, about, reason, author, author_id, placed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, current_staff(), clock_timestamp())
        """;

    private const string ListSql = """
        SELECT hold_id, about, reason, author, placed_at, lifted_at, lifted_by, why_lifted FROM legal_hold
        WHERE school_id = $1 AND ($2 OR lifted_at IS NULL) AND (alert_id IS NULL OR alert_id NOT IN (SELECT alert_id FROM alerts_not_shown())) ORDER BY placed_at
        """;

    private const string OneSql = "SELECT about FROM legal_hold WHERE school_id = $1 AND hold_id = $2";

    private const string LiftSql = """
        UPDATE legal_hold SET lifted_at = clock_timestamp(), lifted_by = $3, why_lifted = $4 WHERE school_id = $1 AND hold_id = $2 AND lifted_at IS NULL
        """;

    /// <summary>Whether somebody may be held by whose name nobody is known: what comes of it is held then. Else it is refused: a name may be misspelt, and nothing would be held.</summary>
    public bool MayBeNobody { get; init; }

    /// <exception cref="RetentionException">There is no such alert, or it is about the actor.</exception>
    public async Task<Guid> PlaceOnAlertAsync(Guid school, AlertReference alert, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        await SchoolTurn.TakeAsync(session, school, cancellationToken);
        var found = await session.RowsAsync(AlertSql, [school, alert.Number, alert.Id ?? Guid.Empty], row => (Id: row.GetGuid(0), Number: row.GetInt32(1)), cancellationToken);
        return found.Count == 0
            ? throw new RetentionException("There is no such alert in this school.")
            : await PlaceAsync(session, seal, found[0].Id, [], $"alert {found[0].Number}", reason, cancellationToken);
    }

    /// <summary>On everything about a person: what there is, and what comes while it stands.</summary>
    /// <exception cref="RetentionException">Nobody is known by that name, or it is the actor's own.</exception>
    public async Task<Guid> PlaceOnPersonAsync(Guid school, string name, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        await SchoolTurn.TakeAsync(session, school, cancellationToken);
        var person = await PersonKeys.FindAsync(session, seal, name, cancellationToken);
        await OwnAccount.RefuseAsync(session, [name, .. person.Names], cancellationToken);
        await RequireSomebodyAsync(session, seal, person, cancellationToken);
        return await PlaceAsync(session, seal, alert: null, [.. person.Keys], HoldView.Person + person.Account, reason, cancellationToken);
    }

    public async Task<IReadOnlyList<HoldView>> ListAsync(Guid school, bool all, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        var holds = await session.RowsAsync(
            ListSql, [school, all],
            row => new HoldView(
                row.GetGuid(0), seal.ReadText(row.GetFieldValue<byte[]>(1), SealedField.HoldAbout), seal.ReadText(row.GetFieldValue<byte[]>(2), SealedField.HoldReason), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5), row.IsDBNull(6) ? null : row.GetString(6), row.IsDBNull(7) ? null : seal.ReadText(row.GetFieldValue<byte[]>(7), SealedField.HoldWhyLifted)),
            cancellationToken);
        session.RecordAccess(school, "hold.list", holds.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await session.CommitAsync(cancellationToken);
        return holds;
    }

    /// <summary>On whom or what it stands, for a reason: a list need not say who is under one.</summary>
    /// <exception cref="RetentionException">There is no such hold.</exception>
    public async Task<string> AboutAsync(Guid school, Guid hold, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        if (await session.RowsAsync(OneSql, [school, hold], row => row.GetFieldValue<byte[]>(0), cancellationToken) is not [var about])
        {
            throw new RetentionException("There is no such hold.");
        }

        session.RecordAccess(school, "hold.show", hold.ToString(), seal.SealWords(reason, SealedField.AccessReason));
        await session.CommitAsync(cancellationToken);
        return seal.ReadText(about, SealedField.HoldAbout);
    }

    /// <exception cref="RetentionException">No such hold stands.</exception>
    public async Task LiftAsync(Guid school, Guid hold, string reason, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await retention.OpenAsync(school, actor, cancellationToken);
        await SchoolTurn.TakeAsync(session, school, cancellationToken);
        if (await session.ExecuteAsync(LiftSql, [school, hold, actor.Name, seal.SealText(reason, SealedField.HoldWhyLifted)], cancellationToken) == 0)
        {
            throw new RetentionException("No such hold stands. See: onlinesafety hold list");
        }

        session.RecordAccess(school, "hold.lift", hold.ToString());
        await session.CommitAsync(cancellationToken);
    }

    private async Task RequireSomebodyAsync(Session session, SchoolSeal seal, NamedPerson person, CancellationToken cancellationToken)
    {
        if (MayBeNobody || person.People.Count > 0
            || (await session.RowsAsync(AboutSql, [seal.School, person.Keys.ToArray()], row => row.GetBoolean(0), cancellationToken)) is [true])
        {
            return;
        }

        var (people, aliases) = await SealedPeople.ReadAsync(session, seal, cancellationToken);
        throw new RetentionException(
            $"Nobody is known by this name: it is no account or alias of the {Counted.Of(people.Count, "person", "people")} on the list ({Counted.Of(aliases.Count, "alias", "aliases")}), and no event or alert is about it. "
            + "Nothing is held. If it is spelt as you mean it, and what may come of it is to be held: --nothing-known");
    }

    // The reason may name the person, so it stands with the hold, sealed, and not in the access record.
    private static async Task<Guid> PlaceAsync(Session session, SchoolSeal seal, Guid? alert, string[] keys, string about, string reason, CancellationToken cancellationToken)
    {
        var (hold, school) = (Guid.NewGuid(), seal.School);
        await session.ExecuteAsync(
            PlaceSql,
            [school, hold, (object?)alert ?? DBNull.Value, keys, seal.SealText(about, SealedField.HoldAbout), seal.SealText(reason, SealedField.HoldReason), session.Actor.Name], cancellationToken);
        session.RecordAccess(school, "hold.place", alert is { } one ? $"{one} {hold}" : hold.ToString());
        await session.CommitAsync(cancellationToken);
        return hold;
    }
}
