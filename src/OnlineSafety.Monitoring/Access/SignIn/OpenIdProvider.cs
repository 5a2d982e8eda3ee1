using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Who a provider says that somebody is.</summary>
/// <param name="Address">Lower case; in a domain that the provider may vouch for.</param>
internal sealed record ProvidedIdentity(string Issuer, string Subject, string Address);

/// <summary>A provider's answer does not hold. The message never quotes it.</summary>
internal sealed class ProviderException(string reason) : Exception(reason);

/// <summary>
/// One OpenID Connect provider: authorization code with PKCE (RFC 7636), the ID token checked by keys that the provider publishes. Its discovery document and keys
/// are read once in a while, and again when a token names a key that is not among them.
/// </summary>
internal sealed class OpenIdProvider(string word, ProviderOptions options, HttpClient http, TimeProvider time) : IDisposable
{
    private const string GoogleIssuer = "https://accounts.google.com";
    private const string Scope = "openid email profile";

    private static readonly TimeSpan _keptFor = TimeSpan.FromHours(12);
    private static readonly TimeSpan _notAgainWithin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _clockSkew = TimeSpan.FromMinutes(2);
    private static readonly string[] _algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];

    private readonly SemaphoreSlim _reading = new(1);
    private Published? _published;

    /// <summary>Part of our addresses.</summary>
    public string Word { get; } = word;

    public string Label { get; } = options.Label.Length > 0 ? options.Label : word;

    public bool ProvesSecondFactor { get; } = options.ProvesSecondFactor;

    /// <summary>Where the browser is sent.</summary>
    /// <exception cref="ProviderException">Its discovery document is not to be trusted.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public async Task<string> AuthorizeAsync(string back, string state, string nonce, string challenge, CancellationToken cancellationToken)
    {
        var published = await PublishedAsync(unknownKey: false, cancellationToken);
        return QueryHelpers.AddQueryString(published.Document.AuthorizationEndpoint, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["client_id"] = options.ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = back,
            ["scope"] = Scope,
            ["state"] = state,
            ["nonce"] = nonce,
            ["code_challenge"] = challenge,
            ["code_challenge_method"] = "S256",
        });
    }

    /// <summary>Exchanges the code, and reads who it is from the token.</summary>
    /// <exception cref="ProviderException">The answer does not hold.</exception>
    /// <exception cref="HttpRequestException">It cannot be reached.</exception>
    public async Task<ProvidedIdentity> RedeemAsync(string code, string verifier, string back, string nonce, CancellationToken cancellationToken)
    {
        var published = await PublishedAsync(unknownKey: false, cancellationToken);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = back,
            ["client_id"] = options.ClientId,
            ["client_secret"] = options.ClientSecret,
            ["code_verifier"] = verifier,
        });
        using var answer = await http.PostAsync(new Uri(published.Document.TokenEndpoint), form, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new ProviderException($"the code was not taken ({(int)answer.StatusCode})");
        }

        var tokens = await ReadAsync<Tokens>(answer, cancellationToken);
        var token = await CheckedAsync(published, tokens.IdToken ?? throw new ProviderException("no ID token came"), cancellationToken);
        return token.TryGetPayloadValue<string>("nonce", out var said) && said == nonce
            ? new ProvidedIdentity(published.Document.Issuer, token.Subject is { Length: > 0 } subject ? subject : throw new ProviderException("the token names nobody"), AddressOf(token))
            : throw new ProviderException("the token is for another sign-in");
    }

    private async Task<JsonWebToken> CheckedAsync(Published published, string idToken, CancellationToken cancellationToken)
    {
        var result = await ValidateAsync(published, idToken);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // It changed its keys since we read them.
            result = await ValidateAsync(await PublishedAsync(unknownKey: true, cancellationToken), idToken);
        }

        return result is { IsValid: true, SecurityToken: JsonWebToken token }
            ? token
            : throw new ProviderException($"the token does not hold ({result.Exception?.GetType().Name})");
    }

    private Task<TokenValidationResult> ValidateAsync(Published published, string idToken) => new JsonWebTokenHandler { MapInboundClaims = false }.ValidateTokenAsync(
        idToken,
        new TokenValidationParameters
        {
            ValidIssuer = published.Document.Issuer,
            ValidAudience = options.ClientId,
            IssuerSigningKeys = published.Keys.GetSigningKeys(),
            TryAllIssuerSigningKeys = false,
            ValidAlgorithms = _algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            // By our clock, which is injected; the library reads the machine's.
            LifetimeValidator = (from, until, _, _) =>
            {
                var now = time.GetUtcNow().UtcDateTime;
                return until is { } end && now < end + _clockSkew && (from is null || from - _clockSkew <= now);
            },
        });

    // An address counts only if the provider says that it is proved, or if it cannot be anybody else's: a user principal name of one's own Entra tenant, whose
    // domains Microsoft has checked. An Entra "email" alone is whatever an administrator of some tenant typed.
    private string AddressOf(JsonWebToken token)
    {
        var proved = IsTrue(token, "email_verified") || IsTrue(token, "xms_edov");
        var tenantsOwn = token.TryGetPayloadValue<string>("tid", out var tenant) && tenant.Length > 0 && token.Issuer.Contains(tenant, StringComparison.OrdinalIgnoreCase);
        var address = Account.AddressOf(
            proved && token.TryGetPayloadValue<string>("email", out var email) ? email
            : tenantsOwn && token.TryGetPayloadValue<string>("preferred_username", out var principal) ? principal
            : throw new ProviderException("the token proves no address"));
        if (!options.Domains.Contains(address.Split('@')[^1], StringComparer.OrdinalIgnoreCase))
        {
            throw new ProviderException("the address is in a domain that this provider does not vouch for");
        }

        // Google lets anybody have an account with any address; "hd" says that the school's Workspace manages this one.
        var managed = token.TryGetPayloadValue<string>("hd", out var domain);
        if ((managed || token.Issuer == GoogleIssuer) && !options.Domains.Contains(domain ?? "", StringComparer.OrdinalIgnoreCase))
        {
            throw new ProviderException("the account is not managed by the school's domain");
        }

        return address;
    }

    // Providers write it as true, "true" or 1.
    private static bool IsTrue(JsonWebToken token, string claim) =>
        token.TryGetPayloadValue<object>(claim, out var value) && Convert.ToString(value, CultureInfo.InvariantCulture) is "True" or "true" or "1";

    private async Task<Published> PublishedAsync(bool unknownKey, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            // Whoever sends tokens with made-up keys cannot have us ask the provider each time.
            var old = _published is null || now - _published.ReadAt >= (unknownKey ? _notAgainWithin : _keptFor);
            return old ? _published = await ReadAsync(now, cancellationToken) : _published!;
        }
        finally
        {
            _reading.Release();
        }
    }

    private async Task<Published> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var found = await http.GetAsync(new Uri(options.Issuer.TrimEnd('/') + "/.well-known/openid-configuration"), cancellationToken);
        found.EnsureSuccessStatusCode();
        var document = await ReadAsync<Discovery>(found, cancellationToken);
        // OpenID Connect Discovery 1.0, section 4.3: otherwise one provider could speak for another.
        if (document.Issuer != options.Issuer)
        {
            throw new ProviderException("its discovery document names another issuer than the settings");
        }

        if (new[] { document.AuthorizationEndpoint, document.TokenEndpoint, document.KeysAddress }.Any(endpoint =>
            !Uri.TryCreate(endpoint, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && !address.IsLoopback)))
        {
            throw new ProviderException("its discovery document names an address without https");
        }

        return new Published(document, new JsonWebKeySet(await http.GetStringAsync(new Uri(document.KeysAddress), cancellationToken)), now);
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(cancellationToken) ?? throw new ProviderException("it answered with nothing");
        }
        catch (JsonException)
        {
            throw new ProviderException("it answered with something that is not JSON");
        }
    }

    public void Dispose() => _reading.Dispose();

    private sealed record Published(Discovery Document, JsonWebKeySet Keys, DateTimeOffset ReadAt);

    private sealed record Discovery(
        [property: JsonPropertyName("issuer")] string Issuer,
        [property: JsonPropertyName("authorization_endpoint")] string AuthorizationEndpoint,
        [property: JsonPropertyName("token_endpoint")] string TokenEndpoint,
        [property: JsonPropertyName("jwks_uri")] string KeysAddress);

    private sealed record Tokens([property: JsonPropertyName("id_token")] string? IdToken);
}
