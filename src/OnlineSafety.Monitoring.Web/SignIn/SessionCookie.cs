using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>
/// The cookies of signing in. Over https they carry <c>__Host-</c>: the browser then takes them from this very host alone, over https alone, for all of it. No script
/// reads them. Lax, so that a link in a mail finds whoever is signed in; what changes anything asks for a form's token besides.
/// </summary>
internal sealed class SessionCookie(ConsoleAddress address)
{
    public const string PlainName = "onlinesafety";

    private const string Bound = "__Host-";
    private const string JourneySuffix = "-way";
    private const string KnownSuffix = "-known";

    public string Name { get; } = address.Secure ? Bound + PlainName : PlainName;

    private string JourneyName => Name + JourneySuffix;

    public string? Of(HttpContext http) => http.Request.Cookies[Name];

    public void Set(HttpContext http, string token) => http.Response.Cookies.Append(Name, token, Options());

    public void Clear(HttpContext http) => http.Response.Cookies.Delete(Name, Options());

    /// <summary>What is needed when the browser comes back from a provider.</summary>
    public string? JourneyOf(HttpContext http) => http.Request.Cookies[JourneyName];

    public void SetJourney(HttpContext http, string sealedJourney)
    {
        var options = Options();
        options.MaxAge = SealedState.Valid;
        http.Response.Cookies.Append(JourneyName, sealedJourney, options);
    }

    public void ClearJourney(HttpContext http) => http.Response.Cookies.Delete(JourneyName, Options());

    /// <summary>Who signed in with this browser before.</summary>
    public string? KnownOf(HttpContext http) => http.Request.Cookies[Name + KnownSuffix];

    public void SetKnown(HttpContext http, string sealedBrowser)
    {
        var options = Options();
        options.MaxAge = KnownBrowser.Valid;
        http.Response.Cookies.Append(Name + KnownSuffix, sealedBrowser, options);
    }

    private CookieOptions Options() => new() { HttpOnly = true, IsEssential = true, Path = "/", SameSite = SameSiteMode.Lax, Secure = address.Secure };
}
