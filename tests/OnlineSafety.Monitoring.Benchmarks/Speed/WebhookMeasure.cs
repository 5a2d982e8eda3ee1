using System.Diagnostics;
using Npgsql;
using OnlineSafety.Monitoring.Benchmarks.Load;
using OnlineSafety.Monitoring.Benchmarks.Machine;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>
/// Webhook requests of one line until they are answered, which is when they are durable: sixteen connections that send at once, and one alone
/// beside a bare commit on the same database server.
/// </summary>
internal sealed class WebhookMeasure : IMeasure
{
    private const int Together = 16;

    public string Name => "webhook";

    public async Task RunAsync(SpeedRun run, Figures figures)
    {
        await MeasureAsync(run, figures, "hook-ingest", SpeedRun.IngestRole);
        await MeasureAsync(run, figures, "hook-all", SpeedRun.AllRoles);
    }

    private static async Task MeasureAsync(SpeedRun run, Figures figures, string name, string roles)
    {
        await using var service = await run.StartAsync(roles);
        var (url, key) = await service.AddWebhookSourceAsync();
        var requests = new HookRequests(url, key, WebFilterLines.WithoutHeader(run.Benign.Text(0)));
        await requests.SendAsync(Together, run.Options.Full(32_000, 16_000));
        await requests.SendAsync(connections: 1, 500);

        var before = service.Use();
        var count = run.Options.Full(64_000, 32_000);
        var (milliseconds, elapsed) = await requests.SendAsync(Together, count);
        var after = service.Use();
        figures[name + ".req_s"] = milliseconds.Length / elapsed.TotalSeconds;
        figures[name + ".p50_ms"] = Percentile.Of(milliseconds, 0.5);
        figures[name + ".p99_ms"] = Percentile.Of(milliseconds, 0.99);
        figures[name + ".cpu_service"] = (after.Service - before.Service) / (count / 1e6);
        figures[name + ".cpu_postgres"] = (after.Postgres - before.Postgres) / (count / 1e6);
        figures[name + ".rss_mib"] = after.PeakResident / 1048576.0;
        figures[name + ".others"] = after.OtherCoresSince(before);

        // What is still being processed would be in the way of both.
        if (roles != SpeedRun.IngestRole)
        {
            await BenchService.WaitAsync(service.ProcessedAsync, await service.StoredAsync(), TimeSpan.FromMinutes(2));
        }

        var (alone, commits) = await SinglesAsync(service, requests, run.Options.Full(4000, 1500));
        figures[name + ".commit_p50_ms"] = Percentile.Of(commits, 0.5);
        figures[name + ".commit_p99_ms"] = Percentile.Of(commits, 0.99);
        figures[name + ".alone_p50_ms"] = Percentile.Of(alone, 0.5);
        figures[name + ".alone_p99_ms"] = Percentile.Of(alone, 0.99);
        figures[name + ".alone_commit_p99"] = figures[name + ".alone_p99_ms"] / figures[name + ".commit_p99_ms"];
    }

    /// <summary>
    /// Milliseconds of requests sent one by one, and of single inserts, each committed: the least that a durable answer can take. In turns, so
    /// that both meet the same machine.
    /// </summary>
    private static async Task<(double[] Requests, double[] Commits)> SinglesAsync(BenchService service, HookRequests requests, int count)
    {
        const int Turn = 100;
        await using var connection = await service.ConnectAsync();
        await using (var table = new NpgsqlCommand("CREATE TABLE public.bare_commit (id bigint PRIMARY KEY, body text NOT NULL)", connection))
        {
            await table.ExecuteNonQueryAsync();
        }

        await using var insert = new NpgsqlCommand("INSERT INTO public.bare_commit VALUES ($1, $2)", connection);
        insert.Parameters.Add(new NpgsqlParameter<long>());
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = new string('x', 300) });
        await insert.PrepareAsync();
        var (alone, commits) = (new List<double>(), new List<double>());
        while (commits.Count < count)
        {
            commits.AddRange(Commits(insert, commits.Count, Turn));
            alone.AddRange((await requests.SendAsync(connections: 1, Turn)).Milliseconds);
        }

        return ([.. alone], [.. commits]);
    }

    private static double[] Commits(NpgsqlCommand insert, int first, int count)
    {
        var times = new double[count];
        for (var i = 0; i < count; i++)
        {
            ((NpgsqlParameter<long>)insert.Parameters[0]).TypedValue = first + i;
            var started = Stopwatch.GetTimestamp();
            // Not awaited: a waiting thread is the shorter way, and the floor is to be low.
            insert.ExecuteNonQuery();
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        return times;
    }
}
