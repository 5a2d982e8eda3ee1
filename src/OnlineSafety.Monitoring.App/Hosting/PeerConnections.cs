using System.Net;
using Microsoft.AspNetCore.Connections;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>
/// Counts the open HTTP connections of each peer, so that one peer cannot take the places of all others. Our proxies are not counted: everybody comes through them.
/// Thread-safe.
/// </summary>
internal sealed class PeerConnections(int most, ClientAddress clients)
{
    private readonly OpenCounts<UInt128> _open = new(most);

    public ConnectionDelegate Limit(ConnectionDelegate next) => async connection =>
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        if (clients.IsProxy(address))
        {
            await next(connection);
            return;
        }

        var peer = PeerAddress.LimitKey(address);
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
