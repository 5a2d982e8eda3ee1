using System.Diagnostics;
using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>
/// Lines over TCP at a steady rate for minutes: whether processing keeps up (the backlog, records stored and not processed, does not grow) and
/// whether memory stays. Once a run, after the rounds, whose figure says what rate can be kept.
/// </summary>
internal static class SustainedMeasure
{
    public const string Name = "sustained";

    /// <summary>Judging memory takes this long.</summary>
    public const double FlatMinutes = 30;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromSeconds(1);

    public static async Task<Figures> RunAsync(SpeedRun run, double rate)
    {
        await using var service = await run.StartAsync(SpeedRun.AllRoles);
        var addresses = await service.AddSyslogSourcesAsync(1);
        var lines = new TcpLines(run.Lines, service.Process.Syslog);
        await lines.SendAsync(addresses, first: 1_000_000_000, 20_000, rate: 0, CancellationToken.None);
        await BenchService.WaitAsync(service.ProcessedAsync, 20_000, TimeSpan.FromMinutes(1));

        var seconds = run.Options.Minutes * 60;
        var (before, stored, processed) = (service.Use(), await service.StoredAsync(), await service.ProcessedAsync());
        var started = Stopwatch.GetTimestamp();
        using var over = new CancellationTokenSource();
        var sending = lines.SendAsync(addresses, first: 1, (long)(rate * seconds), rate, over.Token);
        var samples = await SampleAsync(service, started, seconds);
        var (after, elapsed) = (service.Use(), Stopwatch.GetElapsedTime(started).TotalSeconds);
        var (storedBy, processedBy) = (await service.StoredAsync() - stored, await service.ProcessedAsync() - processed);
        // What a service that cannot keep up has not taken by now would go on for longer than was measured.
        await over.CancelAsync();
        await sending;

        var fifth = samples.Count / 5;
        var (early, late) = (samples.Skip(fifth).Take(fifth).ToList(), samples.TakeLast(fifth).ToList());
        return new Figures
        {
            ["sustained.minutes"] = elapsed / 60,
            ["sustained.rate"] = rate,
            ["sustained.stored_s"] = storedBy / elapsed,
            ["sustained.processed_s"] = processedBy / elapsed,
            ["sustained.backlog_early"] = early.Average(s => s.Backlog),
            ["sustained.backlog_late"] = late.Average(s => s.Backlog),
            ["sustained.backlog_most"] = samples.Max(s => s.Backlog),
            ["sustained.cpu_service"] = (after.Service - before.Service) / (processedBy / 1e6),
            ["sustained.cpu_postgres"] = (after.Postgres - before.Postgres) / (processedBy / 1e6),
            ["sustained.resident_early_mib"] = early.Average(s => s.Resident) / 1048576,
            ["sustained.resident_late_mib"] = late.Average(s => s.Resident) / 1048576,
            ["sustained.rss_mib"] = after.PeakResident / 1048576.0,
            ["sustained.others"] = after.OtherCoresSince(before),
        };
    }

    private static async Task<List<(double Backlog, double Resident)>> SampleAsync(BenchService service, long started, double seconds)
    {
        var samples = new List<(double Backlog, double Resident)>();
        while (Stopwatch.GetElapsedTime(started).TotalSeconds < seconds)
        {
            await Task.Delay(SampleEvery);
            // Processed first: what is stored in between then counts as waiting, never the other way.
            var processed = await service.ProcessedAsync();
            samples.Add((await service.StoredAsync() - processed, ProcessTree.Memory(service.Process.Id, "VmRSS")));
        }

        return samples;
    }
}
