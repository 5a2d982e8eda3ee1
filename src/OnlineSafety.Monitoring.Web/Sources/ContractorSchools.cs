using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>The schools in which one person looks after the products: one account, a member of staff in each.</summary>
internal sealed class ContractorSchools([FromKeyedServices(DatabaseRole.Setup)] Database setup)
{
    // Ids alone are found across schools; who somebody is in each is read inside it.
    private const string Find = """
        SELECT other.school_id, other.staff_id
        FROM staff_account mine JOIN staff_account other ON other.account_id = mine.account_id
        WHERE mine.school_id = $1 AND mine.staff_id = $2
        """;

    /// <summary>All of them, this one first. Who came by a staff key has the one school of the key.</summary>
    public async Task<IReadOnlyList<(Guid School, Actor Actor)>> OfAsync(SignedInStaff who, CancellationToken cancellationToken)
    {
        var schools = new List<(Guid School, Actor Actor)> { (who.School, who.Actor) };
        foreach (var (school, staff) in await IdsAsync(who, cancellationToken))
        {
            if (school != who.School && await ActorAsync(school, staff, who.Actor, cancellationToken) is { } actor)
            {
                schools.Add((school, actor));
            }
        }

        return schools;
    }

    /// <summary>How many there are at most; a page only says whether there is more than one.</summary>
    public async Task<int> CountAsync(SignedInStaff who, CancellationToken cancellationToken) => Math.Max(1, (await IdsAsync(who, cancellationToken)).Count);

    private async Task<List<(Guid School, Guid Staff)>> IdsAsync(SignedInStaff who, CancellationToken cancellationToken)
    {
        if (who.Actor.Staff is not { } me)
        {
            return [];
        }

        await using var session = await setup.OpenAcrossAsync(who.Actor, cancellationToken);
        return await session.RowsAsync(Find, [who.School, me], row => (row.GetGuid(0), row.GetGuid(1)), cancellationToken);
    }

    /// <summary>Who the person is there; null where not, or no longer, somebody who looks after the products.</summary>
    private async Task<Actor?> ActorAsync(Guid school, Guid staff, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var found = await session.RowsAsync(
            "SELECT name, roles FROM staff WHERE school_id = $1 AND staff_id = $2 AND enabled", [school, staff],
            row => (Name: row.GetString(0), Roles: row.GetFieldValue<string[]>(1)), cancellationToken);
        return found.Count == 1 && Permissions.Of(found[0].Roles).Contains(Permission.SeeHealth) ? Actor.Member(staff, found[0].Name, found[0].Roles) : null;
    }
}
