using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>Accepts the TCP connections of one listener, within limits, and closes the idle ones.</summary>
internal sealed class SyslogTcpListener(
    string name, Socket socket, ListenerSources sources, SyslogAppends appends, SyslogDoorOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<SyslogTcpConnection, Task> _connections = new();
    private readonly ConcurrentDictionary<IPAddress, int> _perPeer = new();
    private readonly ReadAheadBudget _readAhead = new(options.ReadAheadTotalBytes);
    private long _refused;
    private long _reportedAt;

    /// <summary>Accepts until <paramref name="stop"/>, then waits for its connections to finish.</summary>
    public async Task RunAsync(CancellationToken stop, CancellationToken giveUp)
    {
        var sweep = SweepAsync(stop);
        while (!stop.IsCancellationRequested)
        {
            if (await AcceptAsync(stop) is { } accepted)
            {
                Admit(accepted, stop, giveUp);
            }
        }

        socket.Dispose();
        await sweep;
        await Task.WhenAll(_connections.Values);
    }

    private async ValueTask<Socket?> AcceptAsync(CancellationToken stop)
    {
        try
        {
            return await socket.AcceptAsync(stop);
        }
        catch (SocketException exception)
        {
            // Out of descriptors, or the peer has gone: neither ends the listener, and the pause keeps it from spinning.
            DoorLog.SocketFailed(logger, name, exception.SocketErrorCode);
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    private void Admit(Socket accepted, CancellationToken stop, CancellationToken giveUp)
    {
        // A peer that reset at once has no address any more.
        if (accepted.RemoteEndPoint is not IPEndPoint { Address: var remote })
        {
            accepted.Dispose();
            return;
        }

        var peer = PeerAddress.Plain(remote);
        if (_connections.Count >= options.MaxConnections)
        {
            Refuse(accepted, IntakeReason.ConnectionLimit);
            return;
        }

        if (_perPeer.AddOrUpdate(peer, 1, (_, open) => open + 1) > options.MaxConnectionsPerPeer)
        {
            Leave(peer);
            Refuse(accepted, IntakeReason.PeerConnectionLimit);
            return;
        }

        KeepAlive(accepted);
        var envelope = RecordEnvelope.Of(Door.SyslogTcp, RecordEnvelope.Syslog, peer.ToString());
        var connection = new SyslogTcpConnection(accepted, envelope, sources.Of(peer), appends, new ReadAhead(options, _readAhead), options, time);
        IntakeMetrics.OnConnection(Door.SyslogTcp, 1);
        _connections[connection] = Task.CompletedTask;
        var run = RunConnectionAsync(connection, peer, stop, giveUp);

        // Replaces the placeholder unless it has already ended and left.
        _connections.TryUpdate(connection, run, Task.CompletedTask);
    }

    private async Task RunConnectionAsync(SyslogTcpConnection connection, IPAddress peer, CancellationToken stop, CancellationToken giveUp)
    {
        await Task.Yield();
        try
        {
            await sources.LearnAsync(peer, stop);
            await connection.RunAsync(stop, giveUp);
            if (connection.Fault != FramingFault.None)
            {
                IntakeMetrics.OnRejected(Door.SyslogTcp, connection.Fault == FramingFault.CountTooLarge ? IntakeReason.CountTooLarge : IntakeReason.FrameTooLong);
                DoorLog.FramingBroken(logger, connection.Peer, name, connection.Fault);
            }
        }
        catch (Exception exception)
        {
            // One connection's error is its own: the listener and the others go on.
            DoorLog.ConnectionFailed(logger, connection.Peer, name, ErrorWords.Of(exception));
        }
        finally
        {
            connection.Dispose();
            Leave(peer);
            _connections.TryRemove(connection, out _);
            IntakeMetrics.OnConnection(Door.SyslogTcp, -1);
        }
    }

    private async Task SweepAsync(CancellationToken stop)
    {
        var period = TimeSpan.FromTicks(Math.Clamp(options.IdleTimeout.Ticks / 4, TimeSpan.TicksPerSecond / 4, TimeSpan.TicksPerMinute));
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var connection in _connections.Keys)
                {
                    if (connection.IdleFor > options.IdleTimeout)
                    {
                        IntakeMetrics.OnRejected(Door.SyslogTcp, IntakeReason.Idle);
                        connection.EndIdle();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private void Refuse(Socket accepted, IntakeReason reason)
    {
        accepted.Dispose();
        IntakeMetrics.OnRejected(Door.SyslogTcp, reason);
        _refused++;
        if (_reportedAt == 0 || time.GetElapsedTime(_reportedAt) > ReportEvery)
        {
            DoorLog.ConnectionsRefused(logger, name, _refused);
            _reportedAt = time.GetTimestamp();
            _refused = 0;
        }
    }

    private void Leave(IPAddress peer)
    {
        // Removes the entry with the last connection, so that addresses do not pile up.
        while (_perPeer.TryGetValue(peer, out var open))
        {
            if (open <= 1 ? _perPeer.TryRemove(new KeyValuePair<IPAddress, int>(peer, open)) : _perPeer.TryUpdate(peer, open - 1, open))
            {
                return;
            }
        }
    }

    /// <summary>A peer that vanished without a word is noticed after two minutes.</summary>
    private static void KeepAlive(Socket accepted)
    {
        accepted.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        accepted.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
        accepted.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
        accepted.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }
}
