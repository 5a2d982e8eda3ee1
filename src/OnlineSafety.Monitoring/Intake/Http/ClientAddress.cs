using System.Net;
using Microsoft.AspNetCore.Http;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>Who sends a request: the peer of its connection or, where that is a reverse proxy that the settings name, whom the proxy says it stands for.</summary>
/// <param name="proxies">Those whose <c>X-Forwarded-For</c> is believed; nobody else's is read.</param>
internal sealed class ClientAddress(IReadOnlyList<IPNetwork> proxies)
{
    private const string ForwardedFor = "X-Forwarded-For";

    public bool IsProxy(IPAddress peer) => proxies.Any(network => network.Contains(PeerAddress.Plain(peer)));

    /// <summary>The nearest address that is none of our proxies: what stands further left in the header was written by whoever asks.</summary>
    public IPAddress Of(HttpContext http)
    {
        var client = PeerAddress.Plain(http.Connection.RemoteIpAddress ?? IPAddress.None);
        if (!IsProxy(client))
        {
            return client;
        }

        // Several headers are one list, in their order (RFC 9110, 5.3). Some proxies write the port as well.
        var named = http.Request.Headers[ForwardedFor].ToString().Split(',', StringSplitOptions.TrimEntries);
        for (var i = named.Length - 1; i >= 0 && IsProxy(client) && IPEndPoint.TryParse(named[i], out var further); i--)
        {
            client = PeerAddress.Plain(further.Address);
        }

        return client;
    }

    /// <summary>An address, or a network as CIDR; null: neither.</summary>
    public static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
            : IPAddress.TryParse(text, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : null;
}
