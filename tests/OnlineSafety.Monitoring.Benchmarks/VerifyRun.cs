using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>How long it takes to walk the chains of a large log. Filled through the log's own seam, as intake does, in large appends.</summary>
internal static class VerifyRun
{
    public const string Help = """
          verify       seconds to verify a log

          --records N    records in the log, over two sources (default 10000000)
        """;

    private const int Append = 4096;
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static async Task<int> RunAsync(string[] args)
    {
        var records = args is ["--records", var number] ? long.Parse(number) : 10_000_000;
        await using var server = await PostgresServer.LeaseAsync();
        await using var installation = await TestInstallation.CreateAsync(server);
        var started = Stopwatch.GetTimestamp();
        await FillAsync(installation, records);
        var filled = Stopwatch.GetElapsedTime(started);

        var cpu = Environment.CpuUsage.TotalTime;
        started = Stopwatch.GetTimestamp();
        var report = await new LogVerifier(installation[DatabaseRole.Process]).VerifyAsync(source: null, progress: null, CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(JsonSerializer.Serialize(
            new
            {
                report.Stored, report.Segments, report.Clean, FilledIn = Math.Round(filled.TotalSeconds, 1), Seconds = Math.Round(seconds, 2),
                CpuSeconds = Math.Round((Environment.CpuUsage.TotalTime - cpu).TotalSeconds, 2), RecordsPerSecond = Math.Round(report.Stored / seconds),
            },
            Indented));
        return report.Clean && report.Stored == records ? 0 : 1;
    }

    /// <summary>Fills a log with these many records of two sources of two schools.</summary>
    internal static async Task FillAsync(TestInstallation installation, long records)
    {
        await using var log = new PostgresIntakeLog(
            installation[DatabaseRole.Ingest], installation.Master, new IntakeSignal(), Options.Create(new IntakeLogOptions()),
            TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);
        await log.StartAsync(CancellationToken.None);
        byte[][] lines = [.. WebFilterLines.Pool(Append * 4, 20_000, seed: 1).Select(Encoding.UTF8.GetBytes)];
        var halves = new[] { records / 2, records - (records / 2) };
        await Task.WhenAll(halves.Select(async count =>
        {
            var target = await installation.AddSourceAsync();
            var batch = new RecordBatch(Append * 400);
            for (long done = 0; done < count; done += batch.Count)
            {
                batch.Clear();
                for (var i = 0; i < Append && done + i < count; i++)
                {
                    batch.Add(Some.Syslog, DateTimeOffset.UtcNow, RecordFlags.None, lines[(done + i) % lines.Length]);
                }

                await log.AppendAsync(target, batch, delivery: null, CancellationToken.None);
            }
        }));
        await log.StopAsync(CancellationToken.None);
    }
}
