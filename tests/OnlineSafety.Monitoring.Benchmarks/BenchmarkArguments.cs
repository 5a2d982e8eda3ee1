using System.Globalization;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>What to run. Everything is bounded: lines, probes, seconds.</summary>
internal sealed record BenchmarkArguments
{
    public const string Help = """
        onlinesafety benchmarks: the published service as a process of its own, embedded Postgres, everything durable; prints JSON.

          --lines N     lines of the throughput run (default 1000000)
          --probes N    probes of the latency run, for each door (default 200)
          --rate N      lines a second, 0 = as fast as they are taken (default 0)
          --loggen PATH send with this load generator (bench kit) instead of our own sender
          --service PATH the executable (default artifacts/onlinesafety/onlinesafety)
        """;

    public int Lines { get; init; } = 1_000_000;

    public int Probes { get; init; } = 200;

    public int Rate { get; init; }

    public string? LoadGenerator { get; init; }

    public string Service { get; init; } = Path.Combine(TestKit.Repository.Root, "artifacts", "onlinesafety", "onlinesafety");

    public static BenchmarkArguments? Parse(string[] args)
    {
        if (args.Length % 2 != 0)
        {
            Console.Error.WriteLine(Help);
            return null;
        }

        var parsed = new BenchmarkArguments();
        for (var i = 0; i < args.Length; i += 2)
        {
            parsed = args[i] switch
            {
                "--lines" => parsed with { Lines = int.Parse(args[i + 1], CultureInfo.InvariantCulture) },
                "--probes" => parsed with { Probes = int.Parse(args[i + 1], CultureInfo.InvariantCulture) },
                "--rate" => parsed with { Rate = int.Parse(args[i + 1], CultureInfo.InvariantCulture) },
                "--loggen" => parsed with { LoadGenerator = args[i + 1] },
                "--service" => parsed with { Service = args[i + 1] },
                _ => throw new ArgumentException($"Unknown option {args[i]}.\n{Help}"),
            };
        }

        return parsed;
    }
}
