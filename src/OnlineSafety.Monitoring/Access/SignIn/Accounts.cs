using System.Security.Cryptography;
using Npgsql;
using NpgsqlTypes;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>The accounts, each reached only in a transaction that states it.</summary>
internal sealed class Accounts(Database console, MasterKeys masters, TimeProvider time)
{
    public static Actor Actor { get; } = Actor.Service("sign-in");

    private const string Select = "SELECT account_id, address, password_hash, totp_master_id, totp_sealed, totp_step, recovery_hashes FROM account ";

    // Codes for an address that nobody has are compared with its: as long, and nobody's.
    private readonly byte[] _nobodys = RandomNumberGenerator.GetBytes(Totp.SecretLength);

    public async Task<Account?> FindAsync(string address, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Actor, cancellationToken);
        return await FindAsync(session, address, cancellationToken);
    }

    public static async Task<Account?> FindAsync(Session session, string address, CancellationToken cancellationToken)
    {
        await session.StateAddressAsync(address, cancellationToken);
        return (await session.RowsAsync(Select + "WHERE address = $1", [address], Read, cancellationToken)).FirstOrDefault();
    }

    public async Task<Account?> FindAsync(Guid account, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(account, cancellationToken);
        return (await session.RowsAsync(Select + "WHERE account_id = $1", [account], Read, cancellationToken)).FirstOrDefault();
    }

    /// <summary>A transaction about one account.</summary>
    public async Task<Session> OpenAsync(Guid account, CancellationToken cancellationToken)
    {
        var session = await console.OpenAcrossAsync(Actor, cancellationToken);
        try
        {
            await session.StateAccountAsync(account, cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes an account without any factor yet, in the caller's transaction, which then is about it.</summary>
    public async Task<Account> CreateAsync(Session session, string address, CancellationToken cancellationToken)
    {
        var account = new Account(Guid.NewGuid(), address);
        await session.StateAccountAsync(account.Id, cancellationToken);
        await session.ExecuteAsync(
            "INSERT INTO account (account_id, address, created_at) VALUES ($1, $2, $3)", [account.Id, address, time.GetUtcNow()], cancellationToken);
        return account;
    }

    /// <summary>That this account is how one of a school's staff signs in. The transaction is about the account, and enters the school.</summary>
    public async Task JoinAsync(Session session, Guid account, Guid school, Guid staff, CancellationToken cancellationToken)
    {
        await session.EnterAsync(school, cancellationToken);
        if (await session.ExecuteAsync(
            "INSERT INTO staff_account (school_id, staff_id, account_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (school_id, staff_id) DO NOTHING",
            [school, staff, account, time.GetUtcNow()],
            cancellationToken) > 0)
        {
            await GivenRoles.TellAsync(session, school, staff, cancellationToken);
            session.RecordAccess(school, "account.join", staff.ToString());
        }
    }

    public static Task SetPasswordAsync(Session session, Guid account, string hash, CancellationToken cancellationToken) =>
        session.ExecuteAsync("UPDATE account SET password_hash = $2 WHERE account_id = $1", [account, hash], cancellationToken);

    /// <summary>A new authenticator secret, proved by the code of <paramref name="step"/>, which is spent by that; and new recovery codes, to be shown once.</summary>
    public async Task<IReadOnlyList<string>> SetTotpAsync(Session session, Guid account, byte[] secret, long step, CancellationToken cancellationToken)
    {
        var master = masters.Current;
        await session.ExecuteAsync(
            "UPDATE account SET totp_master_id = $2, totp_sealed = $3, totp_step = $4 WHERE account_id = $1",
            [account, master.Id, Account.SealTotp(master, account, secret), step],
            cancellationToken);
        return await RenewRecoveryCodesAsync(session, account, cancellationToken);
    }

    public static async Task<IReadOnlyList<string>> RenewRecoveryCodesAsync(Session session, Guid account, CancellationToken cancellationToken)
    {
        var codes = RecoveryCodes.Create();
        await session.ExecuteAsync(
            "UPDATE account SET recovery_hashes = $2 WHERE account_id = $1", [account, codes.Select(code => RecoveryCodes.Hash(account, code)!).ToArray()], cancellationToken);
        return codes;
    }

    /// <summary>
    /// Whether a code would be taken now; it is not taken by this, and no statement is run. Alike for an address that nobody has, of which no code is ever right.
    /// </summary>
    public bool WouldTake(Account? account, string typed)
    {
        var recovery = RecoveryCodes.Hash(account?.Id ?? Guid.Empty, typed) is { } hash && (account?.RecoveryHashes ?? []).Any(known => known.AsSpan().SequenceEqual(hash));
        var step = Totp.StepOf(account is { HasTotp: true } ? account.OpenTotp(masters) : _nobodys, DigitsOf(typed), time.GetUtcNow());
        return account is not null && (recovery || (account.HasTotp && step > account.TotpStep));
    }

    /// <summary>Takes a code of the app or from paper, each once: what was taken is taken even where two requests bring it at the same time.</summary>
    public async Task<bool> TakeCodeAsync(Account account, string typed, CancellationToken cancellationToken)
    {
        var digits = DigitsOf(typed);
        await using var session = await OpenAsync(account.Id, cancellationToken);
        var taken = digits.Length == Totp.Digits
            ? account.HasTotp && Totp.StepOf(account.OpenTotp(masters), digits, time.GetUtcNow()) is { } step
                && await session.ExecuteAsync("UPDATE account SET totp_step = $2 WHERE account_id = $1 AND totp_step < $2", [account.Id, step], cancellationToken) == 1
            : RecoveryCodes.Hash(account.Id, typed) is { } hash
                && await session.ExecuteAsync(
                    "UPDATE account SET recovery_hashes = array_remove(recovery_hashes, $2) WHERE account_id = $1 AND $2 = ANY (recovery_hashes)",
                    [account.Id, hash],
                    cancellationToken) == 1;
        await session.CommitAsync(cancellationToken);
        return taken;
    }

    private static string DigitsOf(string typed) => string.Concat(typed.Where(letter => !char.IsWhiteSpace(letter)));

    /// <summary>Where the holder of an account works now, by name of the school.</summary>
    public async Task<IReadOnlyList<Membership>> MembershipsAsync(Guid account, CancellationToken cancellationToken)
    {
        await using var session = await OpenAsync(account, cancellationToken);
        return await MembershipsAsync(session, account, cancellationToken);
    }

    public static async Task<IReadOnlyList<Membership>> MembershipsAsync(Session session, Guid account, CancellationToken cancellationToken) =>
        await session.RowsAsync(
            """
            SELECT s.school_id, c.name, s.staff_id, s.name, s.roles FROM staff_account a
            JOIN staff s USING (school_id, staff_id) JOIN school c USING (school_id)
            WHERE a.account_id = $1 AND s.enabled ORDER BY c.name, s.school_id
            """,
            [account],
            row => new Membership(row.GetGuid(0), row.GetString(1), row.GetGuid(2), row.GetString(3), row.GetFieldValue<string[]>(4)),
            cancellationToken);

    /// <summary>Writes into the records of every school of the account what became of it.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="action">As it is recorded.</param>
    /// <param name="news">A word of <see cref="AccountNews"/>: the account's holder is told by mail; null: only recorded.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public Task RecordAsync(Guid account, string action, string? news, CancellationToken cancellationToken) => SayAsync(account, action, news, cancellationToken);

    /// <summary>Tells the account's holder by mail what became of it, without a record.</summary>
    public Task TellAsync(Guid account, string news, CancellationToken cancellationToken) => SayAsync(account, action: null, news, cancellationToken);

    // One round trip, whatever the account and however many its schools; of nobody's nothing is written.
    private Task SayAsync(Guid account, string? action, string? news, CancellationToken cancellationToken) => console.ExecuteAsync(
        school: null, Actor,
        batch =>
        {
            batch.BatchCommands.Add(Session.AccountCommand(account));
            batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT tell_account($1, $2)") { Parameters = { OrNull(action), OrNull(news) } });
        },
        cancellationToken);

    private static NpgsqlParameter OrNull(string? word) => new() { Value = (object?)word ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static Account Read(NpgsqlDataReader row) => new(row.GetGuid(0), row.GetString(1))
    {
        PasswordHash = row.IsDBNull(2) ? null : row.GetString(2),
        TotpMasterId = row.IsDBNull(3) ? null : row.GetString(3),
        TotpSealed = row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4),
        TotpStep = row.GetInt64(5),
        RecoveryHashes = row.GetFieldValue<byte[][]>(6),
    };
}
