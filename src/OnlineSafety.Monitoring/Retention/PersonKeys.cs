using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>Somebody by every name that the school knows.</summary>
/// <param name="Account">As the people list has it; as it was asked for, when nobody there has that name.</param>
/// <param name="People">Rows of the people list; empty: it has nobody of that name.</param>
/// <param name="Names">Account and aliases.</param>
/// <param name="Keys">Keys by which that person's events are grouped.</param>
internal sealed record NamedPerson(string Account, IReadOnlyList<Guid> People, IReadOnlyList<string> Names, IReadOnlyList<string> Keys);

/// <summary>From the people list to the keys by which events are grouped, and back.</summary>
internal static class PersonKeys
{
    private const string PeopleSql = "SELECT person_id, account, date_of_birth FROM person WHERE school_id = $1";
    private const string AliasesSql = "SELECT person_id, alias FROM person_alias WHERE school_id = $1";

    /// <summary>Dates of birth by the key of the person's events.</summary>
    public static async Task<Dictionary<string, DateOnly>> BirthsAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        var births = new Dictionary<string, DateOnly>(StringComparer.Ordinal);
        foreach (var person in (await ListedAsync(session, school, cancellationToken)).Where(person => person.Born is not null))
        {
            foreach (var key in KeysOf(person.Account))
            {
                births[key] = person.Born!.Value;
            }
        }

        return births;
    }

    /// <summary>Somebody by an account or alias, whatever domain or case it is written with.</summary>
    public static async Task<NamedPerson> FindAsync(Session session, Guid school, string name, CancellationToken cancellationToken)
    {
        var wanted = AccountName.Of(name);
        var people = await ListedAsync(session, school, cancellationToken);
        var aliases = await session.RowsAsync(AliasesSql, [school], row => (Person: row.GetGuid(0), Alias: row.GetString(1)), cancellationToken);
        var found = people.FindAll(person => Same(person.Account, wanted)
            || aliases.Exists(alias => alias.Person == person.Id && (Same(alias.Alias, wanted) || Same(alias.Alias, name.Trim()))));
        var ids = found.ConvertAll(person => person.Id);
        var account = found.Count > 0 ? found[0].Account : wanted;
        List<string> names = [.. found.Select(person => person.Account), .. aliases.Where(alias => ids.Contains(alias.Person)).Select(alias => alias.Alias), wanted];
        names = [.. names.Where(n => n.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
        // Without the list an alias is an account of its own: so it must be hidden as one when the list has lost this person.
        return new NamedPerson(account, ids, names, [.. names.Select(AccountName.Of).Concat(names).SelectMany(KeysOf).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>Every name of everybody else on the people list.</summary>
    public static async Task<IReadOnlyList<string>> OthersAsync(Session session, Guid school, NamedPerson person, CancellationToken cancellationToken)
    {
        var people = await ListedAsync(session, school, cancellationToken);
        var aliases = await session.RowsAsync(AliasesSql, [school], row => (Person: row.GetGuid(0), Alias: row.GetString(1)), cancellationToken);
        return [.. people.Where(other => !person.People.Contains(other.Id)).Select(other => other.Account)
            .Concat(aliases.Where(alias => !person.People.Contains(alias.Person)).Select(alias => alias.Alias)).Except(person.Names, StringComparer.OrdinalIgnoreCase)];
    }

    private static Task<List<ListedPerson>> ListedAsync(Session session, Guid school, CancellationToken cancellationToken) => session.RowsAsync(
        PeopleSql, [school], row => new ListedPerson(row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetFieldValue<DateOnly>(2)), cancellationToken);

    private static IEnumerable<string> KeysOf(string account)
    {
        yield return "user:" + account;
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);

    private sealed record ListedPerson(Guid Id, string Account, DateOnly? Born);
}
