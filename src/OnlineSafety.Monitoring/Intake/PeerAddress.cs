using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>Sender addresses: an IPv4 sender on a dual-stack socket is an IPv4 sender.</summary>
internal static class PeerAddress
{
    public static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>What limits for each peer are counted by: an IPv4 address, or the network (/64) of an IPv6 one, where a single host has as many addresses as it likes.</summary>
    public static UInt128 LimitKey(IPAddress address)
    {
        const int NetworkBytes = 8;
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        Plain(address).TryWriteBytes(bytes, out var written);
        if (written == bytes.Length)
        {
            bytes[NetworkBytes..].Clear();
            bytes[^1] = 1;
        }

        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    /// <summary>Prefix length of the narrowest network that holds <paramref name="address"/>, on the 128-bit scale of both families; 0 when no network is asked for, -1 when none fits.</summary>
    public static int LongestPrefix(IReadOnlyList<IPNetwork> networks, IPAddress address)
    {
        var longest = networks.Count == 0 ? 0 : -1;
        foreach (var network in networks)
        {
            if (network.Contains(address))
            {
                var scale = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 96 : 0;
                longest = Math.Max(longest, network.PrefixLength + scale);
            }
        }

        return longest;
    }
}
