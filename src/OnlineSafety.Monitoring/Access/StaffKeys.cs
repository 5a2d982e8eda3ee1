using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace OnlineSafety.Monitoring.Access;

/// <summary>A member of staff who signed in, or showed a valid key.</summary>
internal sealed record SignedInStaff(Guid School, Actor Actor)
{
    /// <summary>What the person may do in this school; nothing unless it was said.</summary>
    public IReadOnlySet<Permission> Permissions { get; init; } = new HashSet<Permission>();

    public static SignedInStaff Of(Guid school, Guid staff, string name, IReadOnlyList<string> roles) =>
        new(school, Actor.Member(staff, name, roles)) { Permissions = Access.Permissions.Of(roles) };

    public bool May(Permission permission) => Permissions.Contains(permission);
}

/// <summary>Finds who is behind a staff key. The key alone says the school: it is looked up before any scope is known, among ids and hashes only.</summary>
internal sealed class StaffKeys(Database console)
{
    private static readonly Actor Lookup = Actor.Service("staff-key");

    /// <summary>Null for a key that is unknown, has ended or was revoked, or whose owner was disabled. Asked at each request: nothing is remembered.</summary>
    public async Task<SignedInStaff?> FindAsync(string key, CancellationToken cancellationToken)
    {
        if (!key.StartsWith(AccessKey.StaffPrefix, StringComparison.Ordinal) || key.Length > 100)
        {
            return null;
        }

        await using var session = await console.OpenAcrossAsync(Lookup, cancellationToken);
        if (await OwnerAsync(session, AccessKey.Hash(key), cancellationToken) is not (var school, var staffId))
        {
            return null;
        }

        await session.EnterAsync(school, cancellationToken);
        var staff = await session.Context.Staff.AsNoTracking()
            .SingleOrDefaultAsync(s => s.SchoolId == school && s.StaffId == staffId && s.Enabled, cancellationToken);
        return staff is null ? null : SignedInStaff.Of(school, staff.StaffId, staff.Name, staff.Roles);
    }

    private static async Task<(Guid School, Guid Staff)?> OwnerAsync(Session session, byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = session.Command(
            "SELECT school_id, staff_id FROM staff_key WHERE key_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > statement_timestamp())");
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = hash });
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        return await rows.ReadAsync(cancellationToken) ? (rows.GetGuid(0), rows.GetGuid(1)) : null;
    }
}
