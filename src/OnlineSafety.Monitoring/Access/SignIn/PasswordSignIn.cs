using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>What came of an attempt.</summary>
/// <param name="Token">Of the session that began or went on; null when it was refused.</param>
/// <param name="Locked">Too many attempts: it was not even looked at.</param>
internal readonly record struct SignInResult(string? Token, bool Locked)
{
    public static SignInResult Wrong { get; } = new(Token: null, Locked: false);

    public static SignInResult Waiting { get; } = new(Token: null, Locked: true);
}

/// <summary>Address and password, then a code: the two steps of a local account, and the limits around both.</summary>
internal sealed class PasswordSignIn(
    Accounts accounts, Passwords passwords, Sessions sessions, SignInAttempts attempts, IOptions<SignInOptions> options, ILogger<PasswordSignIn> logger)
{
    // A whole sign-in is a password and a code: what its success takes back of the place's count.
    private const int AttemptsOfASignIn = 2;

    public async Task<SignInResult> PasswordAsync(string address, string password, IPAddress peer, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(address, cancellationToken);
        if (!await MayTryAsync(address, account, peer, cancellationToken))
        {
            return SignInResult.Waiting;
        }

        if (!await passwords.FitsAsync(account, password, cancellationToken))
        {
            SignInMetrics.Attempt(SignInWay.Password, SignInMetrics.Wrong);
            return SignInResult.Wrong;
        }

        return new SignInResult(await sessions.BeginAsync(account!.Id, SessionStage.FirstFactor, SignInWay.Password, cancellationToken), Locked: false);
    }

    /// <summary>The code of the session's owner: raises a session that waits for it, and proves one that stands once more.</summary>
    public async Task<SignInResult> CodeAsync(StaffSession session, string code, IPAddress peer, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(session.Account, cancellationToken);
        if (account is null)
        {
            return SignInResult.Wrong;
        }

        if (!await MayTryAsync(account.Address, account, peer, cancellationToken))
        {
            return SignInResult.Waiting;
        }

        if (!await accounts.TakeCodeAsync(account, code, cancellationToken))
        {
            SignInMetrics.Attempt(session.Way, SignInMetrics.Wrong);
            return SignInResult.Wrong;
        }

        SignInMetrics.Attempt(session.Way, SignInMetrics.Ok);
        await attempts.ForgetAsync(account.Address, peer, AttemptsOfASignIn, cancellationToken);
        var token = session.Stage == SessionStage.FirstFactor
            ? await sessions.RaiseAsync(session, cancellationToken)
            : await sessions.ProveAgainAsync(session, cancellationToken);
        return new SignInResult(token, Locked: false);
    }

    /// <summary>Whether this is the password of somebody who is signed in; false too while attempts are refused.</summary>
    public async Task<bool> IsPasswordAsync(Account account, string password, IPAddress peer, CancellationToken cancellationToken)
    {
        if (!await MayTryAsync(account.Address, account, peer, cancellationToken) || !await passwords.FitsAsync(account, password, cancellationToken))
        {
            return false;
        }

        await attempts.ForgetAsync(account.Address, peer, attempts: 1, cancellationToken);
        return true;
    }

    private async Task<bool> MayTryAsync(string address, Account? account, IPAddress peer, CancellationToken cancellationToken)
    {
        var allowance = await attempts.CountAsync(address, peer, cancellationToken);
        if (allowance == Allowance.Given)
        {
            return true;
        }

        SignInMetrics.Attempt(SignInWay.Password, SignInMetrics.Locked);
        if (allowance == Allowance.JustLocked)
        {
            logger.AccountLocked((int)options.Value.AttemptsWithin.TotalMinutes, account?.Id);
            if (account is not null)
            {
                await accounts.RecordAsync(account.Id, "sign-in.locked", cancellationToken);
            }
        }

        return false;
    }
}
