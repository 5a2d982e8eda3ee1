using Microsoft.AspNetCore.Identity;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>The part of the framework's store that its passkey handler asks. Everything else of an account is none of the framework's.</summary>
internal sealed class PasskeyStore(Accounts accounts) : IUserPasskeyStore<Account>
{
    public Task<string> GetUserIdAsync(Account user, CancellationToken cancellationToken) => Task.FromResult(user.Id.ToString("N"));

    public Task<Account?> FindByIdAsync(string userId, CancellationToken cancellationToken) =>
        Guid.TryParseExact(userId, "N", out var id) ? accounts.FindAsync(id, cancellationToken) : Task.FromResult<Account?>(null);

    public async Task<IList<UserPasskeyInfo>> GetPasskeysAsync(Account user, CancellationToken cancellationToken)
    {
        await using var session = await accounts.OpenAsync(user.Id, cancellationToken);
        return await session.RowsAsync(
            """
            SELECT credential_id, public_key, created_at, sign_count, transports, backup_able, backed_up FROM account_passkey
            WHERE account_id = $1 ORDER BY created_at
            """,
            [user.Id],
            // Attestation is not asked for, and whoever signs in is always verified by the authenticator: neither is kept.
            row => new UserPasskeyInfo(
                row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<DateTimeOffset>(2), (uint)row.GetInt64(3),
                row.GetFieldValue<string[]>(4), isUserVerified: true, row.GetBoolean(5), row.GetBoolean(6), [], []),
            cancellationToken);
    }

    public async Task<UserPasskeyInfo?> FindPasskeyAsync(Account user, byte[] credentialId, CancellationToken cancellationToken) =>
        (await GetPasskeysAsync(user, cancellationToken)).FirstOrDefault(passkey => passkey.CredentialId.AsSpan().SequenceEqual(credentialId));

    // No transaction sees the credentials of all accounts; that one belongs to one account is kept by a unique index.
    public Task<Account?> FindByPasskeyIdAsync(byte[] credentialId, CancellationToken cancellationToken) => Task.FromResult<Account?>(null);

    public Task AddOrUpdatePasskeyAsync(Account user, UserPasskeyInfo passkey, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task RemovePasskeyAsync(Account user, byte[] credentialId, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetUserNameAsync(Account user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Address);

    public Task SetUserNameAsync(Account user, string? userName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string?> GetNormalizedUserNameAsync(Account user, CancellationToken cancellationToken) => Task.FromResult<string?>(user.Address);

    public Task SetNormalizedUserNameAsync(Account user, string? normalizedName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> CreateAsync(Account user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> UpdateAsync(Account user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IdentityResult> DeleteAsync(Account user, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<Account?> FindByNameAsync(string normalizedUserName, CancellationToken cancellationToken) => throw new NotSupportedException();

    public void Dispose()
    {
        // Holds nothing.
    }
}
