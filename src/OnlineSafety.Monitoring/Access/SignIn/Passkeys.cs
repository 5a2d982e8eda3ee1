using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>What is shown of a passkey.</summary>
internal sealed record PasskeyView(string Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset? UsedAt);

/// <summary>What the browser is asked to sign, and what it has to bring back with the answer.</summary>
internal sealed record PasskeyQuestion(string Options, string State);

/// <summary>
/// Passkeys, checked by the framework's own handler. The authenticator verifies its owner (a finger, a face, a PIN), so that one is both factors. It is bound
/// to the console's address, so that no look-alike gets an answer.
/// </summary>
internal sealed class Passkeys(Accounts accounts, SealedState state, ConsoleAddress address, TimeProvider time, ILogger<Passkeys> logger)
{
    public const int MostOfAnAccount = 10;

    private const string SignInPurpose = "passkey-sign-in";
    private const string LongestAnswerIs = "larger than any authenticator's answer";
    private const int LongestAnswer = 32 * 1024;

    private readonly PasskeyHandler<Account> _handler = Handler(accounts, address);

    public async Task<PasskeyQuestion> AskToSignInAsync(HttpContext http)
    {
        var asked = await _handler.MakeRequestOptionsAsync(user: null, http);
        return new PasskeyQuestion(asked.RequestOptionsJson, state.Seal(SignInPurpose, asked.AssertionState ?? ""));
    }

    /// <summary>Whose passkey answered; null when the answer is not good, or was used before.</summary>
    public async Task<Account?> SignInAsync(HttpContext http, string answer, string question, CancellationToken cancellationToken)
    {
        if (answer.Length > LongestAnswer || state.Open<string>(SignInPurpose, question) is not { } asked)
        {
            logger.PasskeyRefused(answer.Length > LongestAnswer ? LongestAnswerIs : "the question was none of ours, or is too old");
            return null;
        }

        var result = await _handler.PerformAssertionAsync(new PasskeyAssertionContext { HttpContext = http, CredentialJson = answer, AssertionState = asked });
        if (!result.Succeeded)
        {
            // Its own messages quote what was sent: the kind alone is said.
            logger.PasskeyRefused("the answer does not hold");
            return null;
        }

        if (!await state.SpendAsync(question, cancellationToken))
        {
            logger.PasskeyRefused("the answer was used before");
            return null;
        }

        await using var session = await accounts.OpenAsync(result.User.Id, cancellationToken);
        // The counter only ever rises: of two answers at the same time one may be a copy's.
        var counted = await session.ExecuteAsync(
            "UPDATE account_passkey SET sign_count = $3, backed_up = $4, used_at = $5 WHERE account_id = $1 AND credential_id = $2 AND (sign_count < $3 OR sign_count = 0)",
            [result.User.Id, result.Passkey.CredentialId, (long)result.Passkey.SignCount, result.Passkey.IsBackedUp, time.GetUtcNow()],
            cancellationToken);
        await session.CommitAsync(cancellationToken);
        return counted == 1 ? result.User : null;
    }

    public async Task<PasskeyQuestion> AskToAddAsync(HttpContext http, Account account, string shownName)
    {
        var entity = new PasskeyUserEntity { Id = account.Id.ToString("N"), Name = account.Address, DisplayName = shownName };
        var asked = await _handler.MakeCreationOptionsAsync(entity, http);
        return new PasskeyQuestion(asked.CreationOptionsJson, state.Seal(AddPurpose(account), asked.AttestationState ?? ""));
    }

    /// <summary>False when the answer is not good, was used before, or there are many already.</summary>
    public async Task<bool> AddAsync(HttpContext http, Account account, string name, string answer, string question, CancellationToken cancellationToken)
    {
        if (answer.Length > LongestAnswer || state.Open<string>(AddPurpose(account), question) is not { } asked)
        {
            return false;
        }

        var result = await _handler.PerformAttestationAsync(new PasskeyAttestationContext { HttpContext = http, CredentialJson = answer, AttestationState = asked });
        if (!result.Succeeded || (await ListAsync(account.Id, cancellationToken)).Count >= MostOfAnAccount || !await state.SpendAsync(question, cancellationToken))
        {
            logger.PasskeyRefused("a new one does not hold, or there are many already");
            return false;
        }

        await using var session = await accounts.OpenAsync(account.Id, cancellationToken);
        var passkey = result.Passkey;
        try
        {
            await session.ExecuteAsync(
                """
                INSERT INTO account_passkey (account_id, credential_id, name, public_key, sign_count, transports, backup_able, backed_up, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """,
                [
                    account.Id, passkey.CredentialId, name, passkey.PublicKey, (long)passkey.SignCount, passkey.Transports ?? [], passkey.IsBackupEligible, passkey.IsBackedUp,
                    time.GetUtcNow(),
                ],
                cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }

        await session.CommitAsync(cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<PasskeyView>> ListAsync(Guid account, CancellationToken cancellationToken)
    {
        await using var session = await accounts.OpenAsync(account, cancellationToken);
        return await session.RowsAsync(
            "SELECT credential_id, name, created_at, used_at FROM account_passkey WHERE account_id = $1 ORDER BY created_at",
            [account],
            row => new PasskeyView(
                Convert.ToHexStringLower(row.GetFieldValue<byte[]>(0)), row.GetString(1), row.GetFieldValue<DateTimeOffset>(2),
                row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3)),
            cancellationToken);
    }

    public async Task RemoveAsync(Guid account, string id, CancellationToken cancellationToken)
    {
        await using var session = await accounts.OpenAsync(account, cancellationToken);
        await session.ExecuteAsync("DELETE FROM account_passkey WHERE account_id = $1 AND encode(credential_id, 'hex') = $2", [account, id], cancellationToken);
        await session.CommitAsync(cancellationToken);
    }

    private static string AddPurpose(Account account) => $"passkey-add {account.Id}";

    private static PasskeyHandler<Account> Handler(Accounts accounts, ConsoleAddress address)
    {
        var manager = new UserManager<Account>(
            new PasskeyStore(accounts), Options.Create(new IdentityOptions()), new PasswordHasher<Account>(), [], [], new UpperInvariantLookupNormalizer(),
            new IdentityErrorDescriber(), services: null!, NullLogger<UserManager<Account>>.Instance);
        return new PasskeyHandler<Account>(manager, Options.Create(new IdentityPasskeyOptions
        {
            UserVerificationRequirement = "required",
            ResidentKeyRequirement = "required",
            ServerDomain = address.Domain,
            ValidateOrigin = context => ValueTask.FromResult(!context.CrossOrigin && context.Origin == address.Of(context.HttpContext)),
        }));
    }
}
