using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.Benchmarks.Machine;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>Milliseconds from when a request was due until its answer was read, of healthy senders while somebody else attacks.</summary>
/// <param name="P99OfQuiet">This p99 as a share of that of the quiet phase before it; medians of all rounds.</param>
internal sealed record HostileResult(string Phase, int Requests, int Failed, double P50, double P99, double Max, double P99OfQuiet);

/// <summary>
/// Webhook senders at a fixed rate, undisturbed and beside each attack in turn: heads that trickle, bodies that trickle, a storm of connections. The
/// attackers are other loopback addresses: what one peer does must not reach the others.
/// </summary>
internal static class HostileRun
{
    public const string Help = """
        onlinesafety benchmarks hostile: healthy webhook senders beside slow and many others; prints JSON.

          --seconds N   length of each phase (default 15)
          --rounds N    rounds of all phases; medians are printed (default 3)
          --rate N      healthy requests a second (default 100)
          --peers N     connections of an attack, and connects a second of the storm (default 500)
          --service PATH the executable (default artifacts/onlinesafety/onlinesafety)
        """;

    private static readonly string[] Attacks = ["slow-heads", "slow-bodies", "storm"];

    private sealed record Settings(int Seconds, int Rounds, int Rate, int Peers, string Service);

    private sealed record Target(int Port, string Source, string Key)
    {
        public string Head => $"POST /v1/ingest/{Source} HTTP/1.1\r\nHost: intake.test\r\nAuthorization: Bearer {Key}\r\nContent-Type: text/plain\r\n";
    }

    public static async Task<int> RunAsync(string[] args)
    {
        if (Parse(args) is not { } settings)
        {
            Console.Error.WriteLine(Help);
            return 2;
        }

        await using var service = await ServiceProcess.StartAsync(ServiceExecutable.Published(settings.Service));
        var school = (await service.CommandAsync("school", "add", "--name", "Bench School", "--urn", "100000")).GetProperty("school").GetString()!;
        var (healthy, attacked) = (await AddAsync(service, school, "healthy"), await AddAsync(service, school, "attacked"));
        await PhaseAsync(settings with { Seconds = 5 }, healthy, attack: null);
        var phases = new List<(string Name, List<double> Times, int Failed, double OfQuiet)>();
        for (var round = 0; round < settings.Rounds; round++)
        {
            foreach (var attack in Attacks)
            {
                var quiet = await PhaseAsync(settings, healthy, attack: null);
                var loud = await PhaseAsync(settings, healthy, stop => AttackAsync(attack, settings, attacked, stop));
                phases.Add(("quiet", quiet.Times, quiet.Failed, 1));
                phases.Add((attack, loud.Times, loud.Failed, At(loud.Times, 0.99) / At(quiet.Times, 0.99)));
            }
        }

        var results = phases.GroupBy(phase => phase.Name).Select(group => new HostileResult(
            group.Key, group.Sum(phase => phase.Times.Count), group.Sum(phase => phase.Failed),
            Median(group.Select(phase => At(phase.Times, 0.5))), Median(group.Select(phase => At(phase.Times, 0.99))),
            Median(group.Select(phase => phase.Times[^1])), Median(group.Select(phase => phase.OfQuiet))));
        var memory = ProcessTree.Memory(service.Id, "VmHWM") / 1048576.0;
        Results.Print(new { hostile = results, peakResidentMiB = Math.Round(memory, 1) });
        return 0;
    }

    private static async Task<Target> AddAsync(ServiceProcess service, string school, string name)
    {
        var hook = await service.CommandAsync("source", "add", "--school", school, "--product", "protex", "--via", "webhook", "--name", name);
        return new Target(service.Http, hook.GetProperty("source").GetString()!, hook.GetProperty("key").GetString()!);
    }

    private static async Task<(List<double> Times, int Failed)> PhaseAsync(Settings settings, Target healthy, Func<CancellationToken, Task>? attack)
    {
        using var stop = new CancellationTokenSource();
        var attacking = attack?.Invoke(stop.Token) ?? Task.CompletedTask;
        if (attack is not null)
        {
            // It is under way before anything is measured.
            await Task.Delay(TimeSpan.FromSeconds(2), CancellationToken.None);
        }

        var measured = await SendAsync(settings, healthy);
        await stop.CancelAsync();
        await attacking;
        return measured;
    }

