using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>Figures of a throughput run. Seconds are wall-clock, CPU seconds are per million lines.</summary>
internal sealed record ThroughputResult(
    long Lines, double Seconds, double ProcessedPerSecond, double SentPerSecond, double CpuPerMillionService, double CpuPerMillionPostgres,
    double PeakResidentMiB, double LogBytesPerLine, long Segments, long Alerts, long Lost);

/// <summary>Lines over one TCP connection until the processed checkpoint covers the last of them.</summary>
internal static class ThroughputRun
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    public static async Task<int> RunAsync(string[] args)
    {
        if (BenchmarkArguments.Parse(args) is not { } arguments)
        {
            return 2;
        }

        Results.Print(await MeasureAsync(arguments));
        return 0;
    }

    private static async Task<ThroughputResult> MeasureAsync(BenchmarkArguments arguments)
    {
        await using var service = await ServiceProcess.StartAsync(ServiceExecutable.Published(arguments.Service));
        var school = (await service.CommandAsync("school", "add", "--name", "Bench School", "--urn", "100000")).GetProperty("school").GetString()!;
        await service.CommandAsync("source", "add", "--school", school, "--product", "protex", "--via", "syslog", "--from", "127.0.0.1/32");
        await SendAsync(arguments, service.Syslog, WebFilterLines.Pool(1000, 20_000, seed: 3), 2000);
        await WaitAsync(service, 2000);

        var before = ProcessTree.Usage(service);
        var started = Stopwatch.GetTimestamp();
        await SendAsync(arguments, service.Syslog, WebFilterLines.Pool(16_384, 20_000, seed: 1), arguments.Lines);
        var sent = Stopwatch.GetElapsedTime(started);
        var processed = await WaitAsync(service, 2000 + arguments.Lines);
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        var after = ProcessTree.Usage(service);

        var stored = await service.NumberAsync("SELECT sum(last_seq) FROM intake_stream");
        var bytes = await service.NumberAsync("SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'intake_segment'::regclass");
        var millions = arguments.Lines / 1e6;
        return new ThroughputResult(
            arguments.Lines, Math.Round(seconds, 2), Math.Round((processed - 2000) / seconds), Math.Round(arguments.Lines / sent.TotalSeconds),
            Math.Round((after.Service - before.Service) / millions, 2), Math.Round((after.Postgres - before.Postgres) / millions, 2),
            Math.Round(after.PeakResident / 1048576.0, 1), Math.Round((double)bytes / stored, 1),
            await service.NumberAsync("SELECT count(*) FROM intake_segment"), await service.NumberAsync("SELECT count(*) FROM alert"),
            2000 + arguments.Lines - stored);
    }

    private static async Task<long> WaitAsync(ServiceProcess service, long expected)
    {
        var started = Stopwatch.GetTimestamp();
        long processed = 0;
        while (processed < expected && Stopwatch.GetElapsedTime(started) < Limit)
        {
            await Task.Delay(50);
            processed = await service.NumberAsync("SELECT COALESCE(sum(next_seq - 1), 0) FROM checkpoint");
        }

        return processed;
    }

    private static async Task SendAsync(BenchmarkArguments arguments, int port, string[] pool, int count)
    {
        if (arguments.LoadGenerator is { } generator)
        {
            var file = Path.GetTempFileName();
            await File.WriteAllLinesAsync(file, pool);
            string[] options = ["--port", port.ToString(CultureInfo.InvariantCulture), "--file", file, "--count", count.ToString(CultureInfo.InvariantCulture), "--quiet"];
            var rate = arguments.Rate > 0 ? new[] { "--rate", arguments.Rate.ToString(CultureInfo.InvariantCulture) } : [];
            using var process = Process.Start(new ProcessStartInfo(generator, [.. options, .. rate]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            File.Delete(file);
            return;
        }

        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        var stream = client.GetStream();
        var block = Encoding.UTF8.GetBytes(string.Join('\n', pool) + "\n");
        var started = Stopwatch.GetTimestamp();
        for (var left = count; left > 0; left -= pool.Length)
        {
            var bytes = left >= pool.Length ? block : Encoding.UTF8.GetBytes(string.Join('\n', pool[..left]) + "\n");
            await stream.WriteAsync(bytes);
            if (arguments.Rate > 0)
            {
                var due = TimeSpan.FromSeconds((count - left + pool.Length) / (double)arguments.Rate) - Stopwatch.GetElapsedTime(started);
                await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero);
            }
        }

        client.Client.Shutdown(SocketShutdown.Send);
        // The server closes when it has stored everything.
        _ = await stream.ReadAsync(new byte[1]);
    }
}
