using System.Diagnostics;
using System.Net;
using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>
/// Lines over TCP until the log holds the last of them (the service closes the connection then), and, in all roles, until the checkpoints cover
/// it: by one source, and by fifty of five schools at the same time.
/// </summary>
internal sealed class ThroughputMeasure : IMeasure
{
    private const int WarmLines = 20_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public string Name => "throughput";

    public async Task RunAsync(SpeedRun run, Figures figures)
    {
        await MeasureAsync(run, figures, "ingest-1", SpeedRun.IngestRole, sources: 1, run.Benign);
        await MeasureAsync(run, figures, "ingest-50", SpeedRun.IngestRole, sources: 50, run.Benign);
        await MeasureAsync(run, figures, "all-1", SpeedRun.AllRoles, sources: 1, run.Lines);
        await MeasureAsync(run, figures, "all-50", SpeedRun.AllRoles, sources: 50, run.Lines);
    }

    private static async Task MeasureAsync(SpeedRun run, Figures figures, string name, string roles, int sources, LinePool pool)
    {
        await using var service = await run.StartAsync(roles);
        var addresses = await service.AddSyslogSourcesAsync(sources);
        var lines = new TcpLines(pool, service.Process.Syslog);
        var processes = roles != SpeedRun.IngestRole;
        await lines.SendAsync(addresses, first: 1_000_000_000, WarmLines, rate: 0, CancellationToken.None);
        await UntilProcessedAsync(service, processes, WarmLines);

        var (bytes, before, started) = (await service.LogBytesAsync(), service.Use(), Stopwatch.GetTimestamp());
        var sent = await lines.SendAsync(addresses, first: 1, run.Options.Lines, rate: 0, CancellationToken.None);
        await UntilProcessedAsync(service, processes, WarmLines + run.Options.Lines);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var after = service.Use();

        var millions = run.Options.Lines / 1e6;
        figures[name + ".durable_s"] = sent.Lines / sent.UntilStored.TotalSeconds;
        if (processes)
        {
            figures[name + ".processed_s"] = sent.Lines / seconds;
        }

        figures[name + ".cpu_service"] = (after.Service - before.Service) / millions;
        figures[name + ".cpu_postgres"] = (after.Postgres - before.Postgres) / millions;
        figures[name + ".cpu_both"] = figures[name + ".cpu_service"] + figures[name + ".cpu_postgres"];
        figures[name + ".bytes_line"] = (double)(await service.LogBytesAsync() - bytes) / run.Options.Lines;
        figures[name + ".line_bytes"] = pool.AverageBytes;
        figures[name + ".lost"] = WarmLines + run.Options.Lines - await service.StoredAsync();
        figures[name + ".rss_mib"] = after.PeakResident / 1048576.0;
        figures[name + ".others"] = after.OtherCoresSince(before);
    }

    private static async Task UntilProcessedAsync(BenchService service, bool processes, long lines)
    {
        if (processes && await BenchService.WaitAsync(service.ProcessedAsync, lines, Patience) is var seen && seen < lines)
        {
            throw new InvalidOperationException($"{lines - seen} lines were not processed within {Patience.TotalMinutes} min.\n{service.Process.Log}");
        }
    }
}
