namespace OnlineSafety.Monitoring.Benchmarks.Matcher;

/// <summary>What the <c>matcher</c> mode is asked.</summary>
/// <param name="Rounds">Interleaved rounds; medians and minima are printed.</param>
/// <param name="Data">Folder with <c>texts.txt</c>, <c>phrases.2000.txt</c>, <c>phrases.txt</c> (5,000) and <c>phrases.10000.txt</c>; empty: made up.</param>
/// <param name="Hyperscan">A program that is given PHRASES TEXTS RUNS and prints JSON with <c>us_text</c>; empty: left out.</param>
internal sealed record MatcherOptions(int Rounds, string Data, string Hyperscan)
{
    public const string Help = """
          matcher      processor microseconds for a text of 300 bytes, 2 in 100 with a hit, at 2,000, 5,000 and 10,000 phrases; Assess on the same texts

          --rounds N        interleaved rounds (default 7)
          --data DIR        texts.txt, phrases.2000.txt, phrases.txt and phrases.10000.txt, one a line (default: made up)
          --hyperscan PATH  a program that takes PHRASES TEXTS RUNS and prints {"us_text":...}
        """;

    public static MatcherOptions Parse(string[] args)
    {
        var options = new MatcherOptions(7, "", "");
        for (var i = 0; i < args.Length; i += 2)
        {
            options = i + 1 == args.Length ? throw new UsageException(Help) : args[i] switch
            {
                "--rounds" => options with { Rounds = int.Parse(args[i + 1]) },
                "--data" => options with { Data = args[i + 1] },
                "--hyperscan" => options with { Hyperscan = args[i + 1] },
                _ => throw new UsageException($"Unknown option {args[i]}.\n{Help}"),
            };
        }

        return options;
    }
}
