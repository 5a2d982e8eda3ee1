using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Intake.Http;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>Which browsers are known, by a sealed cookie that says who signed in with them. Without it somebody is a stranger: measured more strictly, and told of.</summary>
internal sealed class KnownBrowsers(SealedState sealing, SessionCookie cookie, ClientAddress clients, Accounts accounts)
{
    /// <summary>Where a request to sign in comes from.</summary>
    public SignInOrigin OriginOf(HttpContext http) => new(clients.Of(http), Of(http));

    /// <summary>From now on this browser is known as the account holder's.</summary>
    /// <returns>False when it was already.</returns>
    public bool Remember(HttpContext http, Guid account)
    {
        var known = Of(http) ?? new KnownBrowser(Guid.NewGuid(), []);
        cookie.SetKnown(http, sealing.Seal(KnownBrowser.Purpose, known.With(account), KnownBrowser.Valid));
        return !known.Knows(account);
    }

    /// <summary>The same, and the holder is told of a new one by mail.</summary>
    public async Task SignedInAsync(HttpContext http, Guid account, CancellationToken cancellationToken)
    {
        if (Remember(http, account))
        {
            await accounts.TellAsync(account, AccountNews.Browser, cancellationToken);
        }
    }

    private KnownBrowser? Of(HttpContext http) => sealing.Open<KnownBrowser>(KnownBrowser.Purpose, cookie.KnownOf(http));
}
