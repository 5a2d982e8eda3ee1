using Microsoft.Extensions.Logging;

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
internal sealed class PasswordSignIn(Accounts accounts, Passwords passwords, Sessions sessions, SignInAttempts attempts, ILogger<PasswordSignIn> logger)
{
    public async Task<SignInResult> PasswordAsync(string address, string password, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(address, cancellationToken);
        var attempt = await attempts.PasswordAsync(address, origin.BrowserOf(account?.Id), origin.Peer, cancellationToken);
        if (!attempt.Given)
        {
            return Delayed();
        }

        if (!await passwords.FitsAsync(account, password, cancellationToken))
        {
            await FailedAsync(attempt, account?.Id, SignInWay.Password, AccountNews.Guessing, cancellationToken);
            return SignInResult.Wrong;
        }

        await attempts.ForgetAsync(attempt, cancellationToken);
        return new SignInResult(await sessions.BeginAsync(account!.Id, SessionStage.FirstFactor, SignInWay.Password, cancellationToken), Locked: false);
    }

    /// <summary>The code of the session's owner: raises a session that waits for it, and proves one that stands once more.</summary>
    public async Task<SignInResult> CodeAsync(StaffSession session, string code, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(session.Account, cancellationToken);
        if (account is null)
        {
            return SignInResult.Wrong;
        }

        var attempt = await attempts.CodeAsync(account.Id, origin.BrowserOf(account.Id), cancellationToken);
        if (!attempt.Given)
        {
            return Delayed();
        }

        if (!await accounts.TakeCodeAsync(account, code, cancellationToken))
        {
            await FailedAsync(attempt, account.Id, session.Way, AccountNews.Codes, cancellationToken);
            return SignInResult.Wrong;
        }

        SignInMetrics.Attempt(session.Way, SignInMetrics.Ok);
        await attempts.ForgetAsync(attempt, cancellationToken);
        var token = session.Stage == SessionStage.FirstFactor
            ? await sessions.RaiseAsync(session, cancellationToken)
            : await sessions.ProveAgainAsync(session, cancellationToken);
        return new SignInResult(token, Locked: false);
    }

    /// <summary>Whether this is the password of somebody who is signed in; false too while attempts are delayed.</summary>
    public async Task<bool> IsPasswordAsync(Account account, string password, CancellationToken cancellationToken)
    {
        var attempt = await attempts.RepeatedAsync(account.Id, cancellationToken);
        if (!attempt.Given || !await passwords.FitsAsync(account, password, cancellationToken))
        {
            return false;
        }

        await attempts.ForgetAsync(attempt, cancellationToken);
        return true;
    }

    private static SignInResult Delayed()
    {
        SignInMetrics.Attempt(SignInWay.Password, SignInMetrics.Locked);
        return SignInResult.Waiting;
    }

    private async Task FailedAsync(Attempt attempt, Guid? account, string way, string news, CancellationToken cancellationToken)
    {
        SignInMetrics.Attempt(way, SignInMetrics.Wrong);
        if (attempt.Last)
        {
            logger.AccountDelayed(account);
            if (account is { } known)
            {
                await accounts.RecordAsync(known, "sign-in.locked", news, cancellationToken);
            }
        }
    }
}
