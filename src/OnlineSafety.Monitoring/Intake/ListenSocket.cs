using System.Net;
using System.Net.Sockets;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>The sockets that doors listen on.</summary>
internal static class ListenSocket
{
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromMilliseconds(100);

    /// <summary>Bound, and not listening yet. Where it is bound to every IPv6 address, IPv4 comes in too.</summary>
    /// <exception cref="SocketException">The address or port cannot be had.</exception>
    public static Socket Bind(IPEndPoint address, SocketType type)
    {
        var socket = new Socket(address.AddressFamily, type, type == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp);
        try
        {
            if (address.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            if (type == SocketType.Stream)
            {
                // A restart must not wait for old connections to time out; on Unix this does not let two processes share the port.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, !OperatingSystem.IsWindows());
            }

            socket.Bind(address);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The next connection, and who made it; null: none, and the door looks again unless it stops.</summary>
    /// <param name="socket">Listening.</param>
    /// <param name="failed">Told what went wrong. Out of descriptors, or the peer has gone: neither ends a door, and a pause keeps it from spinning.</param>
    /// <param name="time">The clock of the pause.</param>
    /// <param name="stop">Ends the wait.</param>
    public static async ValueTask<(Socket Socket, IPAddress Peer)?> AcceptAsync(Socket socket, Action<SocketError> failed, TimeProvider time, CancellationToken stop)
    {
        try
        {
            var accepted = await socket.AcceptAsync(stop);
            if (accepted.RemoteEndPoint is IPEndPoint { Address: var peer })
            {
                return (accepted, PeerAddress.Plain(peer));
            }

            // A peer that reset at once has no address any more.
            accepted.Dispose();
            return null;
        }
        catch (SocketException exception)
        {
            failed(exception.SocketErrorCode);
            await Task.Delay(PauseAfterFault, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }
}
