using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>Light, dark, or as the system says. Kept in a cookie that says nothing else, so that the switch is a plain form.</summary>
internal static class ThemeChoice
{
    private const string CookieName = "theme";

    public static IReadOnlyList<(string Value, string Label)> All { get; } = [("auto", "Auto"), ("light", "Light"), ("dark", "Dark")];

    /// <summary>One of <see cref="All"/>, whatever the cookie holds.</summary>
    public static string Of(HttpRequest request) => request.Cookies[CookieName] switch
    {
        "light" => "light",
        "dark" => "dark",
        _ => "auto",
    };

    public static void MapDisplay(this IEndpointRouteBuilder routes) => routes.MapPost("/display", ChooseAsync).DisableAntiforgery().AllowAnonymous();

    // Anybody may change colours, and a form from elsewhere that did could do no more.
    private static async Task<RedirectHttpResult> ChooseAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var form = await http.Request.ReadFormAsync(cancellationToken);
        var theme = form["theme"].ToString();
        var chosen = All.Any(choice => choice.Value == theme) ? theme : "auto";
        http.Response.Cookies.Append(CookieName, chosen, new CookieOptions
        {
            HttpOnly = true,
            IsEssential = true,
            MaxAge = TimeSpan.FromDays(400),
            SameSite = SameSiteMode.Lax,
            Secure = http.Request.IsHttps,
        });
        var back = form["back"].ToString();
        return TypedResults.Redirect(IsOurs(back) ? back : "/", permanent: false, preserveMethod: false);
    }

    // A path on this host: never "//host" or "/\host", which browsers take for another one.
    private static bool IsOurs(string address) =>
        address.Length > 0 && address[0] == '/' && (address.Length == 1 || address[1] is not ('/' or '\\')) && !address.Any(char.IsControl);
}
