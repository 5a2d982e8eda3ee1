using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Intake.Syslog.Tls;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Keeps a listener open for the common addresses and for each port that sources own, as the directory says. The common one must open for the
/// service to start; any other that cannot open is reported, shown in health and tried again, and the others go on.
/// </summary>
internal sealed class SyslogService : BackgroundService
{
    /// <summary>Name of the common listener.</summary>
    public const string CommonListener = "syslog";

    /// <summary>Name of the common TLS listener.</summary>
    public const string CommonTlsListener = "syslog-tls";

    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(15);

    // Whatever broke a listener may break it again at once.
    private static readonly TimeSpan PauseAfterBreak = TimeSpan.FromSeconds(1);

    private readonly ISourceDirectory _directory;
    private readonly SyslogDoorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SyslogService> _logger;
    private readonly SyslogListenerParts _parts;
    private readonly CertificateReminder _reminder;
    private readonly Dictionary<WantedListener, SyslogListener> _byWanted = [];
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile IReadOnlyList<SyslogListener> _open = [];
    private volatile IReadOnlyList<WantedListener> _closed = [];

    public SyslogService(
        ISourceDirectory directory, IntakeAppender appender, IDoorTroubles troubles, IOptions<IntakeOptions> options, TimeProvider time, ILogger<SyslogService> logger)
    {
        (_directory, _options, _time, _logger) = (directory, options.Value.Syslog, time, logger);
        (Met, Broke) = (new LimitsMet(time), new LimitsMet(time));
        Certificate = new ServerCertificate(_options.Tls, time, logger);
        _reminder = new CertificateReminder(Certificate, _options.Tls, directory, troubles, time);
        _parts = new SyslogListenerParts(
            directory, appender, new TlsDoor(Certificate, _options.Tls, time), troubles,
            new SourceRates(_options.MaxMessagesPerSecondPerSource, troubles, Met, time, logger), Met, OnBroke, _options, time, logger);
    }

    /// <summary>What listens now; the common listener first, unless it is just being opened again.</summary>
    public IReadOnlyList<SyslogListener> Listeners => _open;

    /// <summary>What should listen and cannot.</summary>
    public IReadOnlyList<WantedListener> Closed => _closed;

    public LimitsMet Met { get; }

    /// <summary>When a listener last had to be closed and opened again.</summary>
    public LimitsMet Broke { get; }

    /// <summary>What TLS connections are met with.</summary>
    public ServerCertificate Certificate { get; }

    /// <exception cref="SocketException">The common address cannot be had.</exception>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        LookAtCertificate();
        _byWanted[Common] = SyslogListener.Open(Common, _parts);
        Reconcile();
        _directory.Changed += OnChanged;
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _directory.Changed -= OnChanged;
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
                LookAtCertificate();
                await CloseBrokenAsync(stoppingToken);
                await CloseUnownedAsync();
                Reconcile();
            }
        }
    }

    private void LookAtCertificate()
    {
        Certificate.Look();
        _reminder.Remind();
    }

    private void OnChanged() => _changes.Writer.TryWrite(true);

    private void OnBroke()
    {
        Broke.Note();
        OnChanged();
    }

    /// <summary>Ends at a change, or when it is time to try a port again and to look at the certificate.</summary>
    private async Task WaitForChangeAsync(CancellationToken stop)
    {
        using var retry = new CancellationTokenSource(RetryEvery, _time);
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
        List<WantedListener> closed = [];
        foreach (var wanted in Wanted())
        {
            if (_byWanted.ContainsKey(wanted))
            {
                continue;
            }

            if (TryOpen(wanted) is { } opened)
            {
                _byWanted[wanted] = opened;
            }
            else
            {
                closed.Add(wanted);
            }
        }

        _closed = closed;
        Publish();
        foreach (var listener in _open)
        {
            listener.Reload();
        }
    }

    private async Task CloseBrokenAsync(CancellationToken stop)
    {
        foreach (var (wanted, listener) in _byWanted.Where(open => open.Value.Broken).ToArray())
        {
            _byWanted.Remove(wanted);
            Publish();
            await listener.DisposeAsync();
            await Task.Delay(PauseAfterBreak, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CloseUnownedAsync()
    {
        var wanted = Wanted();
        foreach (var (open, listener) in _byWanted.ToArray())
        {
            if (!wanted.Contains(open))
            {
                _byWanted.Remove(open);
                Publish();
                await listener.DisposeAsync();
            }
        }
    }

    private void Publish() => _open = [.. _byWanted.OrderBy(open => open.Key != Common).Select(open => open.Value)];

    private SyslogListener? TryOpen(WantedListener wanted)
    {
        if (wanted.Tls && !_parts.Tls.CanOpen)
        {
            DoorLog.NoCertificate(_logger, wanted.Name, RetryEvery);
            return null;
        }

        try
        {
            return SyslogListener.Open(wanted, _parts);
        }
        catch (SocketException exception)
        {
            DoorLog.PortNotOpened(_logger, wanted.Address.Port, wanted.Name, exception.SocketErrorCode, RetryEvery);
            return null;
        }
    }

    private WantedListener Common => new(CommonListener, _options.Endpoint, Port: null, Tls: false);

    private HashSet<WantedListener> Wanted()
    {
        HashSet<WantedListener> wanted = [Common];
        if (_options.Tls.Endpoint is { } endpoint)
        {
            wanted.Add(new WantedListener(CommonTlsListener, endpoint, Port: null, Tls: true));
        }

        foreach (var port in _directory.Sources.Where(source => source is { Door: SourceDoor.Syslog, Port: > 0, Unassigned: false }).GroupBy(source => source.Port!.Value))
        {
            wanted.Add(new WantedListener($"{CommonListener}-{port.Key}", new IPEndPoint(_options.Endpoint.Address, port.Key), port.Key, port.Any(source => source.Tls)));
        }

        return wanted;
    }
}
