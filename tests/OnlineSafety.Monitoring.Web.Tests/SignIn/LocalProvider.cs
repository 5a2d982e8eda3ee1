using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OnlineSafety.Monitoring.Web.Tests.SignIn;

/// <summary>An OpenID Connect provider over a real socket: one user, one client, codes that work once, and whatever claims a test wants.</summary>
internal sealed class LocalProvider : IAsyncDisposable
{
    public const string ClientId = "console";
    private const string ClientSecret = "not a secret of anybody";

    private readonly WebApplication _web;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, Dictionary<string, string>> _codes = new(StringComparer.Ordinal);
    private RsaSecurityKey _key = NewKey();

    private LocalProvider(WebApplication web, TimeProvider time) => (_web, _time) = (web, time);

    public string Issuer => _web.Urls.First();

    /// <summary>What the token says of the user.</summary>
    public Dictionary<string, object> Claims { get; } = new(StringComparer.Ordinal)
    {
        ["sub"] = "user-1", ["email"] = "d.lead@school.example", ["email_verified"] = true,
    };

    /// <summary>Last changes to a token before it is signed: what an attacker, or another provider, would send.</summary>
    public Action<SecurityTokenDescriptor> Tamper { get; set; } = _ => { };

    public int Discoveries { get; private set; }

    /// <summary>The settings of a console that trusts this provider.</summary>
    public object Settings(bool provesSecondFactor = true) => new
    {
        SignIn = new
        {
            Providers = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["workspace"] = new { Label = "Workspace", Issuer, ClientId, ClientSecret, Domains = new[] { "school.example" }, ProvesSecondFactor = provesSecondFactor },
            },
        },
    };

    public static async Task<LocalProvider> StartAsync(TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var web = builder.Build();
        var provider = new LocalProvider(web, time);
        web.MapGet("/.well-known/openid-configuration", provider.Discover);
        web.MapGet("/keys", () => Results.Json(new { keys = new[] { provider.PublicKey() } }));
        web.MapGet("/authorize", provider.Authorize);
        web.MapPost("/token", provider.TokenAsync);
        await web.StartAsync();
        return provider;
    }

    public void ChangeKeys() => _key = NewKey();

    /// <summary>Signs as the provider would, with a key that it does not publish.</summary>
    public void ForgeKeys() => _forged = NewKey();

    public void TellTheTruth() => (_forged, Tamper) = (null, _ => { });

    private RsaSecurityKey? _forged;

    private IResult Discover()
    {
        Discoveries++;
        return Results.Json(new
        {
            issuer = Issuer, authorization_endpoint = Issuer + "/authorize", token_endpoint = Issuer + "/token", jwks_uri = Issuer + "/keys",
        });
    }

    private object PublicKey()
    {
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.Rsa.ExportParameters(false)) { KeyId = _key.KeyId });
        return new { kty = jwk.Kty, kid = jwk.Kid, n = jwk.N, e = jwk.E, use = "sig", alg = "RS256" };
    }

    // The user is always there and always agrees.
    private IResult Authorize(HttpRequest request)
    {
        var asked = request.Query.ToDictionary(pair => pair.Key, pair => pair.Value.ToString(), StringComparer.Ordinal);
        if (asked["client_id"] != ClientId || asked["response_type"] != "code" || asked["code_challenge_method"] != "S256" || !asked["scope"].Contains("openid", StringComparison.Ordinal))
        {
            return Results.BadRequest();
        }

        var code = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        _codes[code] = asked;
        return Results.Redirect(QueryHelpers.AddQueryString(asked["redirect_uri"], new Dictionary<string, string?>(StringComparer.Ordinal) { ["code"] = code, ["state"] = asked["state"] }));
    }

    private async Task<IResult> TokenAsync(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (!_codes.TryRemove(form["code"].ToString(), out var asked)
            || form["client_id"] != ClientId || form["client_secret"] != ClientSecret || form["redirect_uri"] != asked["redirect_uri"]
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != asked["code_challenge"])
        {
            return Results.BadRequest(new { error = "invalid_grant" });
        }

        var now = _time.GetUtcNow().UtcDateTime;
        var token = new SecurityTokenDescriptor
        {
            Issuer = Issuer,
            Audience = ClientId,
            IssuedAt = now,
            NotBefore = now,
            Expires = now.AddMinutes(5),
            Claims = new Dictionary<string, object>(Claims, StringComparer.Ordinal) { ["nonce"] = asked["nonce"] },
            SigningCredentials = new SigningCredentials(_forged is null ? _key : new RsaSecurityKey(_forged.Rsa) { KeyId = _key.KeyId }, SecurityAlgorithms.RsaSha256),
        };
        Tamper(token);
        return Results.Json(new { token_type = "Bearer", access_token = "unused", id_token = new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(token) });
    }

    private static RsaSecurityKey NewKey() => new(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") };

    public ValueTask DisposeAsync() => _web.DisposeAsync();
}
