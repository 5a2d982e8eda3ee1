using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.People;

/// <summary>The people list between what is stored, sealed, and what it says.</summary>
internal static class SealedPeople
{
    private const string BirthFormat = "yyyy-MM-dd";

    /// <summary>By which an account or alias is found: one and the same for both, as one name leads to one person.</summary>
    public static string KeyOf(SchoolSeal seal, string name) => seal.Index("account:" + name);

    /// <summary>All of one school. Those whose key was destroyed are nobody's any more and left out, and so are names that somebody has told apart.</summary>
    public static Task<(List<Person> People, List<PersonAlias> Aliases)> ReadAsync(Session session, SchoolSeal seal, CancellationToken cancellationToken) =>
        ReadAsync(session, seal, apart: false, cancellationToken);

    /// <param name="apart">Names that were told apart too, as a list that is imported has them.</param>
    public static async Task<(List<Person> People, List<PersonAlias> Aliases)> ReadAsync(Session session, SchoolSeal seal, bool apart, CancellationToken cancellationToken)
    {
        var people = await session.Context.People.AsNoTracking().Where(p => p.SchoolId == seal.School).ToListAsync(cancellationToken);
        var aliases = await session.Context.PersonAliases.AsNoTracking().Where(a => a.SchoolId == seal.School && (apart || a.ApartSince == null)).ToListAsync(cancellationToken);
        return ([.. people.Select(person => Open(seal, person)).OfType<Person>()], [.. aliases.Select(alias => Open(seal, alias)).OfType<PersonAlias>()]);
    }

    public static byte[]? SealBirth(SchoolSeal seal, DateOnly? birth) =>
        birth is { } day ? seal.SealText(day.ToString(BirthFormat, CultureInfo.InvariantCulture), SealedField.PersonBirth) : null;

    public static DateOnly? OpenBirth(SchoolSeal seal, byte[]? stored) =>
        stored is null ? null : DateOnly.ParseExact(seal.OpenText(stored, SealedField.PersonBirth), BirthFormat, CultureInfo.InvariantCulture);

    private static Person? Open(SchoolSeal seal, StoredPerson stored) => seal.TryOpen(stored.Account, SealedField.PersonAccount, out var account)
        ? new Person
        {
            SchoolId = stored.SchoolId,
            PersonId = stored.PersonId,
            Account = Encoding.UTF8.GetString(account),
            Role = stored.Role,
            YearGroup = stored.YearGroup,
            Class = stored.Class,
            DateOfBirth = OpenBirth(seal, stored.DateOfBirth),
            UpdatedAt = stored.UpdatedAt,
        }
        : null;

    private static PersonAlias? Open(SchoolSeal seal, StoredAlias stored) => seal.TryOpen(stored.Alias, SealedField.PersonAlias, out var alias)
        ? new PersonAlias { SchoolId = stored.SchoolId, PersonId = stored.PersonId, Alias = Encoding.UTF8.GetString(alias) }
        : null;
}
