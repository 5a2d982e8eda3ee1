using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.People;

/// <summary>A colleague was to be given a name that is a pupil's: whoever means it says so.</summary>
internal sealed class PupilNameException() : SetupException(
    "By the people list an account here, or what stands before the @, is a pupil's: what is raised about that pupil would leave the safeguarding lead's desk. Leave it out. "
    + "If the list is wrong, import one that says whose the account is, or say that it is not a pupil's, of which safeguarding leads and heads are told. See: onlinesafety staff add --help, --not-a-pupils");

/// <summary>Which names the people list gives to pupils.</summary>
/// <param name="seals">Asked for only where there is a list: without the master key nobody can read it.</param>
internal sealed class PupilNames(Func<SchoolSeals> seals)
{
    private const string Any = "SELECT EXISTS (SELECT 1 FROM person WHERE school_id = $1 AND role = $2)";

    /// <summary>Whether one of them is a pupil's, as account or as alias; one that was told apart is nobody's.</summary>
    /// <param name="names">As <see cref="AccountName"/> makes them.</param>
    public async Task<bool> HaveAsync(Session session, Guid school, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        if (names.Count == 0 || await session.RowsAsync(Any, [school, (short)PersonRole.Pupil], row => row.GetBoolean(0), cancellationToken) is [false])
        {
            return false;
        }

        var (people, aliases) = await SealedPeople.ReadAsync(session, await seals().OfAsync(school, cancellationToken), cancellationToken);
        return In(people, aliases).Any(name => names.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>Records that a member of staff is known by a pupil's name, and tells those who answer for alerts.</summary>
    public static async Task SayAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken)
    {
        await RoleGuard.TellLeadsAsync(session, school, staff, AccountNews.OthersPupil, cancellationToken);
        session.RecordAccess(school, GivenRoles.PupilsAccount, staff.ToString());
    }

    /// <summary>Accounts and aliases of the pupils on a list.</summary>
    public static IEnumerable<string> In(IReadOnlyList<Person> people, IReadOnlyList<PersonAlias> aliases)
    {
        var pupils = people.Where(person => person.Role == (short)PersonRole.Pupil).ToDictionary(person => person.PersonId, person => person.Account);
        return pupils.Values.Concat(aliases.Where(alias => pupils.ContainsKey(alias.PersonId)).Select(alias => alias.Alias));
    }
}
