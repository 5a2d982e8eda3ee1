using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>Somebody by every name that the school knows.</summary>
/// <param name="Account">As the people list has it; as it was asked for, when nobody there has that name.</param>
/// <param name="People">Rows of the people list; empty: it has nobody of that name.</param>
/// <param name="Names">Account and aliases.</param>
/// <param name="Keys">Keyed hashes by which that person's events are grouped.</param>
internal sealed record NamedPerson(string Account, IReadOnlyList<Person> People, IReadOnlyList<string> Names, IReadOnlyList<string> Keys);

/// <summary>From the people list to the keys by which events are grouped.</summary>
internal static class PersonKeys
{
    /// <summary>Pupils' dates of birth by the key of their events, in every form in which it may be stored.</summary>
    public static async Task<Dictionary<string, DateOnly>> BirthsAsync(Session session, SchoolSeal seal, CancellationToken cancellationToken)
    {
        var births = new Dictionary<string, DateOnly>(StringComparer.Ordinal);
        var (people, _) = await SealedPeople.ReadAsync(session, seal, cancellationToken);
        foreach (var person in people.Where(person => person.DateOfBirth is not null && person.Role == (int)PersonRole.Pupil))
        {
            foreach (var key in seal.Forms(KeyOf(person.Account)))
            {
                births[key] = person.DateOfBirth!.Value;
            }
        }

        return births;
    }

    /// <summary>Somebody by an account or alias, whatever domain or case it is written with.</summary>
    /// <exception cref="RetentionException">No name was given, or what is stored from before is not sealed yet, so that it cannot be told whose it is.</exception>
    public static async Task<NamedPerson> FindAsync(Session session, SchoolSeal seal, string name, CancellationToken cancellationToken)
    {
        if (seal.MayBePlain)
        {
            throw new RetentionException("What was stored by an earlier version is being sealed by the service. When onlinesafety keys status says that all of it is, ask again.");
        }

        var wanted = AccountName.Of(name);
        if (wanted.Length == 0)
        {
            throw new RetentionException("Name the person by an account or alias.");
        }

        var (people, aliases) = await SealedPeople.ReadAsync(session, seal, cancellationToken);
        var found = people.FindAll(person => Same(person.Account, wanted)
            || aliases.Exists(alias => alias.PersonId == person.PersonId && (Same(alias.Alias, wanted) || Same(alias.Alias, name.Trim()))));
        var ids = found.ConvertAll(person => person.PersonId);
        List<string> names = [.. found.Select(person => person.Account), .. aliases.Where(alias => ids.Contains(alias.PersonId)).Select(alias => alias.Alias), wanted];
        names = [.. names.Where(n => n.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];
        // Without the list an alias is an account of its own: so it must be hidden as one when the list has lost this person.
        // And a product may write an accent apart from its letter, or as one with it.
        var keys = names.Select(AccountName.Of).Concat(names).SelectMany(known => new[] { known, Composed(known, NormalizationForm.FormC), Composed(known, NormalizationForm.FormD) })
            .Distinct(StringComparer.Ordinal).Select(known => seal.Index(KeyOf(known)));
        return new NamedPerson(found.Count > 0 ? found[0].Account : wanted, found, names, [.. keys]);
    }

    /// <summary>Every name of everybody else on the people list.</summary>
    public static async Task<IReadOnlyList<string>> OthersAsync(Session session, SchoolSeal seal, NamedPerson person, CancellationToken cancellationToken)
    {
        var (people, aliases) = await SealedPeople.ReadAsync(session, seal, cancellationToken);
        var own = person.People.Select(one => one.PersonId).ToHashSet();
        return [.. people.Where(other => !own.Contains(other.PersonId)).Select(other => other.Account)
            .Concat(aliases.Where(alias => !own.Contains(alias.PersonId)).Select(alias => alias.Alias)).Except(person.Names, StringComparer.OrdinalIgnoreCase)];
    }

    /// <summary>Names by which somebody on the list is called.</summary>
    public static async Task<ILookup<Guid, string>> AliasesAsync(Session session, SchoolSeal seal, CancellationToken cancellationToken) =>
        (await SealedPeople.ReadAsync(session, seal, cancellationToken)).Aliases.ToLookup(alias => alias.PersonId, alias => alias.Alias);

    internal static string KeyOf(string account) => "user:" + account;

    // Half a pair of characters has no form.
    private static string Composed(string name, NormalizationForm form) => string.Concat(name.EnumerateRunes()).Normalize(form);

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
