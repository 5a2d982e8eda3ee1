using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Keeps a listener open for the common address and for each port that sources own, as the directory says. The common one must open for the
/// service to start; a port that is taken later is reported and tried again, and the others go on.
/// </summary>
internal sealed class SyslogService(
    ISourceDirectory directory, IntakeAppender appender, IOptions<IntakeOptions> options, TimeProvider time, ILogger<SyslogService> logger) : BackgroundService
{
    /// <summary>Name of the common listener.</summary>
    public const string CommonListener = "syslog";

    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(15);

    private readonly SyslogDoorOptions _options = options.Value.Syslog;
    private readonly SyslogListenerParts _parts = new(directory, appender, options.Value.Syslog, time, logger);
    private readonly Dictionary<int, SyslogListener> _byPort = [];
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private SyslogListener? _common;
    private volatile IReadOnlyList<SyslogListener> _open = [];

    /// <summary>What listens now; the common listener first.</summary>
    public IReadOnlyList<SyslogListener> Listeners => _open;

    /// <exception cref="SocketException">The common address cannot be had.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        _common = SyslogListener.Open(CommonListener, port: null, _options.Endpoint, _parts);
        Reconcile();
        directory.Changed += OnChanged;
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        directory.Changed -= OnChanged;
        await base.StopAsync(cancellationToken);
        var open = _open;
        _open = [];
        await Task.WhenAll(open.Select(listener => listener.DisposeAsync().AsTask()));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitForChangeAsync(stoppingToken);
            if (!stoppingToken.IsCancellationRequested)
            {
                await CloseUnownedAsync();
                Reconcile();
            }
        }
    }

    private void OnChanged() => _changes.Writer.TryWrite(true);

    /// <summary>Ends at a change, or when it is time to try a port again.</summary>
    private async Task WaitForChangeAsync(CancellationToken stop)
    {
        using var retry = new CancellationTokenSource(RetryEvery, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, retry.Token);
        try
        {
            await _changes.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>Opens what is missing and has each listener match by the present sources.</summary>
    private void Reconcile()
    {
        foreach (var port in PortsWanted())
        {
            if (!_byPort.ContainsKey(port) && TryOpen(port) is { } opened)
            {
                _byPort[port] = opened;
            }
        }

        _open = [_common!, .. _byPort.Values];
        foreach (var listener in _open)
        {
            listener.Reload();
        }
    }

    private async Task CloseUnownedAsync()
    {
        var wanted = PortsWanted();
        foreach (var (port, listener) in _byPort.ToArray())
        {
            if (!wanted.Contains(port))
            {
                _byPort.Remove(port);
                _open = [_common!, .. _byPort.Values];
                await listener.DisposeAsync();
            }
        }
    }

    private SyslogListener? TryOpen(int port)
    {
        var name = $"{CommonListener}-{port}";
        try
        {
            return SyslogListener.Open(name, port, new IPEndPoint(_options.Endpoint.Address, port), _parts);
        }
        catch (SocketException exception)
        {
            DoorLog.PortNotOpened(logger, port, name, exception.SocketErrorCode, RetryEvery);
            return null;
        }
    }

    private HashSet<int> PortsWanted() =>
        [.. directory.Sources.Where(source => source is { Door: SourceDoor.Syslog, Port: > 0, Unassigned: false }).Select(source => source.Port!.Value)];
}
