using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.People;

/// <summary>Snapshots of schools' people for Processing, never older than <see cref="Fresh"/>.</summary>
internal sealed class PeopleDirectory([FromKeyedServices(DatabaseRole.Process)] Database database, SchoolSeals seals, TimeProvider time)
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
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        var people = await ReadAsync(session, seal, cancellationToken);
        _schools[school] = (people, loadedAt);
        return people;
    }

    /// <summary>The people as this transaction sees them.</summary>
    public static async Task<SchoolPeople> ReadAsync(Session session, SchoolSeal seal, CancellationToken cancellationToken)
    {
        var (people, aliases) = await SealedPeople.ReadAsync(session, seal, cancellationToken);
        var staff = await session.Context.Staff.AsNoTracking().Where(s => s.SchoolId == seal.School).OrderBy(s => s.StaffId).ToListAsync(cancellationToken);
        return new SchoolPeople(KnownNames.Of(people, aliases, staff), [.. staff.Select(s => new StaffMember(s.StaffId, s.Roles, s.Enabled))]);
    }
}
