using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Web.SignIn;

namespace OnlineSafety.Monitoring.Web;

/// <summary>Finds who is behind a request: by the session of a browser's cookie, or by the staff key of a program.</summary>
internal sealed class WhoAsks(StaffKeys keys, Sessions sessions, SessionCookie cookie)
{
    private const string Scheme = "Bearer ";
    private const string Feed = "text/event-stream";

    public static bool WithKey(HttpContext http) => http.Request.Headers.Authorization.ToString().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Null for somebody who is not, or not any more, signed in. Session null: it was a key.</summary>
    public async Task<(SignedInStaff Staff, StaffSession? Session)?> FindAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (WithKey(http))
        {
            return await keys.FindAsync(http.Request.Headers.Authorization.ToString()[Scheme.Length..].Trim(), cancellationToken) is { } owner ? (owner, null) : null;
        }

        // A page that was left open asks for its feed again and again by itself: that is nobody's doing, and the session idles out under it.
        var use = !http.Request.Headers.Accept.ToString().Contains(Feed, StringComparison.OrdinalIgnoreCase);
        return await sessions.FindAsync(cookie.Of(http), use, cancellationToken) is { Staff: { } staff } session ? (staff, session) : null;
    }

    /// <summary>For what stays open: whether whoever opened it may still have it. To be asked at least every 60 s.</summary>
    public async Task<bool> StillMayAsync(HttpContext http, CancellationToken cancellationToken) =>
        await FindAsync(http, cancellationToken) is var (staff, _) && staff.MayCall(http);
}
