using Microsoft.Extensions.Logging;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>What came of an attempt.</summary>
/// <param name="Token">Of the session that began or went on; null when it was refused.</param>
/// <param name="Locked">Too many attempts: it was not even looked at.</param>
internal readonly record struct SignInResult(string? Token, bool Locked)
{
    /// <summary>Too many are being looked at in this very moment: the next may be again.</summary>
    public bool Busy { get; private init; }

    public static SignInResult Crowded { get; } = new(Token: null, Locked: false) { Busy = true };

    public static SignInResult Wrong { get; } = new(Token: null, Locked: false);

    public static SignInResult Waiting { get; } = new(Token: null, Locked: true);
}

/// <summary>Address and password, then a code: the two steps of a local account, and the limits around both.</summary>
internal sealed class PasswordSignIn(Accounts accounts, Passwords passwords, Sessions sessions, SignInAttempts attempts, ILogger<PasswordSignIn> logger) : IDisposable
{
    /// <summary>So many wait for their password to be looked at beside a code; each costs some 100 ms of a processor.</summary>
    private const int MostTogether = 8;

    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(20);

    // In turn: whoever keeps all places taken makes the others wait, and turns nobody away.
    private readonly SemaphoreSlim _together = new(MostTogether);

    public void Dispose() => _together.Dispose();

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

    /// <summary>
    /// Address, password and code at once: what an account's owner gives while a stranger has passwords for that address delayed, and is never delayed by. All three are
    /// right or it is wrong, and the answer does not say which was: nobody learns a password by it. Codes beside the right password are counted as ever, so whoever knows
    /// the password guesses no oftener than on the page of the code; a wrong password fills no bucket but takes its turn.
    /// </summary>
    public async Task<SignInResult> BothAsync(string address, string password, string code, SignInOrigin origin, CancellationToken cancellationToken)
    {
        if (!await _together.WaitAsync(LongestTurn, cancellationToken))
        {
            return SignInResult.Crowded;
        }

        try
        {
            return await LookAtBothAsync(address, password, code, origin, cancellationToken);
        }
        finally
        {
            _together.Release();
        }
    }

    private async Task<SignInResult> LookAtBothAsync(string address, string password, string code, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(address, cancellationToken);
        var known = await passwords.FitsAsync(account, password, cancellationToken) ? account : null;
        // Something is counted either way, so that the time tells less of whether the password was right.
        var attempt = known is null
            ? await attempts.TurnAsync(origin.Peer, cancellationToken)
            : await attempts.CodeAsync(known.Id, origin.BrowserOf(known.Id), cancellationToken);
        if (known is null || !attempt.Given)
        {
            SignInMetrics.Attempt(SignInWay.Password, SignInMetrics.Wrong);
            return SignInResult.Wrong;
        }

        if (!await accounts.TakeCodeAsync(known, code, cancellationToken))
        {
            await FailedAsync(attempt, known.Id, SignInWay.Password, AccountNews.Codes, cancellationToken);
            return SignInResult.Wrong;
        }

        SignInMetrics.Attempt(SignInWay.Password, SignInMetrics.Ok);
        await attempts.ForgetAsync(attempt, cancellationToken);
        var token = await sessions.BeginAsync(known.Id, SessionStage.FirstFactor, SignInWay.Password, cancellationToken);
        return new SignInResult(await sessions.FindAsync(token, use: false, cancellationToken) is { } begun ? await sessions.RaiseAsync(begun, cancellationToken) : null, Locked: false);
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
