using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Syslog.Tls;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>Accepts the connections of one listener, in clear or over TLS, within limits, and closes the idle ones.</summary>
/// <param name="name">The listener's name.</param>
/// <param name="socket">Bound and listening.</param>
/// <param name="tls">Null: in clear.</param>
/// <param name="sources">What messages can belong to.</param>
/// <param name="appends">The way to the log.</param>
/// <param name="troubles">Where limits that a source met are counted.</param>
/// <param name="met">Where limits that were met are noted for health.</param>
/// <param name="options">Limits.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where limits that were met are told.</param>
internal sealed class SyslogTcpListener(
    string name, Socket socket, TlsDoor? tls, ListenerSources sources, SyslogAppends appends, IDoorTroubles troubles, LimitsMet met,
    SyslogDoorOptions options, TimeProvider time, ILogger logger)
{
    private readonly Connections<Admitted> _connections = new(tls is null ? Door.SyslogTcp : Door.SyslogTls, options.MaxConnections, options.MaxConnectionsPerPeer);
    private readonly OpenCounts<Guid> _perSource = new(options.MaxConnectionsPerSource);
    private readonly RefusedConnections _refused = new(
        name, tls is null ? Door.SyslogTcp : Door.SyslogTls, sources, troubles, met, time, logger);

    private readonly ReadAheadBudget _readAhead = new(options.ReadAheadTotalBytes);

    private Door Door => tls is null ? Door.SyslogTcp : Door.SyslogTls;

    /// <summary>Accepts until <paramref name="stop"/>.</summary>
    public async Task AcceptAllAsync(CancellationToken stop, CancellationToken giveUp)
    {
        while (!stop.IsCancellationRequested)
        {
            if (await ListenSocket.AcceptAsync(socket, error => DoorLog.SocketFailed(logger, name, error), time, stop) is var (accepted, peer))
            {
                try
                {
                    Admit(accepted, peer, stop, giveUp);
                }
                catch
                {
                    // The listener ends by it; its sender must not wait for an answer meanwhile.
                    accepted.Dispose();
                    throw;
                }
            }
        }
    }

    /// <summary>Lets go of the port and waits for the connections, which were told to stop, to finish.</summary>
    public async Task FinishAsync()
    {
        socket.Dispose();
        await _connections.Ended;
    }

    private void Admit(Socket accepted, IPAddress peer, CancellationToken stop, CancellationToken giveUp)
    {
        if (_connections.Admit(new Admitted(accepted, peer), peer, admitted => RunConnectionAsync(admitted, stop, giveUp)) is { } limit)
        {
            Refuse(accepted, limit, sources.Matcher.For(peer).Only);
        }
    }

    private async Task RunConnectionAsync(Admitted admitted, CancellationToken stop, CancellationToken giveUp)
    {
        try
        {
            KeepAlive(admitted.Socket);
            await using var stream = tls is null ? null : await AcceptTlsAsync(tls, admitted, stop);
            if (tls is null || stream is not null)
            {
                await ReadAsync(admitted, stream, stop, giveUp);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Before anything was read.
        }
        catch (Exception exception)
        {
            // One connection's error is its own: the listener and the others go on.
            DoorLog.ConnectionFailed(logger, admitted.Peer.ToString(), name, ErrorWords.Of(exception));
        }
        finally
        {
            admitted.Socket.Dispose();
        }
    }

    /// <summary>Null when no handshake came about; counted and told.</summary>
    private async Task<SslStream?> AcceptTlsAsync(TlsDoor door, Admitted admitted, CancellationToken stop)
    {
        try
        {
            // A certificate is asked for only where a source is bound to one: some senders trip over the question.
            return await door.AcceptAsync(admitted.Socket, sources.Matcher.WantsCertificates, stop);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException or TimeoutException)
        {
            _refused.HandshakeFailed(admitted.Peer, exception);
            return null;
        }
    }

    private async Task ReadAsync(Admitted admitted, SslStream? stream, CancellationToken stop, CancellationToken giveUp)
    {
        var proof = new PeerProof(stream is not null, stream?.RemoteCertificate is { } certificate ? CertificateThumbprint.Of(certificate) : null);
        await sources.LearnAsync(admitted.Peer, proof, stop);
        var matching = sources.Of(admitted.Peer, proof);
        if (matching().Unproven is { } unproven)
        {
            _refused.ProofMissing(admitted.Peer, unproven);
            return;
        }

        // Whose it is can change while it is open; what it was counted under may not.
        var only = matching().Only;
        if (only is not null && !_perSource.TryEnter(only.Key.Source))
        {
            Refuse(admitted.Socket, IntakeReason.SourceConnectionLimit, only);
            return;
        }

        try
        {
            var envelope = RecordEnvelope.Of(Door, RecordEnvelope.Syslog, admitted.Peer.ToString());
            using var connection = new SyslogTcpConnection(admitted.Socket, stream, envelope, matching, appends, ReadAhead.Of(options, stream is not null, _readAhead), options, time);
            admitted.Connection = connection;
            await connection.RunAsync(stop, giveUp);
            if (connection.Fault != FramingFault.None)
            {
                _refused.Framing(admitted.Peer, proof, connection.Fault);
            }
        }
        finally
        {
            if (only is not null)
            {
                _perSource.Leave(only.Key.Source);
            }
        }
    }

    /// <summary>Closes the idle ones until <paramref name="stop"/>.</summary>
    public async Task SweepAsync(CancellationToken stop)
    {
        var period = TimeSpan.FromTicks(Math.Clamp(options.IdleTimeout.Ticks / 4, TimeSpan.TicksPerSecond / 4, TimeSpan.TicksPerMinute));
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var admitted in _connections.Open)
                {
                    // A handshake has a limit of its own.
                    if (admitted.Connection is { } connection && connection.IdleFor > options.IdleTimeout)
                    {
                        IntakeMetrics.OnRejected(Door, IntakeReason.Idle);
                        connection.EndIdle();
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <param name="accepted">The connection.</param>
    /// <param name="reason">The limit.</param>
    /// <param name="source">Whose sender it would have been, if that is known.</param>
    private void Refuse(Socket accepted, IntakeReason reason, SourceRegistration? source)
    {
        accepted.Dispose();
        _refused.AtLimit(reason, source);
    }

    /// <summary>A peer that vanished without a word is noticed after two minutes.</summary>
    private static void KeepAlive(Socket accepted)
    {
        accepted.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        accepted.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 60);
        accepted.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 15);
        accepted.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 4);
    }

    private sealed class Admitted(Socket socket, IPAddress peer)
    {
        private SyslogTcpConnection? _connection;

        public Socket Socket => socket;

        public IPAddress Peer => peer;

        /// <summary>Null until it may be read.</summary>
        public SyslogTcpConnection? Connection
        {
            get => Volatile.Read(ref _connection);
            set => Volatile.Write(ref _connection, value);
        }
    }
}
