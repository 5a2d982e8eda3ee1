namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Where one of a school's staff is signed in.</summary>
internal sealed record OpenSession(Guid Session, Guid Staff, string Name, string Way, DateTimeOffset BeganAt, DateTimeOffset SeenAt);

/// <summary>How a school's staff sign in, for set-up: it takes away, and never sees a hash or a secret.</summary>
internal sealed class StaffSignIns(Database setup, TimeProvider time)
{
    /// <summary>Who is signed in now, whoever was seen last first.</summary>
    public async Task<IReadOnlyList<OpenSession>> ListAsync(Guid school, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        return await session.RowsAsync(
            """
            SELECT o.session_id, o.staff_id, s.name, o.way, o.began_at, o.seen_at FROM session o JOIN staff s USING (school_id, staff_id)
            WHERE o.school_id = $1 AND o.ends_at > $2 ORDER BY o.seen_at DESC
            """,
            [school, time.GetUtcNow()],
            row => new OpenSession(
                row.GetGuid(0), row.GetGuid(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.GetFieldValue<DateTimeOffset>(5)),
            cancellationToken);
    }

    /// <summary>Signs one person out of this school, everywhere. How many sessions that ended.</summary>
    public async Task<int> EndAsync(Guid school, Guid staff, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var ended = await EndAsync(session, school, staff, cancellationToken);
        session.RecordAccess(school, "staff.sign-out", staff.ToString());
        await session.CommitAsync(cancellationToken);
        return ended;
    }

    public static Task<int> EndAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken) =>
        session.ExecuteAsync("DELETE FROM session WHERE school_id = $1 AND staff_id = $2", [school, staff], cancellationToken);

    /// <summary>Ends whatever lets somebody in as this member of staff here: account, sessions and keys. The account goes on in other schools. Whether there was any.</summary>
    public static async Task<bool> EndWaysInAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken)
    {
        var joined = await session.ExecuteAsync("DELETE FROM staff_account WHERE school_id = $1 AND staff_id = $2", [school, staff], cancellationToken);
        return joined + await EndAsync(session, school, staff, cancellationToken) + await RevokeKeysAsync(session, school, staff, cancellationToken) > 0;
    }

    public static Task<int> RevokeKeysAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken) => session.ExecuteAsync(
        "UPDATE staff_key SET revoked_at = statement_timestamp() WHERE school_id = $1 AND staff_id = $2 AND revoked_at IS NULL", [school, staff], cancellationToken);

    /// <summary>
    /// Takes the account behind a member of staff away with all its factors and sessions, in every school: who lost them is invited anew, and whoever else knew them
    /// is out. Factors are of a person and not of a school, so that one who works in several schools loses them in all: each has a record of it.
    /// </summary>
    /// <param name="school">Whose staff list names the person.</param>
    /// <param name="staff">The person there.</param>
    /// <param name="everywhere">Also when other schools share the account.</param>
    /// <param name="actor">Who takes it away; recorded.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Sources.SetupException">The actor may not give that person's roles.</exception>
    public async Task<ResetResult> ResetAsync(Guid school, Guid staff, bool everywhere, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var address = (await session.RowsAsync(
            "SELECT email FROM staff WHERE school_id = $1 AND staff_id = $2", [school, staff], row => Account.AddressOf(row.GetString(0)), cancellationToken)).SingleOrDefault("");
        await session.StateAddressAsync(address, cancellationToken);
        var accounts = await session.RowsAsync(
            "SELECT account_id FROM staff_account WHERE school_id = $1 AND staff_id = $2 UNION SELECT account_id FROM account WHERE address = $3", [school, staff, address],
            row => row.GetGuid(0), cancellationToken);
        if (accounts.Count == 0)
        {
            return new ResetResult(Done: false, []);
        }

        var places = await session.RowsAsync(
            "SELECT o.school_id, c.name, o.staff_id, o.account_id FROM staff_account o JOIN school c USING (school_id) WHERE o.account_id = ANY ($1) ORDER BY c.name", [accounts.ToArray()],
            row => (School: row.GetGuid(0), Name: row.GetString(1), Staff: row.GetGuid(2), Account: row.GetGuid(3)), cancellationToken);
        var others = places.Where(place => place.School != school).Select(place => place.Name).ToList();
        if (others.Count > 0 && !everywhere)
        {
            return new ResetResult(Done: false, others);
        }

        // The address may be the former one of somebody else here.
        var here = places.Where(place => place.School == school).Select(place => place.Staff).Append(staff).ToArray();
        var roles = (await session.RowsAsync(
            "SELECT roles FROM staff WHERE school_id = $1 AND staff_id = ANY ($2)", [school, here], row => row.GetFieldValue<string[]>(0), cancellationToken)).SelectMany(one => one).Distinct(StringComparer.Ordinal).ToList();
        await RoleGuard.RequireAsync(session, school, roles, cancellationToken);
        await AccountNews.TellAsync(session, school, staff, AccountNews.Reset, cancellationToken);
        await RoleGuard.TellAsync(session, school, staff, roles, own: null, AccountNews.OthersReset, cancellationToken);
        foreach (var account in accounts)
        {
            await session.StateAccountAsync(account, cancellationToken);
            await session.ExecuteAsync("DELETE FROM account WHERE account_id = $1", [account], cancellationToken);
        }

        foreach (var (at, who) in places.Select(place => (place.School, place.Staff)).Append((school, staff)).Distinct())
        {
            await session.EnterAsync(at, cancellationToken);
            // Whoever else knew the factors may have a key as well.
            await RevokeKeysAsync(session, at, who, cancellationToken);
            session.RecordAccess(at, "staff.reset-factors", who.ToString());
        }

        await session.CommitAsync(cancellationToken);
        return new ResetResult(Done: true, others);
    }
}

/// <summary>What came of taking an account away.</summary>
/// <param name="Done">False: other schools share it and it was not asked for in all of them; or, without any of those, nobody signs in with that address.</param>
/// <param name="Others">Other schools in which the same account is used.</param>
internal sealed record ResetResult(bool Done, IReadOnlyList<string> Others);
