using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>The name and time zone of a school, for the head of every page. Kept for a minute: they change once in years and every page shows them.</summary>
internal sealed class SchoolNames([FromKeyedServices(DatabaseRole.Console)] Database console, TimeProvider time)
{
    private static readonly TimeSpan s_kept = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Guid, (SchoolName Name, DateTimeOffset Read)> _names = new();

    public async Task<SchoolName> OfAsync(SignedInStaff who, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (_names.TryGetValue(who.School, out var known) && now - known.Read < s_kept)
        {
            return known.Name;
        }

        await using var session = await console.OpenAsync(who.School, who.Actor, cancellationToken);
        var rows = await session.RowsAsync(
            "SELECT name, time_zone FROM school WHERE school_id = $1", [who.School], row => new SchoolName(row.GetString(0), row.GetString(1)), cancellationToken);
        var name = rows.Count > 0 ? rows[0] : SchoolName.Unknown;
        _names[who.School] = (name, now);
        return name;
    }
}

/// <param name="Zone">IANA name of the zone whose clock hangs on the school's wall.</param>
public sealed record SchoolName(string Name, string Zone)
{
    public static SchoolName Unknown { get; } = new("", "Europe/London");
}
