using System.Globalization;

namespace OnlineSafety.Monitoring.Benchmarks.Notify;

/// <summary>How large the ledger is, how many claims are timed, how long alerts are raised.</summary>
internal sealed record NotifyOptions
{
    public const string Help = """
        notify: the ledger under a million rows and an old snapshot, and alert committed -> mail handed to the SMTP server; prints a table and JSON.
        Exits with 1 when a bar is missed.

          --rows N        rows in the ledger, half sent, half waiting at other schools (default 1000000)
          --since N       rows told of since the old snapshot, which nothing may clean up (default 100000)
          --claims N      claims timed (default 1000)
          --rate N        alerts a minute (default 1000)
          --minutes N     minutes of alerts, of which the first ten seconds are not counted (default 2)
          --service PATH  the executable (default artifacts/onlinesafety/onlinesafety)
        """;

    public int Rows { get; init; } = 1_000_000;

    public int Since { get; init; } = 100_000;

    public int Claims { get; init; } = 1000;

    public int Rate { get; init; } = 1000;

    public double Minutes { get; init; } = 2;

    public string Service { get; init; } = TestKit.Repository.Path("artifacts", "onlinesafety", "onlinesafety");

    public static NotifyOptions? Parse(string[] args)
    {
        NotifyOptions? parsed = args.Length % 2 == 0 ? new() : null;
        for (var i = 0; i < args.Length && parsed is not null; i += 2)
        {
            var value = args[i + 1];
            parsed = args[i] switch
            {
                "--rows" => parsed with { Rows = Number(value) },
                "--since" => parsed with { Since = Number(value) },
                "--claims" => parsed with { Claims = Number(value) },
                "--rate" => parsed with { Rate = Number(value) },
                "--minutes" => parsed with { Minutes = double.Parse(value, CultureInfo.InvariantCulture) },
                "--service" => parsed with { Service = value },
                _ => null,
            };
        }

        if (parsed is null)
        {
            Console.Error.WriteLine(Help);
        }

        return parsed;
    }

    private static int Number(string value) => int.Parse(value, CultureInfo.InvariantCulture);
}