    /// <summary>Each request has its time, whether or not the one before was answered: a server that stalls is not spared the requests it delays.</summary>
    private static async Task<(List<double> Times, int Failed)> SendAsync(Settings settings, Target target)
    {
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 16 }) { BaseAddress = new Uri($"http://127.0.0.1:{target.Port}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", target.Key);
        var line = WebFilterLines.WithoutHeader(WebFilterLines.Pool(1, 20_000, seed: 1)[0]);
        var failed = 0;
        var started = Stopwatch.GetTimestamp();
        var requests = new List<Task<double>>();
        for (var number = 0; number < settings.Seconds * settings.Rate; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / settings.Rate);
            if (due - Stopwatch.GetElapsedTime(started) is { Ticks: > 0 } early)
            {
                await Task.Delay(early);
            }

            requests.Add(OneAsync(due));
        }

        var times = (await Task.WhenAll(requests)).Order().ToList();
        return (times, failed);

        async Task<double> OneAsync(TimeSpan due)
        {
            try
            {
                using var body = new StringContent(line, Encoding.UTF8, "text/plain");
                using var answer = await http.PostAsync(new Uri($"/v1/ingest/{target.Source}", UriKind.Relative), body);
                Interlocked.Add(ref failed, answer.StatusCode == HttpStatusCode.Accepted ? 0 : 1);
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref failed);
            }

            return (Stopwatch.GetElapsedTime(started) - due).TotalMilliseconds;
        }
    }

    private static Task AttackAsync(string attack, Settings settings, Target target, CancellationToken stop) => attack switch
    {
        "slow-heads" => Task.WhenAll(Enumerable.Range(0, settings.Peers).Select(_ => TrickleAsync(target, target.Head, "X", stop))),
        "slow-bodies" => Task.WhenAll(Enumerable.Range(0, settings.Peers).Select(_ => TrickleAsync(target, target.Head + "Content-Length: 1000000\r\n\r\n", new string('a', 400), stop))),
        _ => StormAsync(settings, target, stop),
    };

    /// <summary>One connection that sends a piece each second, and begins anew when it is cut off.</summary>
    private static async Task TrickleAsync(Target target, string begin, string piece, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var socket = From("127.0.0.2");
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, target.Port, stop);
                for (var send = begin; ; send = piece)
                {
                    await socket.SendAsync(Encoding.ASCII.GetBytes(send), stop);
                    await Task.Delay(TimeSpan.FromSeconds(1), stop);
                }
            }
            catch (SocketException)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), CancellationToken.None);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static async Task StormAsync(Settings settings, Target target, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                for (var connects = 0; connects < settings.Peers / 50; connects++)
                {
                    using var socket = From("127.0.0.3");
                    await socket.ConnectAsync(IPAddress.Loopback, target.Port, stop);
                }
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException)
        {
            // Over, or no port left on this address: then it has stormed enough.
        }
    }

    private static Socket From(string address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        // No TIME_WAIT: a storm would use up the address's ports.
        socket.LingerState = new LingerOption(enable: true, seconds: 0);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        return socket;
    }

    private static double At(List<double> sorted, double share) => Math.Round(sorted[(int)((sorted.Count - 1) * share)], 2);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return Math.Round(sorted[sorted.Count / 2], 2);
    }

    private static Settings? Parse(string[] args)
    {
        var settings = new Settings(15, 3, 100, 500, Path.Combine(Repository.Root, "artifacts", "onlinesafety", "onlinesafety"));
        if (args.Length % 2 != 0)
        {
            return null;
        }

        for (var i = 0; i < args.Length; i += 2)
        {
            var number = int.TryParse(args[i + 1], CultureInfo.InvariantCulture, out var value) ? value : 0;
            switch (args[i])
            {
                case "--seconds": settings = settings with { Seconds = number }; break;
                case "--rounds": settings = settings with { Rounds = number }; break;
                case "--rate": settings = settings with { Rate = number }; break;
                case "--peers": settings = settings with { Peers = number }; break;
                case "--service": settings = settings with { Service = args[i + 1] }; break;
                default: return null;
            }
        }

        return settings is { Seconds: > 0, Rounds: > 0, Rate: > 0, Peers: > 0 } ? settings : null;
    }
}
