using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<Admitted, Task> _connections = new();
    private readonly OpenCounts<IPAddress> _perPeer = new(options.MaxConnectionsPerPeer);
    private readonly OpenCounts<Guid> _perSource = new(options.MaxConnectionsPerSource);
    private readonly PeriodicReport _refused = new(time);
    private readonly PeriodicReport _handshakes = new(time);
    private readonly PeriodicReport _unproven = new(time);

    private readonly ReadAheadBudget _readAhead = new(options.ReadAheadTotalBytes);

    private Door Door => tls is null ? Door.SyslogTcp : Door.SyslogTls;

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
            Refuse(accepted, IntakeReason.ConnectionLimit, sources.Matcher.For(peer).Only);
            return;
        }

        if (!_perPeer.TryEnter(peer))
        {
            Refuse(accepted, IntakeReason.PeerConnectionLimit, sources.Matcher.For(peer).Only);
            return;
        }

        var admitted = new Admitted(accepted, peer);
        IntakeMetrics.OnConnection(Door, 1);
        _connections[admitted] = Task.CompletedTask;
        var run = RunConnectionAsync(admitted, stop, giveUp);

        // Replaces the placeholder unless it has already ended and left.
        _connections.TryUpdate(admitted, run, Task.CompletedTask);
    }

    private async Task RunConnectionAsync(Admitted admitted, CancellationToken stop, CancellationToken giveUp)
    {
        await Task.Yield();
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
            _perPeer.Leave(admitted.Peer);
            _connections.TryRemove(admitted, out _);
            IntakeMetrics.OnConnection(Door, -1);
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
            IntakeMetrics.OnRejected(Door, exception is TimeoutException ? IntakeReason.HandshakeTooSlow : IntakeReason.HandshakeFailed);
            if (_handshakes.Add() is > 0 and var count)
            {
                // The library's own words: which alert the sender gave, or which version it wanted. No message was read yet.
                var reason = exception is TimeoutException ? exception : exception.GetBaseException();
                DoorLog.HandshakesFailed(logger, name, count, admitted.Peer.ToString(), reason.Message);
            }

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
            OnProofMissing(admitted.Peer, unproven);
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
                IntakeMetrics.OnRejected(Door, connection.Fault == FramingFault.CountTooLarge ? IntakeReason.CountTooLarge : IntakeReason.FrameTooLong);
                DoorLog.FramingBroken(logger, connection.Peer, name, connection.Fault);
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

    private async Task SweepAsync(CancellationToken stop)
    {
        var period = TimeSpan.FromTicks(Math.Clamp(options.IdleTimeout.Ticks / 4, TimeSpan.TicksPerSecond / 4, TimeSpan.TicksPerMinute));
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                foreach (var admitted in _connections.Keys)
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
        met.Note();
        IntakeMetrics.OnRejected(Door, reason);
        if (source is not null)
        {
            troubles.Report(source.Key, DoorTroubleKind.TooManyConnections, 1);
        }

        if (_refused.Add() is > 0 and var count)
        {
            DoorLog.ConnectionsRefused(logger, name, count, IntakeMetrics.WordOf(reason));
        }
    }

    /// <summary>All that such a sender can mean is that source: its lines taken as nobody's would be lost to it, and taken as its own could be forged.</summary>
    private void OnProofMissing(IPAddress peer, SourceRegistration source)
    {
        IntakeMetrics.OnRejected(Door, IntakeReason.ProofMissing);
        troubles.Report(source.Key, DoorTroubleKind.ProofMissing, 1);
        if (_unproven.Add() is > 0 and var count)
        {
            DoorLog.ProofMissing(logger, name, count, peer.ToString(), source.Key.Source, source.Certificates.Count > 0 ? "with the certificate that it is bound to" : "over TLS");
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
