namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Whom a link is for.</summary>
/// <param name="HasAccount">Somebody signs in with this address already: only the very same person may take the invitation, signed in.</param>
internal sealed record Invited(Guid School, string SchoolName, Guid Staff, string Name, string Address, bool HasAccount);

/// <summary>What a person who followed a link chose.</summary>
/// <param name="Step">Of the code that proved the secret; it is spent by that.</param>
internal sealed record ChosenFactors(string PasswordHash, byte[] Secret, long Step);

/// <summary>Takes invitations. Looking at a link leaves it as it was: mail filters follow links too.</summary>
internal sealed class Welcome(Database console, Accounts accounts, TimeProvider time)
{
    /// <summary>Null for a link that was used, ended, replaced or never was.</summary>
    public async Task<Invited?> FindAsync(string token, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        return await FindAsync(session, token, cancellationToken);
    }

    /// <summary>Makes the account. Its recovery codes, to be shown once; null when the link, or the address, was taken in between.</summary>
    public async Task<(Account Account, IReadOnlyList<string> RecoveryCodes)?> AcceptAsync(string token, ChosenFactors chosen, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        if (await FindAsync(session, token, cancellationToken) is not { HasAccount: false } invited || !await UseAsync(session, invited, token, cancellationToken))
        {
            return null;
        }

        var account = await accounts.CreateAsync(session, invited.Address, cancellationToken);
        await Accounts.SetPasswordAsync(session, account.Id, chosen.PasswordHash, cancellationToken);
        var codes = await accounts.SetTotpAsync(session, account.Id, chosen.Secret, chosen.Step, cancellationToken);
        await accounts.JoinAsync(session, account.Id, invited.School, invited.Staff, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return (account, codes);
    }

    /// <summary>A further school for somebody who signed in. False when the link is for another address, or was taken in between.</summary>
    public async Task<bool> JoinAsync(string token, Account account, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        if (await FindAsync(session, token, cancellationToken) is not { } invited || invited.Address != account.Address
            || !await UseAsync(session, invited, token, cancellationToken))
        {
            return false;
        }

        await session.StateAccountAsync(account.Id, cancellationToken);
        await accounts.JoinAsync(session, account.Id, invited.School, invited.Staff, cancellationToken);
        await session.CommitAsync(cancellationToken);
        return true;
    }

    private async Task<Invited?> FindAsync(Session session, string token, CancellationToken cancellationToken)
    {
        if (SessionToken.Hash(token) is not { } hash)
        {
            return null;
        }

        var found = await session.RowsAsync(
            "SELECT school_id, staff_id FROM invitation WHERE token_hash = $1 AND used_at IS NULL AND ends_at > $2",
            [hash, time.GetUtcNow()],
            row => (School: row.GetGuid(0), Staff: row.GetGuid(1)),
            cancellationToken);
        if (found is not [var (school, staff)])
        {
            return null;
        }

        await session.EnterAsync(school, cancellationToken);
        var invited = (await session.RowsAsync(
            "SELECT c.name, s.name, s.email FROM staff s JOIN school c USING (school_id) WHERE s.school_id = $1 AND s.staff_id = $2 AND s.enabled",
            [school, staff],
            row => new Invited(school, row.GetString(0), staff, row.GetString(1), Account.AddressOf(row.GetString(2)), HasAccount: false),
            cancellationToken)).FirstOrDefault();
        return invited is { Address.Length: > 0 }
            ? invited with { HasAccount = await Accounts.FindAsync(session, invited.Address, cancellationToken) is not null }
            : null;
    }

    // The row is locked by this, so that of two who come at the same time one is told that the link was used.
    private async Task<bool> UseAsync(Session session, Invited invited, string token, CancellationToken cancellationToken) =>
        await session.ExecuteAsync(
            "UPDATE invitation SET used_at = $4 WHERE school_id = $1 AND staff_id = $2 AND token_hash = $3 AND used_at IS NULL",
            [invited.School, invited.Staff, SessionToken.Hash(token)!, time.GetUtcNow()],
            cancellationToken) == 1;
}
