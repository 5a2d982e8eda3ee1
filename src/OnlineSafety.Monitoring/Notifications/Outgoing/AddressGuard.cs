using System.Net;
using System.Net.Sockets;

namespace OnlineSafety.Monitoring.Notifications.Outgoing;

/// <summary>
/// Which addresses a request of ours may go to: the school types the URL, and must not reach with it what only this host can reach (its database, the
/// cloud's metadata, the school's printers). Pure. Registries: IANA special-purpose addresses for IPv4 and IPv6.
/// </summary>
internal static class AddressGuard
{
    private static readonly IPNetwork[] _special = [.. new[]
    {
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        // Those that carry an IPv4 address of anybody's choice (NAT64, Teredo, 6to4) among them.
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    }.Select(network => IPNetwork.Parse(network))];

    public static bool Allows(IPAddress address, IReadOnlyList<IPNetwork> allowed)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return plain.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
            && (allowed.Any(network => network.Contains(plain)) || !_special.Any(network => network.Contains(plain)));
    }
}
