using System.Net;
using Microsoft.AspNetCore.Connections;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>Counts the open HTTP connections of each peer, so that one peer cannot take the places of all others. Thread-safe.</summary>
internal sealed class PeerConnections(int most)
{
    private readonly OpenCounts<UInt128> _open = new(most);

    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        var peer = PeerAddress.LimitKey((connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None);
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
}
