using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace OnlineSafety.Monitoring.Access.SignIn;

/// <summary>Who really asks, behind the reverse proxies that the settings name.</summary>
internal sealed class PeerAddress(IOptions<SignInOptions> options)
{
    private readonly IReadOnlyList<IPNetwork> _proxies = [.. options.Value.Proxies.Select(Network)];

    /// <summary>The nearest address that is none of our proxies: what stands further left in the header was written by whoever asks.</summary>
    public IPAddress Of(HttpContext http)
    {
        var peer = Plain(http.Connection.RemoteIpAddress ?? IPAddress.None);
        var named = http.Request.Headers["X-Forwarded-For"].ToString().Split(',', StringSplitOptions.TrimEntries);
        for (var i = named.Length - 1; i >= 0 && IsProxy(peer) && IPAddress.TryParse(named[i], out var further); i--)
        {
            peer = Plain(further);
        }

        return peer;
    }

    private bool IsProxy(IPAddress address) => _proxies.Any(network => network.Contains(address));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static IPNetwork Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
        {
            return network;
        }

        var address = IPAddress.Parse(text);
        return new IPNetwork(address, address.GetAddressBytes().Length * 8);
    }
}
