using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>A link for one member of staff to set up how to sign in: works once, for 72 hours.</summary>
internal sealed record IssuedInvitation(string Token, DateTimeOffset EndsAt)
{
    /// <summary>Below the address of the console.</summary>
    public string Path => "/welcome/" + Token;
}

/// <summary>Makes the links, for set-up.</summary>
internal sealed class Invitations(Database database, TimeProvider time)
{
    public static TimeSpan Valid { get; } = TimeSpan.FromHours(72);

    /// <summary>Of the link for the very first person, which nobody could take back: long enough to walk to another computer.</summary>
    public static TimeSpan FirstValid { get; } = TimeSpan.FromHours(1);

    /// <summary>A new link; older ones of the same person that nobody used end with it.</summary>
    /// <exception cref="SetupException">The person is disabled, there is none, or somebody signs in as that person with another address, or the actor may not give that person's roles.</exception>
    public Task<IssuedInvitation> CreateAsync(Guid school, Guid staff, Actor actor, CancellationToken cancellationToken) =>
        CreateAsync(school, staff, first: false, actor, cancellationToken);

    /// <summary>The same for the first person of all; it ends sooner.</summary>
    public Task<IssuedInvitation> CreateFirstAsync(Guid school, Guid staff, Actor actor, CancellationToken cancellationToken) =>
        CreateAsync(school, staff, first: true, actor, cancellationToken);

    private async Task<IssuedInvitation> CreateAsync(Guid school, Guid staff, bool first, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(school, actor, cancellationToken);
        var found = await session.RowsAsync(
            "SELECT roles FROM staff WHERE school_id = $1 AND staff_id = $2 AND enabled", [school, staff], row => row.GetFieldValue<string[]>(0), cancellationToken);
        if (found is not [var roles])
        {
            throw new SetupException("Only somebody who is on the staff list and in use can be invited. See: onlinesafety staff list");
        }

        await RoleGuard.RequireAsync(session, school, roles, cancellationToken);
        await RequireNobodyElsesEntryAsync(session, school, staff, cancellationToken);

        var (token, now, valid) = (SessionToken.Create(), time.GetUtcNow(), first ? FirstValid : Valid);
        await session.ExecuteAsync("DELETE FROM invitation WHERE school_id = $1 AND staff_id = $2 AND used_at IS NULL", [school, staff], cancellationToken);
        await session.ExecuteAsync(
            "INSERT INTO invitation (school_id, staff_id, token_hash, created_at, ends_at, first) VALUES ($1, $2, $3, $4, $5, $6)",
            [school, staff, SessionToken.Hash(token)!, now, now + valid, first],
            cancellationToken);
        await RoleGuard.TellAsync(session, school, staff, roles, AccountNews.Link, AccountNews.OthersLink, cancellationToken);
        session.RecordAccess(school, "staff.invite", staff.ToString());
        await session.CommitAsync(cancellationToken);
        return new IssuedInvitation(token, now + valid);
    }

    // A link joins nobody to an entry that somebody signs in with already; and of whoever has another address it is not known that it is the same person.
    private static async Task RequireNobodyElsesEntryAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken)
    {
        var joined = await session.RowsAsync(
            "SELECT a.account_id, s.name, s.email FROM staff_account a JOIN staff s USING (school_id, staff_id) WHERE a.school_id = $1 AND a.staff_id = $2", [school, staff],
            row => (Account: row.GetGuid(0), Name: row.GetString(1), Address: Account.AddressOf(row.GetString(2))), cancellationToken);
        if (joined is not [var (account, name, address)])
        {
            return;
        }

        await session.StateAccountAsync(account, cancellationToken);
        if ((await session.RowsAsync("SELECT 1 FROM account WHERE account_id = $1 AND address = $2", [account, address], _ => 0, cancellationToken)).Count == 0)
        {
            throw new SetupException(
                $"Somebody signs in as {name} with another address than {address}, and a link would not change that. The same person goes on signing in with the former address. If it is somebody else now, or for a lost phone, reset that sign-in: it makes the link.");
        }
    }

    /// <summary>
    /// Who should be the first to sign in, while nobody can: an administrator, else the DSL, else the head; and whether that person was given a first link before. Null
    /// when somebody can sign in, or nobody is there.
    /// </summary>
    public async Task<(Guid School, Guid Staff, bool Given)?> FirstAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAcrossAsync(actor, cancellationToken);
        if ((await session.RowsAsync("SELECT school_id FROM staff_account LIMIT 1", [], row => row.GetGuid(0), cancellationToken)).Count > 0)
        {
            return null;
        }

        foreach (var school in await session.RowsAsync("SELECT school_id FROM school WHERE kind = 'school' ORDER BY created_at", [], row => row.GetGuid(0), cancellationToken))
        {
            await session.EnterAsync(school, cancellationToken);
            var first = await session.RowsAsync(
                """
                SELECT staff_id, EXISTS (SELECT 1 FROM invitation i WHERE i.school_id = staff.school_id) FROM staff WHERE school_id = $1 AND enabled AND roles && ARRAY['admin', 'dsl', 'head']
                ORDER BY 'admin' = ANY (roles) DESC, 'dsl' = ANY (roles) DESC, created_at LIMIT 1
                """,
                [school],
                row => (row.GetGuid(0), row.GetBoolean(1)),
                cancellationToken);
            if (first is [var (staff, given)])
            {
                return (school, staff, given);
            }
        }

        return null;
    }
}
