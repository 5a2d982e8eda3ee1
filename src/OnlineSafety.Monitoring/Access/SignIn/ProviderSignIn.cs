using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>What came of a return from a provider. Exactly one of these.</summary>
internal enum ProviderOutcome
{
    SignedIn,
    Connected,

    /// <summary>The answer does not hold, is too old, or was used before.</summary>
    Refused,

    /// <summary>Nobody on the staff list of a school has the address.</summary>
    NoSuchStaff,

    /// <summary>A local account has the address: its holder connects the provider from inside.</summary>
    ConnectFirst,

    /// <summary>The provider knows the person already, by another address.</summary>
    AddressChanged,
    Unreachable,
}

/// <summary>What a browser that went to a provider has to bring back.</summary>
/// <param name="Account">Who connects the provider to an account; null for who signs in with it.</param>
internal sealed record ProviderJourney(string Provider, string State, string Nonce, string Verifier, Guid? Account, string To);

/// <param name="Token">Of the session that began; null for every outcome but <see cref="ProviderOutcome.SignedIn"/>.</param>
/// <param name="To">Where the browser wanted to go at first.</param>
internal sealed record ProviderResult(ProviderOutcome Outcome, string? Token = null, string To = "/");

/// <summary>
/// Signs in those whom a provider vouches for, as the staff with that address. An account that was made here with a password is never entered this way before its
/// holder connected the provider: an address typed into an invitation proves nothing, and whoever typed it first must not be joined by its owner.
/// </summary>
internal sealed class ProviderSignIn(
    Accounts accounts, Database console, Sessions sessions, SealedState sealing, IHttpClientFactory http, IOptions<SignInOptions> options, TimeProvider time,
    ILogger<ProviderSignIn> logger) : IDisposable
{
    public const string HttpClientName = "sign-in";
    private const string Purpose = "provider";

    private readonly Dictionary<string, OpenIdProvider> _providers = options.Value.Providers.ToDictionary(
        provider => provider.Key,
        provider => new OpenIdProvider(provider.Key.ToLowerInvariant(), provider.Value, http.CreateClient(HttpClientName), time),
        StringComparer.OrdinalIgnoreCase);

    public IReadOnlyCollection<OpenIdProvider> All => _providers.Values;

    /// <summary>Where to send the browser, and what it has to keep until it is back; null when there is no such provider, or it does not answer.</summary>
    public async Task<(string Address, string Journey)?> BeginAsync(string word, string back, Guid? account, string to, CancellationToken cancellationToken)
    {
        if (!_providers.TryGetValue(word, out var provider))
        {
            return null;
        }

        var journey = new ProviderJourney(provider.Word, SessionToken.Create(), SessionToken.Create(), SessionToken.Create(), account, to);
        var challenge = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(journey.Verifier)));
        try
        {
            return (await provider.AuthorizeAsync(back, journey.State, journey.Nonce, challenge, cancellationToken), sealing.Seal(Purpose, journey));
        }
        catch (Exception error) when (Explain(provider, error))
        {
            return null;
        }
    }

    /// <summary>The browser is back.</summary>
    public async Task<ProviderResult> EndAsync(
        string word, string? journeyText, string? state, string? code, string back, CancellationToken cancellationToken)
    {
        if (!_providers.TryGetValue(word, out var provider)
            || sealing.Open<ProviderJourney>(Purpose, journeyText) is not { } journey || journey.Provider != provider.Word
            || state is null || !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(state), Encoding.UTF8.GetBytes(journey.State))
            || code is null || !await sealing.SpendAsync(journeyText!, cancellationToken))
        {
            SignInMetrics.Attempt(SignInWay.Provider, SignInMetrics.Wrong);
            return new ProviderResult(ProviderOutcome.Refused);
        }

        ProvidedIdentity identity;
        try
        {
            identity = await provider.RedeemAsync(code, journey.Verifier, back, journey.Nonce, cancellationToken);
        }
        catch (Exception error) when (Explain(provider, error))
        {
            SignInMetrics.Attempt(SignInWay.Provider, SignInMetrics.Wrong);
            return new ProviderResult(error is ProviderException ? ProviderOutcome.Refused : ProviderOutcome.Unreachable);
        }

        return journey.Account is { } account
            ? new ProviderResult(await ConnectAsync(identity, account, cancellationToken))
            : await SignInAsync(provider, identity, journey.To, cancellationToken);
    }

    private async Task<ProviderResult> SignInAsync(OpenIdProvider provider, ProvidedIdentity identity, string to, CancellationToken cancellationToken)
    {
        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        var account = await Accounts.FindAsync(session, identity.Address, cancellationToken);
        var places = await PlacesAsync(session, identity.Address, cancellationToken);
        if (places.Count == 0)
        {
            return new ProviderResult(ProviderOutcome.NoSuchStaff);
        }

        if (account is null)
        {
            account = await accounts.CreateAsync(session, identity.Address, cancellationToken);
            if (!await AddIdentityAsync(session, account.Id, identity, cancellationToken))
            {
                logger.ProviderRefused(provider.Word, "the same person has an account here by another address");
                return new ProviderResult(ProviderOutcome.AddressChanged);
            }
        }
        else
        {
            await session.StateAccountAsync(account.Id, cancellationToken);
            var known = await KnownAsync(session, account.Id, identity, cancellationToken);
            if (known != true)
            {
                logger.ProviderRefused(provider.Word, known is null ? "the account is not connected yet" : "the address is now somebody else's there");
                return new ProviderResult(known is null ? ProviderOutcome.ConnectFirst : ProviderOutcome.Refused);
            }
        }

        await JoinAllAsync(session, account.Id, places, cancellationToken);
        await session.CommitAsync(cancellationToken);
        SignInMetrics.Attempt(SignInWay.Provider, SignInMetrics.Ok);
        var stage = provider.ProvesSecondFactor ? SessionStage.SignedIn : SessionStage.FirstFactor;
        return new ProviderResult(ProviderOutcome.SignedIn, await sessions.BeginAsync(account.Id, stage, SignInWay.Provider, cancellationToken), to);
    }

    private async Task<ProviderOutcome> ConnectAsync(ProvidedIdentity identity, Guid account, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(account, cancellationToken) is not { } own || own.Address != identity.Address)
        {
            return ProviderOutcome.Refused;
        }

        await using var session = await console.OpenAcrossAsync(Accounts.Actor, cancellationToken);
        await session.StateAddressAsync(identity.Address, cancellationToken);
        var places = await PlacesAsync(session, identity.Address, cancellationToken);
        await session.StateAccountAsync(account, cancellationToken);
        var known = await KnownAsync(session, account, identity, cancellationToken);
        if (known == false)
        {
            // Connected to somebody else there: that one would stay the way in, and this one be told that it is.
            return ProviderOutcome.Refused;
        }

        if (known is null && !await AddIdentityAsync(session, account, identity, cancellationToken))
        {
            return ProviderOutcome.AddressChanged;
        }

        await JoinAllAsync(session, account, places, cancellationToken);
        await session.CommitAsync(cancellationToken);
        if (known is null)
        {
            await accounts.RecordAsync(account, "account.provider", AccountNews.Provider, cancellationToken);
        }

        return ProviderOutcome.Connected;
    }

    private static Task<List<(Guid School, Guid Staff)>> PlacesAsync(Session session, string address, CancellationToken cancellationToken) => session.RowsAsync(
        "SELECT school_id, staff_id FROM staff WHERE lower(email) = $1 AND enabled", [address], row => (row.GetGuid(0), row.GetGuid(1)), cancellationToken);

    private async Task JoinAllAsync(Session session, Guid account, List<(Guid School, Guid Staff)> places, CancellationToken cancellationToken)
    {
        foreach (var (school, staff) in places)
        {
            await accounts.JoinAsync(session, account, school, staff, cancellationToken);
        }
    }

    // True: the same person there. False: another one. Null: not connected to that provider.
    private static async Task<bool?> KnownAsync(Session session, Guid account, ProvidedIdentity identity, CancellationToken cancellationToken)
    {
        var stored = await session.RowsAsync(
            "SELECT subject_hash FROM account_identity WHERE account_id = $1 AND issuer = $2", [account, identity.Issuer], row => row.GetFieldValue<byte[]>(0), cancellationToken);
        return stored is [var hash] ? hash.AsSpan().SequenceEqual(Hash(identity)) : null;
    }

    // False: another account is that person's already.
    private async Task<bool> AddIdentityAsync(Session session, Guid account, ProvidedIdentity identity, CancellationToken cancellationToken) => await session.ExecuteAsync(
        "INSERT INTO account_identity (account_id, issuer, subject_hash, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (issuer, subject_hash) DO NOTHING",
        [account, identity.Issuer, Hash(identity), time.GetUtcNow()],
        cancellationToken) == 1;

    private static byte[] Hash(ProvidedIdentity identity) => SHA256.HashData(Encoding.UTF8.GetBytes(identity.Subject));

    private bool Explain(OpenIdProvider provider, Exception error)
    {
        if (error is ProviderException refused)
        {
            logger.ProviderRefused(provider.Word, refused.Message);
            return true;
        }

        if (error is HttpRequestException or TaskCanceledException { InnerException: TimeoutException })
        {
            logger.ProviderUnreachable(provider.Word, ErrorWords.Of(error));
            return true;
        }

        return false;
    }

    public void Dispose()
    {
        foreach (var provider in _providers.Values)
        {
            provider.Dispose();
        }
    }
}
