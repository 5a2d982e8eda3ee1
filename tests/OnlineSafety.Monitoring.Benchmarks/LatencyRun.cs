using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>Milliseconds from the line's last byte written to its mail standing in the outbox.</summary>
internal sealed record LatencyResult(string Door, int Probes, double P50, double P99, double Max);

/// <summary>One grave line at a time, each about a user of its own so that each is an alert and a mail.</summary>
internal static class LatencyRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string[] args)
    {
        if (LatencyOptions.Parse(args) is not { } arguments)
        {
            return 2;
        }

        Results.Print(await MeasureAsync(arguments));
        return 0;
    }

    private static async Task<IReadOnlyList<LatencyResult>> MeasureAsync(LatencyOptions arguments)
    {
        await using var service = await ServiceProcess.StartAsync(ServiceExecutable.Published(arguments.Service));
        var school = (await service.CommandAsync("school", "add", "--name", "Bench School", "--urn", "100000")).GetProperty("school").GetString()!;
        await service.CommandAsync("staff", "add", "--school", school, "--name", "D. Lead", "--email", "dsl@school.example", "--role", "dsl");
        await service.CommandAsync("source", "add", "--school", school, "--product", "protex", "--via", "syslog", "--from", "127.0.0.1/32");
        var hook = await service.CommandAsync("source", "add", "--school", school, "--product", "protex", "--via", "webhook", "--name", "hook");

        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", service.Syslog);
        var syslog = client.GetStream();
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", hook.GetProperty("key").GetString());
        var url = new Uri($"http://127.0.0.1:{service.Http}/v1/ingest/{hook.GetProperty("source").GetString()}");

        var tcp = await ProbeAsync("syslog-tcp", arguments.Probes, service, line => syslog.WriteAsync(Encoding.UTF8.GetBytes(line + "\n")).AsTask());
        var web = await ProbeAsync("webhook", arguments.Probes, service, async line =>
        {
            using var body = new StringContent(WebFilterLines.WithoutHeader(line), Encoding.UTF8, "text/plain");
            (await http.PostAsync(url, body)).EnsureSuccessStatusCode();
        });
        return [tcp, web];
    }

    private static async Task<LatencyResult> ProbeAsync(string door, int probes, ServiceProcess service, Func<string, Task> send)
    {
        Directory.CreateDirectory(service.Outbox);
        using var watcher = new FileSystemWatcher(service.Outbox, "*.eml");
        using var arrived = new SemaphoreSlim(0);
        watcher.Created += (_, _) => arrived.Release();
        watcher.Renamed += (_, _) => arrived.Release();
        watcher.EnableRaisingEvents = true;
        var times = new List<double>();
        // The first ones warm the service up and are not counted.
        for (var i = -10; i < probes; i++)
        {
            var started = Stopwatch.GetTimestamp();
            await send(WebFilterLines.Grave(door + i.ToString(CultureInfo.InvariantCulture)));
            if (!await arrived.WaitAsync(Patience))
            {
                throw new InvalidOperationException($"No mail within {Patience.TotalSeconds} s for probe {i} over {door}.");
            }

            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }

            await Task.Delay(20);
        }

        times.Sort();
        return new LatencyResult(door, probes, Math.Round(times[times.Count / 2], 1), Math.Round(times[(int)(times.Count * 0.99)], 1), Math.Round(times[^1], 1));
    }
}
