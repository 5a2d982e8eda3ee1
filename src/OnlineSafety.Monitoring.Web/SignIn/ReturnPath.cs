using Microsoft.AspNetCore.Http;

namespace OnlineSafety.Monitoring.Web.SignIn;

/// <summary>Where somebody wanted to go before being asked to sign in: the query's <c>to</c>, and never another host.</summary>
internal static class ReturnPath
{
    private const string Start = "/";
    private const int Longest = 200;

    public static string Of(HttpContext http) => IsOurs(http.Request.Query["to"].ToString()) ? http.Request.Query["to"].ToString() : Start;

    /// <summary>An address of signing in that leads back to <paramref name="to"/> in the end.</summary>
    public static string Through(string path, string to) => to == Start || !IsOurs(to) ? path : $"{path}?to={Uri.EscapeDataString(to)}";

    // Browsers take "//host" and "/\host" for another host.
    private static bool IsOurs(string path) =>
        path.Length is > 0 and <= Longest && path[0] == '/' && (path.Length == 1 || path[1] is not ('/' or '\\')) && !path.Any(letter => char.IsControl(letter) || letter == '\\');
}
