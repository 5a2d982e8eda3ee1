using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.People;

/// <summary>
/// Every name by which products may know somebody, and whom it leads to. Pure. A recipient is known by the e-mail address, by the accounts given for
/// the recipient, and by every account and alias of the person in the people list whom one of these names: one name forgotten at set-up must
/// not show people alerts about themselves.
/// </summary>
internal static class KnownNames
{
    public static Dictionary<string, Subject> Of(IReadOnlyList<Person> people, IReadOnlyList<PersonAlias> aliases, IReadOnlyList<Staff> staff)
    {
        var subjects = new Dictionary<string, Subject>(StringComparer.OrdinalIgnoreCase);
        var persons = people.ToDictionary(p => p.PersonId);
        var owners = new Dictionary<string, Person>(StringComparer.OrdinalIgnoreCase);
        foreach (var person in people)
        {
            owners[person.Account] = person;
        }

        foreach (var alias in aliases)
        {
            if (persons.TryGetValue(alias.PersonId, out var person))
            {
                owners[alias.Alias] = person;
            }
        }

        foreach (var (name, person) in owners)
        {
            subjects[name] = new Subject((PersonRole)person.Role, person.YearGroup, SchoolPeople.KeyStageOf(person.YearGroup), Staff: null, person.Account) { Class = person.Class };
        }

        var namesOf = owners.ToLookup(o => o.Value.PersonId, o => o.Key);
        foreach (var member in staff)
        {
            AddMember(subjects, owners, namesOf, member);
        }

        // Last, so that a name given for one recipient outweighs what was concluded for another.
        foreach (var member in staff)
        {
            foreach (var name in member.Accounts.Append(member.Email))
            {
                subjects[name] = SubjectOf(member, owners);
            }
        }

        return subjects;
    }

    private static void AddMember(
        Dictionary<string, Subject> subjects, Dictionary<string, Person> owners, ILookup<Guid, string> namesOf, Staff member)
    {
        var subject = SubjectOf(member, owners);
        var fromEmail = AccountName.Of(member.Email);
        // The part before the @ is the account in most schools. Where the list says that it is a pupil's, it is: the DSL must hear of that pupil.
        if (!IsPupil(owners, fromEmail))
        {
            subjects[fromEmail] = subject;
        }

        foreach (var name in member.Accounts.Append(fromEmail))
        {
            if (owners.TryGetValue(name, out var person) && person.Role != (short)PersonRole.Pupil)
            {
                foreach (var other in namesOf[person.PersonId])
                {
                    subjects[other] = subject;
                }
            }
        }
    }

    // One account for all names, so that what several products say of one person is one alert.
    private static Subject SubjectOf(Staff member, Dictionary<string, Person> owners)
    {
        var fromEmail = AccountName.Of(member.Email);
        var account = member.Accounts.Length > 0 ? member.Accounts[0] : IsPupil(owners, fromEmail) ? member.Email.ToLowerInvariant() : fromEmail;
        return new Subject(RoleOf(member.Roles), "", "", member.StaffId, account);
    }

    private static bool IsPupil(Dictionary<string, Person> owners, string name) =>
        owners.TryGetValue(name, out var person) && person.Role == (short)PersonRole.Pupil;

    // Whose matter goes furthest up: a head who is also the DSL goes to the chair.
    private static PersonRole RoleOf(string[] roles) =>
        roles.Contains(StaffRole.Head) ? PersonRole.Head
        : roles.Contains(StaffRole.Chair) ? PersonRole.Chair
        : roles.Contains(StaffRole.Governor) ? PersonRole.Governor
        : roles.Contains(StaffRole.Dsl) ? PersonRole.Dsl
        : roles.Contains(StaffRole.Deputy) ? PersonRole.Deputy
        : PersonRole.Staff;
}
