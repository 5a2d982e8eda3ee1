using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>A passkey as the page shows it.</summary>
public sealed record PasskeyLine(string Id, string Name, DateTimeOffset AddedAt, DateTimeOffset? UsedAt);

/// <summary>A session as the page shows it.</summary>
/// <param name="This">The one of the browser that looks.</param>
public sealed record SessionLine(Guid Id, string Way, DateTimeOffset BeganAt, DateTimeOffset SeenAt, bool This);

/// <summary>Gathers the page of one's own factors and sessions.</summary>
internal sealed class SecurityView(Accounts accounts, Passkeys passkeys, Sessions sessions, ProviderSignIn providers)
{
    public async Task<IResult> ShowAsync(HttpContext http, string? error, CancellationToken cancellationToken)
    {
        var own = http.Features.GetRequiredFeature<StaffSession>();
        var account = await accounts.FindAsync(own.Account, cancellationToken) ?? throw new InvalidOperationException("A session stands whose account is gone.");
        var keys = await passkeys.ListAsync(own.Account, cancellationToken);
        var open = await sessions.ListAsync(own.Account, cancellationToken);
        return new RazorComponentResult<SecurityPage>(new
        {
            Error = error,
            account.Address,
            HasPassword = account.PasswordHash is not null,
            HasAuthenticator = account.HasTotp,
            RecoveryCodesLeft = account.RecoveryHashes.Count,
            PasskeyLines = (IReadOnlyList<PasskeyLine>)[.. keys.Select(key => new PasskeyLine(key.Id, key.Name, key.CreatedAt, key.UsedAt))],
            SessionLines = (IReadOnlyList<SessionLine>)[.. open.Select(session => new SessionLine(session.Id, Words(session.Way), session.BeganAt, session.SeenAt, session.Id == own.Id))],
            Providers = (IReadOnlyList<(string, string)>)[.. providers.All.Select(provider => (provider.Word, provider.Label))],
        })
        {
            StatusCode = error is null ? StatusCodes.Status200OK : StatusCodes.Status400BadRequest,
        };
    }

    private static string Words(string way) => way switch
    {
        SignInWay.Passkey => "by passkey",
        SignInWay.Provider => "by the school's own account",
        SignInWay.Invitation => "by invitation",
        _ => "by password and code",
    };
}
