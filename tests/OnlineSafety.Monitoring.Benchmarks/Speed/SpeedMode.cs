using System.Globalization;
using OnlineSafety.Monitoring.Benchmarks.Load;

namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>Runs the rounds and shows every bar beside its figure.</summary>
internal static class SpeedMode
{
    private const int Phrases = 5000;
    private const int PoolLines = 16_384;
    private const int Pupils = 20_000;

    private static readonly IMeasure[] Measures =
        [new CopyMeasure(), new RsyslogMeasure(), new ThroughputMeasure(), new WebhookMeasure(), new AlertMeasure(), new UdpMeasure(), new KillMeasure()];

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--help"])
        {
            Console.Error.WriteLine(SpeedOptions.Help);
            return 0;
        }

        SpeedOptions options;
        try
        {
            options = SpeedOptions.Parse(args);
            if (options.Only.FirstOrDefault(name => name != SustainedMeasure.Name && Measures.All(measure => measure.Name != name)) is { } unknown)
            {
                throw new UsageException($"\"{unknown}\" is no measure: {string.Join(", ", Measures.Select(measure => measure.Name).Append(SustainedMeasure.Name))}.");
            }
        }
        catch (UsageException wrong)
        {
            Console.Error.WriteLine($"{wrong.Message}\n\n{SpeedOptions.Help}");
            return 2;
        }

        var packs = Directory.CreateTempSubdirectory("onlinesafety-rulepacks-").FullName;
        try
        {
            var phrases = ExtraPhrases.Make(Phrases, seed: 5);
            phrases.WritePack(packs);
            return await MeasureAsync(new SpeedRun(options, LinePool.WithConcerns(PoolLines, Pupils, seed: 1, phrases), LinePool.Benign(PoolLines, Pupils, seed: 2), packs));
        }
        finally
        {
            Directory.Delete(packs, recursive: true);
        }
    }

    private static async Task<int> MeasureAsync(SpeedRun run)
    {
        var options = run.Options;
        var missing = Measures.Where(m => m.Missing is not null).ToDictionary(m => m.Name, m => m.Missing!, StringComparer.Ordinal);
        var chosen = Measures.Where(m => m.Missing is null && Wanted(options, m.Name)).ToList();
        var all = new List<Figures>();
        var failures = new List<string>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            var figures = new Figures();
            all.Add(figures);
            foreach (var measure in chosen)
            {
                await TryAsync($"round {round}: {measure.Name}", () => measure.RunAsync(run, figures), failures);
            }
        }

        var rounds = new Rounds(all);
        var sustained = new Figures();
        if (Wanted(options, SustainedMeasure.Name))
        {
            await TryAsync(SustainedMeasure.Name, async () => sustained = await SustainedMeasure.RunAsync(run, options.Rate ?? SustainedRate(rounds)), failures);
        }

        SpeedRow[] rows = [.. new SpeedTable(rounds, sustained, options.Minutes, missing).Rows()];
        Show(rows, Math.Max(rounds.HighestEnding(".others") ?? 0, sustained.Find("sustained.others") ?? 0));
        Results.Print(new
        {
            machine = new { cores = Environment.ProcessorCount, kernel = Environment.OSVersion.VersionString, runtime = Environment.Version.ToString() },
            options = new { options.Rounds, options.Lines, options.Minutes, options.Quick, options.Only },
            missing,
            failures,
            rows,
            rounds = all.Select(Rounded),
            sustained = Rounded(sustained),
        });
        return failures.Count == 0 ? 0 : 1;
    }

    /// <summary>A measure that fails is said, and costs the run only its own figures.</summary>
    private static async Task TryAsync(string what, Func<Task> measure, List<string> failures)
    {
        try
        {
            await measure();
            Console.Error.WriteLine($"{what} done");
        }
        catch (Exception error)
        {
            failures.Add($"{what}: {error.Message}");
            Console.Error.WriteLine($"{what} FAILED: {error}");
        }
    }

    private static bool Wanted(SpeedOptions options, string name) => options.Only.Count == 0 || options.Only.Contains(name, StringComparer.Ordinal);

    /// <summary>The bar, where the rounds say that it can be kept; else what they say can be.</summary>
    private static double SustainedRate(Rounds rounds) =>
        rounds.Median("all-1.processed_s") is { } most ? Math.Min(SpeedTable.LinesProcessed, Math.Floor(most * 0.9)) : SpeedTable.LinesProcessed;

    private static Dictionary<string, double> Rounded(Figures figures) =>
        figures.ToDictionary(f => f.Key, f => double.IsFinite(f.Value) ? Math.Round(f.Value, 3) : -1, StringComparer.Ordinal);

    private static void Show(SpeedRow[] rows, double others)
    {
        var (what, bar) = (rows.Max(r => r.What.Length), rows.Max(r => r.Bar.Length));
        foreach (var row in rows)
        {
            var met = row.Met switch { true => "met", false => "NOT MET", null => "-" };
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.What.PadRight(what)}  {row.Bar.PadRight(bar)}  {met,-7}  {row.Figure}"));
        }

        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Other processes took up to {others:0.##} cores during a measure; above 0.25 its figures say little."));
    }
}
