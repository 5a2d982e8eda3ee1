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
    /// <summary>So many wait for the hash that every refusal beside a wrong code costs: some 100 ms of a processor.</summary>
    private const int MostTogether = 8;

    private static readonly TimeSpan LongestTurn = TimeSpan.FromSeconds(20);

    // In turn: whoever keeps all places taken makes the others without an authenticator wait, and turns nobody away.
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
            return await RefusedAsync(SignInWay.Password, attempt.Last, account?.Id, AccountNews.Guessing, cancellationToken);
        }

        await attempts.ForgetAsync(attempt, cancellationToken);
        return new SignInResult(await sessions.BeginAsync(account!.Id, SessionStage.FirstFactor, SignInWay.Password, cancellationToken), Locked: false);
    }

    /// <summary>
    /// Address, password and code at once: what an account's owner gives while a stranger has passwords for that address delayed, and is never delayed by. All three are
    /// right or it is wrong, and neither the answer nor the work done for it says which was.
    /// </summary>
    /// <remarks>
    /// The code is looked at first, which costs nothing, and decides which tries a password's hash may be computed for: beside a right code some of their own, to which
    /// nobody without the authenticator gets; beside a wrong one those that passwords alone have, which strangers can use up, and with which nobody gets in anyway. All are
    /// claimed before a hash is computed. Codes are counted beside each password that was typed, known to be right or not: whoever knows the right one guesses codes no
    /// oftener than on the page of the code, however many wrong passwords come between, and wrong passwords use up nothing of the right one's.
    /// </remarks>
    public async Task<SignInResult> BothAsync(string address, string password, string code, SignInOrigin origin, CancellationToken cancellationToken)
    {
        var tried = new Tried(address, password, code, await accounts.FindAsync(address, cancellationToken), origin);
        if (accounts.WouldTake(tried.Account, code))
        {
            return await LookAtBothAsync(tried, codeIsRight: true, cancellationToken);
        }

        if (!await _together.WaitAsync(LongestTurn, cancellationToken))
        {
            return SignInResult.Crowded;
        }

        try
        {
            return await LookAtBothAsync(tried, codeIsRight: false, cancellationToken);
        }
        finally
        {
            _together.Release();
        }
    }

    // One hash and the same statements for everybody who is refused; which buckets they count in is all that differs.
    private async Task<SignInResult> LookAtBothAsync(Tried tried, bool codeIsRight, CancellationToken cancellationToken)
    {
        var beside = await attempts.CodeBesideAsync(tried.Address, tried.Password, cancellationToken);
        var look = beside.Given ? await attempts.HashAsync(tried.Address, codeIsRight, tried.Origin.Peer, cancellationToken) : Attempt.Refused;
        var known = await passwords.FitsAsync(look.Given ? tried.Account : null, tried.Password, cancellationToken) ? tried.Account : null;
        var attempt = known is null
            ? await attempts.TurnAsync(tried.Origin.Peer, cancellationToken)
            : await attempts.CodeAsync(known.Id, tried.Origin.BrowserOf(known.Id), cancellationToken);
        if (known is null || !codeIsRight || !attempt.Given || !await accounts.TakeCodeAsync(known, tried.Code, cancellationToken))
        {
            return known is not null && attempt.Last
                ? await RefusedAsync(SignInWay.Password, last: true, known.Id, AccountNews.Codes, cancellationToken)
                : await RefusedAsync(SignInWay.Password, look.Last, tried.Account?.Id, AccountNews.Guessing, cancellationToken);
        }

        SignInMetrics.Attempt(SignInWay.Password, SignInMetrics.Ok);
        await attempts.ForgetAsync(new Attempt([.. beside.Buckets, .. look.Buckets, .. attempt.Buckets], Last: false), cancellationToken);
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
            return await RefusedAsync(session.Way, attempt.Last, account.Id, AccountNews.Codes, cancellationToken);
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

    // Asks the same of the database whether somebody is to be told or nobody.
    private async Task<SignInResult> RefusedAsync(string way, bool last, Guid? account, string news, CancellationToken cancellationToken)
    {
        SignInMetrics.Attempt(way, SignInMetrics.Wrong);
        if (last)
        {
            logger.AccountDelayed(account);
        }

        await accounts.RecordAsync(last && account is { } known ? known : Guid.Empty, "sign-in.locked", news, cancellationToken);
        return SignInResult.Wrong;
    }

    private sealed record Tried(string Address, string Password, string Code, Account? Account, SignInOrigin Origin)
    {
        /// <summary>Never what was typed.</summary>
        public override string ToString() => "a password with a code";
    }
}
