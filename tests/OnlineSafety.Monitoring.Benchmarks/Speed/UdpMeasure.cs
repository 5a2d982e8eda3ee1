using System.Globalization;
using System.Net;
using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>Datagrams sent at a steady rate and not found in the log, beside those that the kernel says it dropped.</summary>
internal sealed class UdpMeasure : IMeasure
{
    public string Name => "udp";

    public async Task RunAsync(SpeedRun run, Figures figures)
    {
        await using var service = await run.StartAsync(SpeedRun.AllRoles);
        var from = (await service.AddSyslogSourcesAsync(1))[0];
        await UdpLines.SendAsync(run.Lines, service.Process.Syslog, from, first: 1_000_000_000, 20_000, rate: 10_000);
        await UntilQuietAsync(service);
        await MeasureAsync(run, service, from, figures, "udp-50k", 50_000, run.Options.Full(60, 10));
        await MeasureAsync(run, service, from, figures, "udp-100k", 100_000, run.Options.Full(6, 3));
    }

    private static async Task MeasureAsync(SpeedRun run, BenchService service, IPAddress from, Figures figures, string name, double rate, int seconds)
    {
        var (before, stored, kernel) = (service.Use(), await service.StoredAsync(), KernelDrops(service.Process.Syslog));
        var (count, sending) = await UdpLines.SendAsync(run.Lines, service.Process.Syslog, from, first: 1, (long)(rate * seconds), rate);
        var after = service.Use();
        await UntilQuietAsync(service);
        var lost = count - (await service.StoredAsync() - stored);
        figures[name + ".rate"] = count / sending.TotalSeconds;
        figures[name + ".lost"] = lost;
        figures[name + ".lost_percent"] = 100.0 * lost / count;
        figures[name + ".kernel_drops"] = KernelDrops(service.Process.Syslog) - kernel;
        figures[name + ".cpu_service"] = (after.Service - before.Service) / (count / 1e6);
        figures[name + ".cpu_postgres"] = (after.Postgres - before.Postgres) / (count / 1e6);
        figures[name + ".rss_mib"] = after.PeakResident / 1048576.0;
        figures[name + ".others"] = after.OtherCoresSince(before);
    }

    /// <summary>Until nothing more was stored or is waiting for two seconds.</summary>
    private static async Task UntilQuietAsync(BenchService service)
    {
        var (seen, since) = (-1L, 0);
        for (var looks = 0; looks < 600 && since < 20; looks++)
        {
            var now = await service.StoredAsync();
            since = now == seen ? since + 1 : 0;
            seen = now;
            await Task.Delay(100);
        }

        await BenchService.WaitAsync(service.ProcessedAsync, seen, TimeSpan.FromMinutes(2));
    }

    /// <summary>The column of <c>/proc/net/udp</c> for the sockets of a port.</summary>
    private static long KernelDrops(int port)
    {
        var local = ":" + port.ToString("X4", CultureInfo.InvariantCulture);
        return File.ReadLines("/proc/net/udp").Skip(1)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[1].EndsWith(local, StringComparison.Ordinal))
            .Sum(fields => long.Parse(fields[^1], CultureInfo.InvariantCulture));
    }
}
