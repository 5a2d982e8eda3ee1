using System.Globalization;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>What to measure, and how long. Everything is bounded: rounds, lines, seconds.</summary>
internal sealed record SpeedOptions
{
    public const string Help = """
        speed: every bar of speed, the published service beside raw COPY and installed peers in the same rounds, on durable databases of their own.
        Prints a table (standard error) and JSON (standard output). A full run takes some 40 minutes, --quick some five. Leave the machine alone meanwhile.

          --quick           one short round: to see that everything works, not to quote
          --rounds N        interleaved rounds, of which medians are shown (default 5)
          --lines N         lines of each throughput measure (default 1000000)
          --minutes N       minutes of the sustained run (default 5); 30 also judges whether memory stays flat
          --rate N          lines a second of the sustained run (default: the bar, or 0.9 of what the rounds gave)
          --only A,B        only these measures: copy, rsyslog, throughput, webhook, alert, udp, kill, sustained
          --service PATH    the executable (default artifacts/onlinesafety/onlinesafety)
        """;

    public int Rounds { get; init; } = 5;

    public long Lines { get; init; } = 1_000_000;

    public double Minutes { get; init; } = 5;

    public double? Rate { get; init; }

    public bool Quick { get; init; }

    public IReadOnlyList<string> Only { get; init; } = [];

    public string Service { get; init; } = TestKit.Repository.Path("artifacts", "onlinesafety", "onlinesafety");

    /// <summary>Seconds or counts of a full run, or a tenth or so of them.</summary>
    public int Full(int full, int quick) => Quick ? quick : full;

    /// <exception cref="UsageException">With what is wrong.</exception>
    public static SpeedOptions Parse(string[] args)
    {
        var options = args.Contains("--quick", StringComparer.Ordinal) ? new SpeedOptions { Quick = true, Rounds = 1, Lines = 300_000, Minutes = 0.5 } : new SpeedOptions();
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] == "--quick")
            {
                continue;
            }

            var value = i + 1 < args.Length ? args[i + 1] : throw new UsageException($"{args[i]} needs a value.");
            options = args[i++] switch
            {
                "--rounds" => options with { Rounds = (int)Number(value) },
                "--lines" => options with { Lines = (long)Number(value) },
                "--minutes" => options with { Minutes = Number(value) },
                "--rate" => options with { Rate = Number(value) },
                "--only" => options with { Only = value.Split(',') },
                "--service" => options with { Service = value },
                var unknown => throw new UsageException($"{unknown} is not an option."),
            };
        }

        return File.Exists(options.Service) ? options : throw new UsageException($"{options.Service} is not there: ./deploy/run.sh --build-only makes it.");
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : throw new UsageException($"\"{text}\" is not a number above 0.");
}
