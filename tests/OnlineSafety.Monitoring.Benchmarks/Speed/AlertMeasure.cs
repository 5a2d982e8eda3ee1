using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>
/// Milliseconds from a line written to the socket to the commit of its alert's row, each in words and about a pupil of its own: idle, beside 50,000 lines a second, and where they come ten
/// times as fast.
/// </summary>
internal sealed class AlertMeasure : IMeasure
{
    // The bench kit sends four concerns a second. In a storm each still is read as a whole (schemas/models), which takes most of the time there is.
    private const double ProbesPerSecond = 20;
    private const double StormPerSecond = 200;
    private const double LoadPerSecond = 50_000;
    private const int WarmProbes = 100;

    // xmin is the transaction that wrote the row; the server keeps the time of its commit.
    private const string CommittedSql = "SELECT subject_key, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 FROM alert WHERE subject_key = ANY ";

    public string Name => "alert";

    public async Task RunAsync(SpeedRun run, Figures figures)
    {
        await using var service = await run.StartAsync(SpeedRun.AllRoles);
        await service.Process.RowsAsync("ALTER SYSTEM SET track_commit_timestamp = on");
        await service.RestartAsync();
        var addresses = await service.AddSyslogSourcesAsync(2);
        var lines = new TcpLines(run.Lines, service.Process.Syslog);
        await lines.SendAsync(addresses[..1], first: 1_000_000_000, 20_000, rate: 20_000, CancellationToken.None);
        var probes = run.Options.Full(400, 200);
        await ProbeAsync(service, lines, addresses[1], "warm", WarmProbes, ProbesPerSecond);
        Add(figures, "alert-idle", await ProbeAsync(service, lines, addresses[1], "idle", probes, ProbesPerSecond), probes);
        Add(figures, "alert-storm", await ProbeAsync(service, lines, addresses[1], "storm", probes * 4, StormPerSecond), probes * 4);

        using var enough = new CancellationTokenSource();
        var load = lines.SendAsync(addresses[..1], first: 1, long.MaxValue / 2, LoadPerSecond, enough.Token);
        await Task.Delay(TimeSpan.FromSeconds(3));
        var (before, loaded) = (service.Use(), await ProbeAsync(service, lines, addresses[1], "load", probes, ProbesPerSecond));
        var after = service.Use();
        await enough.CancelAsync();
        var sent = await load;
        Add(figures, "alert-loaded", loaded, probes);
        figures["alert-loaded.rate"] = sent.Lines / sent.Sending.TotalSeconds;
        figures["alert-loaded.rss_mib"] = after.PeakResident / 1048576.0;
        figures["alert-loaded.others"] = after.OtherCoresSince(before);
    }

    private static void Add(Figures figures, string name, double[] milliseconds, int probes)
    {
        figures[name + ".p50_ms"] = Percentile.Of(milliseconds, 0.5);
        figures[name + ".p99_ms"] = Percentile.Of(milliseconds, 0.99);
        figures[name + ".max_ms"] = Percentile.Of(milliseconds, 1);
        figures[name + ".missing"] = probes - milliseconds.Length;
    }

    private static async Task<double[]> ProbeAsync(BenchService service, TcpLines lines, IPAddress from, string name, int probes, double rate)
    {
        var sent = await Task.Factory.StartNew(() => Send(lines, from, name, probes, rate), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        // A person is stored as a hash under the school's key.
        var seal = await service.Process.SealAsync();
        var sentAt = sent.ToDictionary(probe => seal.Index("user:" + probe.User), probe => probe.At, StringComparer.Ordinal);
        var keys = $"('{{{string.Join(',', sentAt.Keys)}}}')";
        await BenchService.WaitAsync(() => service.NumberAsync($"SELECT count(*) FROM alert WHERE subject_key = ANY {keys}"), probes, TimeSpan.FromSeconds(20));
        var committed = await service.Process.RowsAsync(CommittedSql + keys);
        return [.. committed.Select(row => (double)row[1] - sentAt[(string)row[0]])];
    }

    private static List<(string User, double At)> Send(TcpLines lines, IPAddress from, string name, int probes, double rate)
    {
        using var socket = lines.Connect(from);
        var pace = new Pace(rate);
        var sent = new List<(string User, double At)>(probes);
        while (sent.Count < probes)
        {
            for (var due = pace.Next(probes - sent.Count); due > 0; due--)
            {
                var user = string.Create(CultureInfo.InvariantCulture, $"probe-{name}-{sent.Count:00000}");
                var line = Encoding.UTF8.GetBytes(WebFilterLines.Worrying(user) + "\n");
                sent.Add((user, (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalMilliseconds));
                socket.Send(line);
            }
        }

        socket.Shutdown(SocketShutdown.Send);
        _ = socket.Receive(new byte[1]);
        return sent;
    }
}
