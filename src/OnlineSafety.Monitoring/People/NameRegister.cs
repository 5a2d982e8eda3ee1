using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.People;

/// <summary>
/// Undoes what the people list joins, a name at a time, and gives it back. The name stays on the list and with what was recorded under it; only what is received from then on is
/// told apart. Of pupils alone: a name of a recipient that joined nothing would show people alerts about themselves.
/// </summary>
internal sealed class NameRegister(Database setup, SchoolSeals seals)
{
    private const string Person = "SELECT person_id FROM person WHERE school_id = $1 AND account_key = $2 AND role = $4";

    private const string Of = $"SELECT alias_key, apart_since FROM person_alias WHERE school_id = $1 AND alias_key = ANY ($3) AND person_id = ({Person})";

    private const string Set = $"""
        UPDATE person_alias SET apart_since = CASE WHEN $5 THEN COALESCE(apart_since, clock_timestamp()) END
        WHERE school_id = $1 AND alias_key = ANY ($3) AND person_id = ({Person})
        """;

    /// <summary>Of these names those that the list has for the account, with since when each joins nothing; null: it is joined.</summary>
    /// <param name="names">As products sent them.</param>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset?>> OfAsync(
        Guid school, string account, IReadOnlyCollection<string> names, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var known = (await session.RowsAsync(
                Of, [school, SealedPeople.KeyOf(seal, account), names.SelectMany(name => KeysOf(seal, name)).ToArray(), (short)PersonRole.Pupil],
                row => (Key: row.GetString(0), Since: row.IsDBNull(1) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(1)), cancellationToken))
            .ToDictionary(alias => alias.Key, alias => alias.Since, StringComparer.Ordinal);
        return names.Select(name => (Name: name, Key: Array.Find(KeysOf(seal, name), known.ContainsKey)))
            .Where(name => name.Key is not null).ToDictionary(name => name.Name, name => known[name.Key!], StringComparer.Ordinal);
    }

    /// <summary>The whole people list, opened: for each account its names, year and class, as somebody may ask for them.</summary>
    public async Task<ILookup<string, string>> AllAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var (people, aliases) = await SealedPeople.ReadAsync(session, seal, cancellationToken);
        var accounts = people.ToDictionary(person => person.PersonId, person => person.Account);
        return people.SelectMany(person => new[] { person.YearGroup, person.Class }.Where(word => word.Length > 0).Select(word => (person.Account, Name: word)))
            .Concat(aliases.Where(alias => accounts.ContainsKey(alias.PersonId)).Select(alias => (Account: accounts[alias.PersonId], Name: alias.Alias)))
            .ToLookup(known => known.Account, known => known.Name, StringComparer.Ordinal);
    }

    /// <summary>False when the list has no such name for the account, or it is no pupil's.</summary>
    /// <param name="apart">Whether it joins nothing from now on.</param>
    /// <param name="alert">By which the person was found: no name stands in a record.</param>
    public async Task<bool> SetAsync(Guid school, string account, string name, bool apart, Guid alert, Actor actor, CancellationToken cancellationToken)
    {
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        if (await session.ExecuteAsync(Set, [school, SealedPeople.KeyOf(seal, account), KeysOf(seal, name), (short)PersonRole.Pupil, apart], cancellationToken) == 0)
        {
            return false;
        }

        session.RecordAccess(school, apart ? "people.name-apart" : "people.name-back", alert.ToString());
        await session.CommitAsync(cancellationToken);
        return true;
    }

    /// <summary>As it was sent and without domain and realm: by either the list may have it.</summary>
    public static string[] KeysOf(SchoolSeal seal, string name) =>
        [.. new[] { name.Trim().ToLowerInvariant(), AccountName.Of(name) }.Distinct(StringComparer.Ordinal).Select(known => SealedPeople.KeyOf(seal, known))];
}
