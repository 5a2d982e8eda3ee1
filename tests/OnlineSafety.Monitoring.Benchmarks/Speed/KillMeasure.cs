using System.Net;
using System.Net.Sockets;
using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>
/// Lines written to a TCP socket and never stored, or stored twice, when the service is killed (SIGKILL) at 10,000 lines a second and started
/// again while the sender goes on. Syslog over TCP has no acknowledgement: what the kernel had taken and nobody had read is lost with any receiver.
/// </summary>
internal sealed class KillMeasure : IMeasure
{
    private const double LinesPerSecond = 10_000;
    private const int BlockBytes = 64 * 1024;

    /// <summary>The number of the next line to write: tells lines that the service had a chance to read from those written while the kernel took it apart.</summary>
    private long _next = 1;

    public string Name => "kill";

    public async Task RunAsync(SpeedRun run, Figures figures)
    {
        await using var service = await run.StartAsync(SpeedRun.AllRoles);
        var addresses = await service.AddSyslogSourcesAsync(1);
        var lines = new TcpLines(run.Lines, service.Process.Syslog);
        await lines.SendAsync(addresses, first: 1_000_000_000, 20_000, rate: 20_000, CancellationToken.None);

        using var enough = new CancellationTokenSource();
        var sending = Task.Factory.StartNew(() => Send(lines, addresses[0], enough.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await Task.Delay(TimeSpan.FromSeconds(run.Options.Full(5, 3)));
        var killedAt = Volatile.Read(ref _next);
        service.Process.Kill();
        service.Process.Restart();
        await service.UntilReadyAsync();
        await Task.Delay(TimeSpan.FromSeconds(run.Options.Full(3, 1)));
        await enough.CancelAsync();
        var (written, unknown) = await sending;

        var stored = (await service.ReadNumbersAsync(record => LinePool.NumberOf(record.Span))).Where(number => number < 1_000_000_000).ToList();
        var distinct = stored.ToHashSet();
        figures["kill.written"] = written.Count;
        figures["kill.lost"] = written.Count(number => !distinct.Contains(number));
        figures["kill.lost_before"] = written.Count(number => number < killedAt && !distinct.Contains(number));
        figures["kill.doubled"] = stored.Count - distinct.Count;
        figures["kill.unknown"] = unknown;
    }

    /// <summary>The numbers of lines whose write succeeded, and how many were in a write that failed: some of those may have arrived.</summary>
    private (List<long> Written, int Unknown) Send(TcpLines lines, IPAddress from, CancellationToken enough)
    {
        var (written, unknown, next) = (new List<long>(), 0, _next);
        var block = new byte[BlockBytes];
        var socket = lines.Connect(from);
        var pace = new Pace(LinesPerSecond);
        while (!enough.IsCancellationRequested)
        {
            var filled = lines.Fill(block, next, pace.Next(100), out var bytes);
            try
            {
                socket.Send(block.AsSpan(0, bytes));
                written.AddRange(Enumerable.Range(0, filled).Select(i => next + i));
            }
            catch (SocketException)
            {
                unknown += filled;
                socket.Dispose();
                socket = Reconnect(lines, from, enough);
                // What fell due meanwhile is not made up for.
                pace = new Pace(LinesPerSecond);
            }

            next += filled;
            Volatile.Write(ref _next, next);
        }

        socket.Shutdown(SocketShutdown.Send);
        _ = socket.Receive(block);
        socket.Dispose();
        return (written, unknown);
    }

    private static Socket Reconnect(TcpLines lines, IPAddress from, CancellationToken enough)
    {
        while (true)
        {
            try
            {
                return lines.Connect(from);
            }
            catch (SocketException) when (!enough.IsCancellationRequested)
            {
                Thread.Sleep(5);
            }
        }
    }
}
