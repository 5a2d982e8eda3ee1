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

    private readonly MailDoorOptions _options;
    private readonly Connections<Socket> _connections;
    private readonly MailDoorParts _parts;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private Socket? _listener;

    public MailService(
        ISourceDirectory directory, IntakeAppender appender, IDoorTroubles troubles, SyslogService syslog, IOptions<IntakeOptions> options, TimeProvider time,
        IHostApplicationLifetime lifetime, ILogger<MailService> logger)
    {
        (_options, _time, _logger) = (options.Value.Mail, time, logger);
        _connections = new Connections<Socket>(Door.Mail, _options.MaxConnections, _options.MaxConnectionsPerPeer);

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
            _listener = Listen(wanted);
            Endpoint = (IPEndPoint)_listener.LocalEndPoint!;
            MailDoorLog.Listening(_logger, Endpoint);
        }

        return base.StartAsync(cancellationToken);
    }

    private static Socket Listen(IPEndPoint wanted)
    {
        var socket = ListenSocket.Bind(wanted, SocketType.Stream);
        try
        {
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
            if (await ListenSocket.AcceptAsync(listener, error => MailDoorLog.SocketFailed(_logger, error), _time, stoppingToken) is var (accepted, peer))
            {
                Admit(accepted, peer, stoppingToken);
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
        var ended = _connections.Ended;
        if (await Task.WhenAny(ended, Task.Delay(_options.StopWithin, _time)) != ended)
        {
            foreach (var socket in _connections.Open)
            {
                socket.Dispose();
            }
        }
    }

    private void Admit(Socket accepted, IPAddress peer, CancellationToken stop)
    {
        if (_connections.Admit(accepted, peer, socket => RunAsync(socket, peer, stop)) is { } limit)
        {
            // Counted before the peer can see that it was turned away.
            Met.Note();
            _parts.Refuse(peer, limit, source: null);
            accepted.Dispose();
        }
    }

    private async Task RunAsync(Socket accepted, IPAddress peer, CancellationToken stop)
    {
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
        }
    }
}
