using Microsoft.Extensions.Options;
using Npgsql;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>
/// The sessions of the console. Nothing is remembered between requests: whether a session stands, and as whom, is read each time, so that one that was ended
/// or whose owner was disabled is refused by the next request.
/// </summary>
internal sealed class Sessions(Database console, IOptions<SignInOptions> options, TimeProvider time)
{
    /// <summary>How long somebody may take between password and code, or to choose a school.</summary>
    public static TimeSpan Unfinished { get; } = TimeSpan.FromMinutes(10);

    // Written at most once a minute: when exactly somebody last looked is nobody's business, and each write costs.
    private static readonly TimeSpan _seenEvery = TimeSpan.FromMinutes(1);

    private const string Select = "SELECT session_id, account_id, stage, way, school_id, staff_id, began_at, proved_at, seen_at, ends_at FROM session ";

    /// <summary>Begins a session; its token is known to the caller alone.</summary>
    public async Task<string> BeginAsync(Guid account, SessionStage stage, string way, CancellationToken cancellationToken)
    {
        var (token, now) = (SessionToken.Create(), time.GetUtcNow());
        await using var session = await OpenAsync(account, cancellationToken);
        // Also those of people who do not come back.
        await session.ExecuteAsync("DELETE FROM session WHERE ends_at < $1", [now], cancellationToken);
        await session.ExecuteAsync(
            """
            INSERT INTO session (session_id, token_hash, account_id, stage, way, began_at, proved_at, seen_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $6, $7)
            """,
            [Guid.NewGuid(), SessionToken.Hash(token)!, account, (short)stage, way, now, now + Unfinished],
            cancellationToken);
        await session.CommitAsync(cancellationToken);
        return token;
    }

    /// <summary>The session of a cookie; null when it is none, has ended, or its owner may not be there any more.</summary>
    /// <param name="use">Whether this is the person's doing, which keeps the session from idling out; a page that listens by itself is not.</param>
    public async Task<StaffSession?> FindAsync(string? token, bool use, CancellationToken cancellationToken)
    {
        if (SessionToken.Hash(token) is not { } hash)
        {
            return null;
        }

        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        var now = time.GetUtcNow();
        var row = (await session.RowsAsync(Select + "WHERE token_hash = $1", [hash], Row.Read, cancellationToken)).FirstOrDefault();
        if (row is null || now >= row.Session.EndsAt || now - row.Session.SeenAt >= options.Value.IdleFor)
        {
            return null;
        }

        await session.StateAccountAsync(row.Session.Account, cancellationToken);
        var found = row.Session;
        if (row.Place is var (school, staff))
        {
            if (await StaffAsync(session, row.Session.Account, school, staff, cancellationToken) is not var (who, others))
            {
                return null;
            }

            found = found with { Staff = who, HasOthers = others };
        }

        if (use && now - found.SeenAt >= _seenEvery)
        {
            await session.ExecuteAsync("UPDATE session SET seen_at = $2 WHERE session_id = $1", [found.Id, now], cancellationToken);
            await session.CommitAsync(cancellationToken);
        }

        return found;
    }

