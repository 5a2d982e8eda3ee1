using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.People;

/// <summary>Snapshots of schools' people for Processing, never older than <see cref="Fresh"/>.</summary>
internal sealed class PeopleDirectory([FromKeyedServices(DatabaseRole.Process)] Database database, TimeProvider time)
{
    /// <summary>How long a new recipient or account may go unnoticed.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private static readonly Actor Actor = Actor.Service("people");
    private readonly ConcurrentDictionary<Guid, (SchoolPeople People, long LoadedAt)> _schools = [];

    public async Task<SchoolPeople> OfAsync(Guid school, CancellationToken cancellationToken)
    {
        if (_schools.TryGetValue(school, out var known) && time.GetElapsedTime(known.LoadedAt) < Fresh)
        {
            return known.People;
        }

        var loadedAt = time.GetTimestamp();
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        var people = await LoadAsync(session, school, cancellationToken);
        _schools[school] = (people, loadedAt);
        return people;
    }

    private static async Task<SchoolPeople> LoadAsync(Session session, Guid school, CancellationToken cancellationToken)
    {
        var subjects = new Dictionary<string, Subject>(StringComparer.OrdinalIgnoreCase);
        var byId = new Dictionary<Guid, Subject>();
        await foreach (var person in session.Context.People.AsNoTracking().Where(p => p.SchoolId == school).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            var subject = new Subject((PersonRole)person.Role, person.YearGroup, SchoolPeople.KeyStageOf(person.YearGroup), Staff: null);
            byId[person.PersonId] = subject;
            subjects[person.Account] = subject;
        }

        await foreach (var alias in session.Context.PersonAliases.AsNoTracking().Where(a => a.SchoolId == school).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (byId.TryGetValue(alias.PersonId, out var subject))
            {
                subjects[alias.Alias] = subject;
            }
        }

        var staff = await session.Context.Staff.AsNoTracking().Where(s => s.SchoolId == school).ToListAsync(cancellationToken);
        foreach (var member in staff)
        {
            var subject = new Subject(RoleOf(member.Roles), "", "", member.StaffId);
            // A recipient's accounts win over the people list: a mistake there must not show people alerts about themselves.
            subjects[member.Email] = subject;
            foreach (var account in member.Accounts)
            {
                subjects[account] = subject;
            }
        }

        return new SchoolPeople(subjects, [.. staff.Select(s => new StaffMember(s.StaffId, s.Roles, s.Enabled))]);
    }

    // Whose matter goes furthest up: a head who is also the DSL goes to the chair.
    private static PersonRole RoleOf(string[] roles) =>
        roles.Contains("head") ? PersonRole.Head
        : roles.Contains("chair") ? PersonRole.Chair
        : roles.Contains("dsl") ? PersonRole.Dsl
        : roles.Contains("deputy") ? PersonRole.Deputy
        : PersonRole.Staff;
}
