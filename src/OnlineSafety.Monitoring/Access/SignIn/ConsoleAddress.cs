using System.Net;
using Microsoft.AspNetCore.Http;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>
/// The address by which staff reach the console. With https, that one alone counts, whatever a request says of itself. Without it the console can be signed
/// in to on this very host only: a password in the clear is everybody's.
/// </summary>
internal sealed class ConsoleAddress(Uri configured)
{
    /// <summary>Whether cookies may be bound to https, and are.</summary>
    public bool Secure { get; } = configured.Scheme == Uri.UriSchemeHttps;

    /// <summary>What passkeys are bound to; null: the host that the request names, which is this machine's own.</summary>
    public string? Domain => Secure ? configured.Host : null;

    /// <summary>Scheme, host and port, as browsers write an origin.</summary>
    public string Of(HttpContext http) => Secure ? configured.GetLeftPart(UriPartial.Authority) : $"{http.Request.Scheme}://{http.Request.Host}";

    /// <summary>Whether a password may be typed here.</summary>
    /// <param name="http">The request.</param>
    /// <param name="client">Who sends it: not the proxy on this host through which it comes.</param>
    public bool MaySignIn(HttpContext http, IPAddress client) => Secure || (IsThisHost(http.Request.Host.Host) && IPAddress.IsLoopback(client));

    private static bool IsThisHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