    /// <summary>
    /// The session goes on with more rights, or as somebody else, under a new token: whoever knew the old one, perhaps because it was planted, knows nothing now.
    /// Null when the session has ended in between.
    /// </summary>
    public async Task<string?> RaiseAsync(StaffSession from, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(from.Account, cancellationToken);
        var token = await RenewAsync(session, from, SessionStage.SignedIn, place: null, proved: true, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return token;
    }

    /// <summary>Puts the session into a school; the token is new. Null when the account has no place there.</summary>
    public async Task<string?> EnterAsync(StaffSession from, Guid school, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(from.Account, cancellationToken);
        var place = (await Accounts.MembershipsAsync(session, from.Account, cancellationToken)).FirstOrDefault(place => place.School == school);
        if (place is null || from.Stage < SessionStage.SignedIn)
        {
            return null;
        }

        await session.EnterAsync(school, cancellationToken);
        var token = await RenewAsync(session, from, SessionStage.InSchool, (place.School, place.Staff), proved: false, cancellationToken);
        if (token is not null && await StaffAsync(session, from.Account, place.School, place.Staff, cancellationToken) is var (who, _))
        {
            session.RecordAccess(who.School, "sign-in." + from.Way, who.Actor.Staff.ToString()!);
            await session.CommitAsync(cancellationToken);
            return token;
        }

        return null;
    }

    /// <summary>The person proved a factor once more; the token is new.</summary>
    public async Task<string?> ProveAgainAsync(StaffSession from, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(from.Account, cancellationToken);
        var place = from.Staff is { Actor.Staff: { } staff } who ? (who.School, staff) : ((Guid, Guid)?)null;
        var token = await RenewAsync(session, from, from.Stage, place, proved: true, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return token;
    }

    public async Task<IReadOnlyList<StaffSession>> ListAsync(Guid account, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(account, cancellationToken);
        var now = time.GetUtcNow();
        var all = await session.RowsAsync(Select + "WHERE account_id = $1 AND ends_at > $2 ORDER BY seen_at DESC", [account, now], Row.Read, cancellationToken);
        return [.. all.Select(row => row.Session).Where(found => now - found.SeenAt < options.Value.IdleFor)];
    }

    public async Task EndAsync(Guid account, Guid id, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(account, cancellationToken);
        await session.ExecuteAsync("DELETE FROM session WHERE session_id = $1", [id], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    /// <summary>Ends every session of an account, but the one that is spared, if any.</summary>
    public async Task EndAllAsync(Guid account, Guid? spared, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(account, cancellationToken);
        await session.ExecuteAsync("DELETE FROM session WHERE account_id = $1 AND session_id <> $2", [account, spared ?? Guid.Empty], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private async Task<string?> RenewAsync(
        Session session, StaffSession from, SessionStage stage, (Guid School, Guid Staff)? place, bool proved, CancellationToken cancellationToken)
    {
        var (token, now) = (SessionToken.Create(), time.GetUtcNow());
        var ends = stage == SessionStage.InSchool ? from.BeganAt + options.Value.LongestSession : now + Unfinished;
        var changed = await session.ExecuteAsync(
            "UPDATE session SET token_hash = $2, stage = $3, school_id = $4, staff_id = $5, proved_at = $6, seen_at = $7, ends_at = $8 WHERE session_id = $1",
            [from.Id, SessionToken.Hash(token)!, (short)stage, OrNull(place?.School), OrNull(place?.Staff), proved ? now : from.ProvedAt, now, ends],
            cancellationToken);
        return changed == 1 ? token : null;

        static object OrNull(Guid? id) => id is { } given ? given : DBNull.Value;
    }

    private static async Task<(SignedInStaff Who, bool HasOthers)?> StaffAsync(Session session, Guid account, Guid school, Guid staff, CancellationToken cancellationToken)
    {
        await session.EnterAsync(school, cancellationToken);
        var found = await session.RowsAsync(
            """
            SELECT s.name, s.roles, EXISTS (SELECT 1 FROM staff_account o WHERE o.account_id = $3 AND o.school_id <> $1) FROM staff s JOIN staff_account a USING (school_id, staff_id)
            WHERE s.school_id = $1 AND s.staff_id = $2 AND a.account_id = $3 AND s.enabled
            """,
            [school, staff, account],
            row => (SignedInStaff.Of(school, staff, row.GetString(0), row.GetFieldValue<string[]>(1)), row.GetBoolean(2)),
            cancellationToken);
        return found.Count > 0 ? found[0] : null;
    }

    private async Task<Session> OpenAsync(Guid account, CancellationToken cancellationToken)
    {
        var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        await session.StateAccountAsync(account, cancellationToken);
        return session;
    }

    private sealed record Row(StaffSession Session, (Guid School, Guid Staff)? Place)
    {
        public static Row Read(NpgsqlDataReader row) => new(
            new StaffSession(
                row.GetGuid(0), row.GetGuid(1), (SessionStage)row.GetInt16(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(6),
                row.GetFieldValue<DateTimeOffset>(7), row.GetFieldValue<DateTimeOffset>(8), row.GetFieldValue<DateTimeOffset>(9)),
            row.IsDBNull(4) ? null : (row.GetGuid(4), row.GetGuid(5)));
    }
}
