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
        await session.RecordAccessAsync(school, "staff.sign-out", staff.ToString(), cancellationToken);
        await session.CommitAsync(cancellationToken);
        return ended;
    }

    public static Task<int> EndAsync(Session session, Guid school, Guid staff, CancellationToken cancellationToken) =>
        session.ExecuteAsync("DELETE FROM session WHERE school_id = $1 AND staff_id = $2", [school, staff], cancellationToken);

    /// <summary>
    /// Takes an account away with all its factors and sessions, in every school: who lost them is invited anew, and whoever else knew them is out. False when
    /// the person has none.
    /// </summary>
    public async Task<bool> ResetAsync(Guid school, Guid staff, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await setup.OpenAsync(school, actor, cancellationToken);
        var accounts = await session.RowsAsync(
            "SELECT account_id FROM staff_account WHERE school_id = $1 AND staff_id = $2", [school, staff], row => row.GetGuid(0), cancellationToken);
        if (accounts is not [var account])
        {
            return false;
        }

        await session.StateAccountAsync(account, cancellationToken);
        await session.ExecuteAsync("DELETE FROM account WHERE account_id = $1", [account], cancellationToken);
        await session.RecordAccessAsync(school, "staff.reset-factors", staff.ToString(), cancellationToken);
        await session.CommitAsync(cancellationToken);
        return true;
    }
}
