using System.Net;
using Microsoft.AspNetCore.Connections;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>Counts the open HTTP connections of each peer, so that one peer cannot take the places of all others. Thread-safe.</summary>
internal sealed class PeerConnections(int most)
{
    private const int NetworkBytes = 8;

    private readonly OpenCounts<UInt128> _open = new(most);

    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        var peer = KeyOf((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None);
        if (!_open.TryEnter(peer))
        {
            IntakeMetrics.OnRejected(Door.Http, IntakeReason.PeerConnectionLimit);
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            _open.Leave(peer);
        }
    };

    /// <summary>An IPv4 address, or the network of an IPv6 one: there a single host has as many addresses as it likes.</summary>
    private static UInt128 KeyOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        PeerAddress.Plain(address).TryWriteBytes(bytes, out var written);
        if (written == bytes.Length)
        {
            bytes[NetworkBytes..].Clear();
            bytes[^1] = 1;
        }

        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
