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

    // Of every version of every row: whatever is added, changed or removed makes another. To open what is sealed of 1,500 people takes some twenty times as long.
    private const string Print = """
        SELECT count(*), COALESCE(bit_xor(hashtextextended(v, 0)), 0)
        FROM (
            SELECT 'person' || ctid::text || xmin::text FROM person WHERE school_id = $1
            UNION ALL SELECT 'alias' || ctid::text || xmin::text FROM person_alias WHERE school_id = $1
            UNION ALL SELECT 'staff' || ctid::text || xmin::text FROM staff WHERE school_id = $1) AS rows (v)
        """;

    private static readonly Actor Actor = Actor.Service("people");
    private readonly ConcurrentDictionary<Guid, Known> _schools = [];

    public async Task<SchoolPeople> OfAsync(Guid school, CancellationToken cancellationToken)
    {
        if (_schools.TryGetValue(school, out var known) && time.GetElapsedTime(known.LookedAt) < Fresh)
        {
            return known.People;
        }

        var lookedAt = time.GetTimestamp();
        var seal = await seals.OfAsync(school, cancellationToken);
        await using var session = await database.OpenAsync(school, Actor, cancellationToken);
        // Before the rows: what is changed in between is read again the next time.
        var print = (await session.RowsAsync(Print, [school], row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken))[0];
        var people = known is not null && known.Print == print && ReferenceEquals(known.Seal, seal) ? known.People : await ReadAsync(session, seal, cancellationToken);
        _schools[school] = new Known(people, print, seal, lookedAt);
        return people;
    }

    /// <summary>The people as this transaction sees them.</summary>
    public static async Task<SchoolPeople> ReadAsync(Session session, SchoolSeal seal, CancellationToken cancellationToken)
    {
        var (people, aliases) = await SealedPeople.ReadAsync(session, seal, cancellationToken);
        var staff = await session.Context.Staff.AsNoTracking().Where(s => s.SchoolId == seal.School).OrderBy(s => s.StaffId).ToListAsync(cancellationToken);
        return new SchoolPeople(KnownNames.Of(people, aliases, staff), [.. staff.Select(s => new StaffMember(s.StaffId, s.Roles, s.Enabled))]);
    }

    private sealed record Known(SchoolPeople People, (long Rows, long Versions) Print, SchoolSeal Seal, long LookedAt);
}
