using System.Globalization;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>How many probes, of which executable.</summary>
internal sealed record LatencyOptions
{
    public const string Help = """
        latency: milliseconds from one line (TCP, HTTP) to its mail in the outbox, of the published service on a durable database of its own; prints JSON.

          --probes N      probes for each door (default 200)
          --service PATH  the executable (default artifacts/onlinesafety/onlinesafety)
        """;

    public int Probes { get; init; } = 200;

    public string Service { get; init; } = TestKit.Repository.Path("artifacts", "onlinesafety", "onlinesafety");

    public static LatencyOptions? Parse(string[] args)
    {
        if (args.Length % 2 != 0)
        {
            Console.Error.WriteLine(Help);
            return null;
        }

        LatencyOptions? parsed = new();
        for (var i = 0; i < args.Length; i += 2)
        {
            parsed = args[i] switch
            {
                "--probes" => parsed with { Probes = int.Parse(args[i + 1], CultureInfo.InvariantCulture) },
                "--service" => parsed with { Service = args[i + 1] },
                _ => null,
            };
            if (parsed is null)
            {
                Console.Error.WriteLine(Help);
                return null;
            }
        }

        return parsed;
    }
}
