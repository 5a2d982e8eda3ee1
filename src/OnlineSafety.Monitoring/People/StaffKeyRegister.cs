using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.People;

/// <summary>A key just made; it cannot be shown again.</summary>
internal sealed record IssuedKey(Guid Id, string Key, DateTimeOffset ExpiresAt);

/// <summary>A key as it is listed.</summary>
/// <param name="Name">What it is for; empty: it came with the person.</param>
/// <param name="ExpiresAt">Null: it does not end by itself. None is given out like that any more.</param>
internal sealed record StaffKeyView(Guid Id, Guid Staff, string Owner, string Name, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt)
{
    public bool IsInUse(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);
}

/// <summary>
/// Keys by which programs act for a member of staff. Whoever has one acts as that person, so that they are given out on the host alone, each for a purpose and a
/// time, and the person is told by mail.
/// </summary>
internal sealed class StaffKeyRegister(Database setup)
{
    public const int MostDays = 730;

    /// <summary>Long enough for a term's work, short enough that a key nobody remembers is no key for long.</summary>
    public const int UsualDays = 90;

    private const int LongestName = 100;

    // By the database's clock, which is asked when the key is shown.
    private const string Insert = """
        INSERT INTO staff_key (school_id, staff_id, key_id, name, key_hash, expires_at)
        VALUES ($1, $2, $3, $4, $5, statement_timestamp() + make_interval(days => $6)) RETURNING expires_at
        """;

    private const string List = """
        SELECT k.key_id, k.staff_id, s.name, k.name, k.created_at, k.expires_at, k.revoked_at FROM staff_key k JOIN staff s USING (school_id, staff_id)
        WHERE k.school_id = $1 ORDER BY k.revoked_at IS NOT NULL, s.name, k.created_at
        """;

    /// <exception cref="SetupException">The name or the time is wrong.</exception>
    public async Task<IssuedKey> IssueAsync(Guid school, Guid staff, string name, int days, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var issued = await IssueAsync(session, school, staff, name, days, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return issued;
    }

    /// <inheritdoc cref="IssueAsync(Guid, Guid, string, int, Actor, CancellationToken)"/>
    /// <param name="session">The caller's transaction, in the scope of the school.</param>
    public static async Task<IssuedKey> IssueAsync(Session session, Guid school, Guid staff, string name, int days, CancellationToken cancellationToken)
    {
        var wanted = SetupText.Name(name, "key");
        if (wanted.Length > LongestName || days is < 1 or > MostDays)
        {
            throw new SetupException($"A key has a name of at most {LongestName} letters and lasts 1 to {MostDays} days.");
        }

        var roles = (await session.RowsAsync(
            "SELECT roles FROM staff WHERE school_id = $1 AND staff_id = $2", [school, staff], row => row.GetFieldValue<string[]>(0), cancellationToken)).SingleOrDefault([]);
        await RoleGuard.RequireAsync(session, school, roles, cancellationToken);
        var (id, key) = (Guid.NewGuid(), AccessKey.Create(AccessKey.StaffPrefix));
        var expires = await session.RowsAsync(
            Insert, [school, staff, id, wanted, AccessKey.Hash(key), days], row => row.GetFieldValue<DateTimeOffset>(0), cancellationToken);
        await AccountNews.TellAsync(session, school, staff, AccountNews.Key, cancellationToken);
        await RoleGuard.TellAsync(session, school, staff, roles, own: null, AccountNews.OthersKey, cancellationToken);
        session.RecordAccess(school, "staff.key.issue", $"{staff} {id}");
        return new IssuedKey(id, key, expires[0]);
    }

    /// <summary>Those in use first; nothing of any of them but its name and times.</summary>
    public async Task<IReadOnlyList<StaffKeyView>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(
            List, [school],
            row => new StaffKeyView(
                row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4),
                row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5), row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6)),
            cancellationToken);
    }

    /// <summary>From the next request on it opens nothing, and what it holds open ends within a minute.</summary>
    /// <exception cref="SetupException">There is no such key in use.</exception>
    public async Task RevokeAsync(Guid school, Guid key, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        if (await session.ExecuteAsync(
            "UPDATE staff_key SET revoked_at = statement_timestamp() WHERE school_id = $1 AND key_id = $2 AND revoked_at IS NULL", [school, key], cancellationToken) != 1)
        {
            throw new SetupException("No key in use of this school has that id. See: onlinesafety staff key list");
        }

        session.RecordAccess(school, "staff.key.revoke", key.ToString());
        await session.CommitAsync(cancellationToken);
    }
}
