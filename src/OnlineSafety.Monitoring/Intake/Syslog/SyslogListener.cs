using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Intake.Syslog.Tls;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>One port, UDP and TCP or else TLS: a common one, or one that sources have to themselves.</summary>
internal sealed class SyslogListener : IAsyncDisposable
{
    private const int MostTriesForAFreePort = 20;
    private const int Backlog = 512;

    private readonly ILogger _logger;
    private readonly ListenerSources _sources;
    private readonly SyslogTcpListener _tcp;
    private readonly SyslogUdpListener? _udp;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _giveUp;
    private readonly TimeSpan _stopWithin;
    private readonly Action _broke;
    private readonly Task _run;
    private volatile bool _broken;

    private SyslogListener(WantedListener wanted, IPEndPoint endpoint, Socket tcp, Socket? udp, SyslogListenerParts parts)
    {
        Name = wanted.Name;
        Endpoint = endpoint;
        _logger = parts.Logger;
        _stopWithin = parts.Options.StopWithin;
        _giveUp = new CancellationTokenSource(Timeout.InfiniteTimeSpan, parts.Time);
        _sources = new ListenerSources(wanted.Port, parts.Directory, _logger);
        var appends = new SyslogAppends(Name, parts.Directory, parts.Appender, parts.Troubles, parts.Rates, parts.Met, parts.Options.MaxPendingBytes, parts.Time, _logger);
        _tcp = new SyslogTcpListener(Name, tcp, wanted.Tls ? parts.Tls : null, _sources, appends, parts.Troubles, parts.Met, parts.Options, parts.Time, _logger);
        _udp = udp is null ? null : new SyslogUdpListener(Name, udp, _sources, appends, parts.Met, parts.Options, parts.Time, _logger);
        _broke = parts.Broke;
        _run = RunAsync();
        if (wanted.Tls)
        {
            DoorLog.ListeningTls(_logger, endpoint, Name);
        }
        else
        {
            DoorLog.Listening(_logger, endpoint, Name);
        }
    }

    /// <summary>What its unassigned source is called after; stable over restarts.</summary>
    public string Name { get; }

    /// <summary>Where it listens, with the real port.</summary>
    public IPEndPoint Endpoint { get; }

    /// <summary>One of its loops met an error that nothing expected: it takes nothing any more, and must be closed and opened again.</summary>
    public bool Broken => _broken;

    /// <summary>Null on a port of TLS.</summary>
    public SyslogUdpListener? Udp => _udp;

    /// <param name="wanted">What is to listen, and where; port 0 takes one that is free.</param>
    /// <param name="parts">What listeners share.</param>
    /// <exception cref="SocketException">The address or port cannot be had.</exception>
    public static SyslogListener Open(WantedListener wanted, SyslogListenerParts parts)
    {
        for (var attempt = 1; ; attempt++)
        {
            var tcp = ListenSocket.Bind(wanted.Address, SocketType.Stream);
            var bound = (IPEndPoint)tcp.LocalEndPoint!;
            Socket? udp = null;
            try
            {
                udp = wanted.Tls ? null : BindUdp(bound, parts);
                tcp.Listen(Backlog);
                return new SyslogListener(wanted, bound, tcp, udp, parts);
            }
            catch (SocketException) when (wanted.Address.Port == 0 && attempt < MostTriesForAFreePort)
            {
                // Free for TCP, taken for UDP: another one then.
                tcp.Dispose();
                udp?.Dispose();
            }
            catch (SocketException)
            {
                // Both: the port is tried again, and must not be held by what is left of this try.
                tcp.Dispose();
                udp?.Dispose();
                throw;
            }
        }
    }

    /// <summary>Matches by the directory's present sources from now on.</summary>
    public void Reload() => _sources.Reload();

    /// <summary>Stops taking, and waits until what was read is durable, but not for ever (<see cref="SyslogDoorOptions.StopWithin"/>).</summary>
    public async ValueTask DisposeAsync()
    {
        _giveUp.CancelAfter(_stopWithin);
        await _stop.CancelAsync();
        await _run;
        DoorLog.ListenerClosed(_logger, Name, Endpoint);
        _stop.Dispose();
        _giveUp.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.WhenAll(
            GuardAsync(_tcp.AcceptAllAsync(_stop.Token, _giveUp.Token)),
            GuardAsync(_tcp.SweepAsync(_stop.Token)),
            GuardAsync(_udp?.RunAsync(_stop.Token, _giveUp.Token) ?? Task.CompletedTask),
            GuardAsync(_udp?.WatchLossesAsync(_stop.Token) ?? Task.CompletedTask));
        _udp?.Finish();
        await _tcp.FinishAsync();
    }

    /// <summary>A loop that ends by an error takes the others with it: half a listener would be taken for a whole one.</summary>
    private async Task GuardAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (Exception exception)
        {
            DoorLog.ListenerBroke(_logger, Name, ErrorWords.Of(exception));
            _broken = true;
            _giveUp.CancelAfter(_stopWithin);
            await _stop.CancelAsync();
            _broke();
        }
    }

    private static Socket BindUdp(IPEndPoint address, SyslogListenerParts parts)
    {
        var udp = ListenSocket.Bind(address, SocketType.Dgram);
        var granted = UdpSocket.AskReceiveBuffer(udp, parts.Options.UdpReceiveBufferBytes);
        if (granted < parts.Options.UdpReceiveBufferBytes)
        {
            DoorLog.SmallReceiveBuffer(parts.Logger, address, granted, parts.Options.UdpReceiveBufferBytes);
        }

        return udp;
    }
}

/// <summary>A listener that there should be.</summary>
/// <param name="Name">What its unassigned source is called after; stable over restarts.</param>
/// <param name="Address">Where to bind.</param>
/// <param name="Port">Port of the sources it is for; null for a common listener.</param>
/// <param name="Tls">TLS alone; otherwise UDP and TCP.</param>
internal sealed record WantedListener(string Name, IPEndPoint Address, int? Port, bool Tls);

/// <summary>What every listener is made with.</summary>
internal sealed record SyslogListenerParts(
    ISourceDirectory Directory, IntakeAppender Appender, TlsDoor Tls, IDoorTroubles Troubles, SourceRates Rates, LimitsMet Met, Action Broke, SyslogDoorOptions Options, TimeProvider Time, ILogger Logger);
