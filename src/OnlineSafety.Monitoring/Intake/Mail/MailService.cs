using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.Intake.Syslog.Tls;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Mail;

/// <summary>Takes the connections of the mail door, within limits. Where it is configured it must open for the service to start.</summary>
internal sealed class MailService : BackgroundService
{
    private const int Backlog = 128;

    private readonly ConcurrentDictionary<Socket, Task> _connections = new();
    private readonly MailDoorOptions _options;
    private readonly OpenCounts<UInt128> _perPeer;
    private readonly MailDoorParts _parts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Socket? _listener;

    public MailService(
        ISourceDirectory directory, IntakeAppender appender, IDoorTroubles troubles, SyslogService syslog, IOptions<IntakeOptions> options, TimeProvider time,
        IHostApplicationLifetime lifetime, ILogger<MailService> logger)
    {
        (_options, _time, _logger) = (options.Value.Mail, time, logger);
        _perPeer = new OpenCounts<UInt128>(_options.MaxConnectionsPerPeer);

        // One certificate for all doors: the syslog service follows its files.
        var tls = new TlsDoor(syslog.Certificate, options.Value.Syslog.Tls, time);
        _parts = new MailDoorParts(directory, appender, troubles, tls, _options, time, logger, lifetime.ApplicationStopped);
    }

    /// <summary>Where it listens, with the real port; null: it is shut.</summary>
    public IPEndPoint? Endpoint { get; private set; }

    /// <summary>What stands after the @ of our sources' addresses.</summary>
    public string Domain => _parts.Recipients.Domain;

    /// <summary>It should listen and does not.</summary>
    public bool Closed => _options.Endpoint is not null && Endpoint is null;

    public LimitsMet Met => _parts.Met;

    /// <exception cref="SocketException">The address cannot be had.</exception>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Endpoint is { } wanted)
        {
            _listener = Bind(wanted);
            Endpoint = (IPEndPoint)_listener.LocalEndPoint!;
            MailDoorLog.Listening(_logger, Endpoint);
        }

        return base.StartAsync(cancellationToken);
    }

    private static Socket Bind(IPEndPoint wanted)
    {
        var socket = new Socket(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (wanted.Address.Equals(IPAddress.IPv6Any))
            {
                socket.DualMode = true;
            }

            // A restart must not wait for old connections to time out; on Unix this does not let two processes share the port.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, !OperatingSystem.IsWindows());
            socket.Bind(wanted);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_listener is not { } listener)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            if (await AcceptAsync(listener, stoppingToken) is { } accepted)
            {
                Admit(accepted, stoppingToken);
            }
        }

        listener.Dispose();
        MailDoorLog.Closed(_logger, Endpoint!);
        Endpoint = null;
        await EndConnectionsAsync();
    }

    /// <summary>Mails that arrived whole are stored and answered; who is in the middle of one was told 421, and sends it again.</summary>
    private async Task EndConnectionsAsync()
    {
        var ended = Task.WhenAll(_connections.Values);
        if (await Task.WhenAny(ended, Task.Delay(_options.StopWithin, _time)) != ended)
        {
            foreach (var socket in _connections.Keys)
            {
                socket.Dispose();
            }
        }
    }

    private async ValueTask<Socket?> AcceptAsync(Socket listener, CancellationToken stop)
    {
        try
        {
            return await listener.AcceptAsync(stop);
        }
        catch (SocketException exception)
        {
            // Out of descriptors, or the peer has gone: neither ends the door, and the pause keeps it from spinning.
            MailDoorLog.SocketFailed(_logger, exception.SocketErrorCode);
            await Task.Delay(TimeSpan.FromMilliseconds(100), _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private void Admit(Socket accepted, CancellationToken stop)
    {
        // A peer that reset at once has no address any more.
        if (accepted.RemoteEndPoint is not IPEndPoint { Address: var remote })
        {
            accepted.Dispose();
            return;
        }

        var peer = PeerAddress.Plain(remote);
        var counted = PeerAddress.LimitKey(peer);
        if (_connections.Count >= _options.MaxConnections || !_perPeer.TryEnter(counted))
        {
            // Counted before the peer can see that it was turned away.
            Met.Note();
            _parts.Refuse(peer, _connections.Count >= _options.MaxConnections ? IntakeReason.ConnectionLimit : IntakeReason.PeerConnectionLimit, source: null);
            accepted.Dispose();
            return;
        }

        IntakeMetrics.OnConnection(Door.Mail, 1);
        _connections[accepted] = Task.CompletedTask;
        var run = RunAsync(accepted, peer, counted, stop);

        // Replaces the placeholder unless it has already ended and left.
        _connections.TryUpdate(accepted, run, Task.CompletedTask);
    }

    private async Task RunAsync(Socket accepted, IPAddress peer, UInt128 counted, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            await using var session = new MailSession(accepted, peer, _parts);
            await session.RunAsync(stop);
        }
        catch (Exception exception)
        {
            // One connection's error is its own: the door and the others go on.
            MailDoorLog.ConnectionFailed(_logger, peer.ToString(), ErrorWords.Of(exception));
        }
        finally
        {
            accepted.Dispose();
            _perPeer.Leave(counted);
            _connections.TryRemove(accepted, out _);
            IntakeMetrics.OnConnection(Door.Mail, -1);
        }
    }
}
