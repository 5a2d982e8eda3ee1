using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>Processor microseconds a line (medians of the rounds).</summary>
/// <param name="Assess">Normalize and Assess together, less Normalize alone.</param>
/// <param name="Run">All that happens between an opened segment and the Record transaction: both stages, people, counters, plan.</param>
/// <param name="BenignAllocated">Bytes allocated by a line on which nothing is found.</param>
/// <param name="Concerns">Lines that become rows.</param>
internal sealed record StageFigures(
    string Product, int Lines, double BytesPerLine, double Normalize, double Assess, double Both, double Run, double BenignAllocated, int Concerns);

/// <summary>
/// What the pure stages cost, with the shipped packs and 5,000 further phrases, beside plain matchers that look for those 5,000 phrases
/// in the same lines and do nothing else. One thread, no I/O.
/// </summary>
internal static class StagesRun
{
    public const string Help = """
          stages       processor microseconds a line of Normalize, Assess and the whole of the stages; peers in the same rounds

          --rounds N     interleaved rounds, medians are printed (default 7)
          --loggen PATH  also the key=value, squid and quoted lines that this load generator writes
          --phrases FILE one phrase a line (default: 5,000 made up)
        """;

    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private const int Pool = 16_384;
    private const int PlanRecords = 10_000;

    public static int Run(string[] args)
    {
        var (rounds, loggen, file) = (7, "", "");
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            (rounds, loggen, file) = args[i] switch
            {
                "--rounds" => (int.Parse(args[i + 1]), loggen, file),
                "--loggen" => (rounds, args[i + 1], file),
                "--phrases" => (rounds, loggen, args[i + 1]),
                _ => throw new UsageException($"Unknown option {args[i]}.\n{Help}"),
            };
        }

        var phrases = file.Length > 0 ? File.ReadAllLines(file) : PhrasePack.MadeUp(5_000, seed: 9);
        var rules = PhrasePack.WithShippedRules(phrases);
        List<(string Name, string Product, string[] Lines)> sets = [("e2guardian format 8", "protex", WebFilterLines.Pool(Pool, 20_000, seed: 1))];
        if (loggen.Length > 0)
        {
            sets.AddRange(new[] { "kv", "squid", "e2g" }.Select(style => ($"loggen {style}", "generic", GeneratedLines(loggen, style))));
        }

        var results = new Dictionary<string, object>(StringComparer.Ordinal) { ["phrases"] = phrases.Length };
        foreach (var (name, product, lines) in sets)
        {
            results[name] = new { Stages = Measure(product, lines, rules, rounds), Peers = PhrasePeers.Measure(phrases, lines, rounds) };
        }

        Console.WriteLine(JsonSerializer.Serialize(results, Indented));
        return 0;
    }

    /// <summary>Processor microseconds a call of <paramref name="pass"/>, which runs over all <paramref name="lines"/>.</summary>
    public static double Time(Action pass, int lines)
    {
        var before = Environment.CpuUsage.TotalTime;
        pass();
        return (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / lines;
    }

    public static double Median(List<double> values)
    {
        values.Sort();
        return Math.Round(values[values.Count / 2], 3);
    }

    private static StageFigures Measure(string product, string[] lines, Rules rules, int rounds)
    {
        var bench = new Bench(product, lines, rules);
        for (var warm = 0; warm < 6; warm++)
        {
            // Tiered compilation replaces code while it runs: a pause between passes lets it finish before anything counts.
            bench.NormalizeAll();
            bench.AssessAll();
            bench.RunAll();
            Thread.Sleep(120);
        }

        List<double> normalize = [], both = [], run = [];
        for (var round = 0; round < rounds; round++)
        {
            normalize.Add(Time(bench.NormalizeAll, lines.Length));
            both.Add(Time(bench.AssessAll, lines.Length));
            run.Add(Time(bench.RunAll, lines.Length));
        }

        return new StageFigures(
            product, lines.Length, Math.Round(lines.Average(l => Encoding.UTF8.GetByteCount(l)), 1), Median(normalize),
            Math.Round(Median(both) - Median(normalize), 3), Median(both), Median(run), bench.BenignAllocated(), bench.Concerns);
    }

    private static string[] GeneratedLines(string loggen, string style)
    {
        var file = Path.GetTempFileName();
        using (var process = Process.Start(new ProcessStartInfo(loggen, ["--style", style, "--format", "3164", "--count", $"{Pool}", "--pool", $"{Pool}", "--out", file, "--quiet"]) { RedirectStandardOutput = true, UseShellExecute = false })!)
        {
            process.WaitForExit();
        }

        var lines = File.ReadAllLines(file);
        File.Delete(file);
        return lines;
    }

    private sealed class Bench : IEventSink
    {
        private readonly string _product;
        private readonly RawRecord[] _records;
        private readonly Normalizer _normalizer;
        private readonly Assessor _assessor;
        private readonly Stages _stages;
        private readonly StreamContext _context;
        private readonly RecordPlan _plan = new();
        private bool _assess;
        private Assessment _last = Assessment.None;

        public Bench(string product, string[] lines, Rules rules)
        {
            _product = product;
            _records = [.. lines.Select(line => new RawRecord(Some.Syslog, DateTimeOffset.UtcNow, RecordFlags.None, Encoding.UTF8.GetBytes(line)))];
            _normalizer = new Normalizer(rules.Mappings);
            _assessor = new Assessor(rules.RuleSet);
            _stages = new Stages(rules, NullLogger.Instance);
            var people = Enumerable.Range(0, 20_000).ToDictionary(
                i => $"pupil{i:00000}", i => new Subject(PersonRole.Pupil, "Year 9", "KS3", Staff: null, $"pupil{i:00000}"), StringComparer.Ordinal);
            _context = new StreamContext(
                new SourceKey(Guid.NewGuid(), Guid.NewGuid()), product, rules.Mappings.Find(product), TimeZoneInfo.FindSystemTimeZoneById("Europe/London"), TimeSpan.FromHours(2), new SchoolPeople(people, [])) { Seal = Some.Seal };
        }

        public int Concerns { get; private set; }

        public void OnEvent(EventDraft draft, int part)
        {
            if (_assess)
            {
                _last = _assessor.Assess(draft, _product, new AssessContext(PersonRole.Pupil, "KS3"));
            }
        }

        public void NormalizeAll() => Pass(assess: false);

        public void AssessAll() => Pass(assess: true);

        public void RunAll()
        {
            Concerns = 0;
            for (var i = 0; i < _records.Length; i++)
            {
                if (i % PlanRecords == 0)
                {
                    Concerns += _plan.Events.Count;
                    _plan.Start(i + 1);
                }

                _stages.Run(_context, Guid.Empty, i + 1, _records[i], _plan);
            }

            Concerns += _plan.Events.Count;
            _plan.Start(1);
        }

        /// <summary>Bytes that a benign line allocates on its way through both stages.</summary>
        public double BenignAllocated()
        {
            _assess = true;
            long allocated = 0;
            var benign = 0;
            foreach (ref readonly var record in _records.AsSpan())
            {
                _last = Assessment.None;
                var before = GC.GetAllocatedBytesForCurrentThread();
                _normalizer.Normalize(record, _context.Pack, _context.TimeZone, this);
                var after = GC.GetAllocatedBytesForCurrentThread();
                if (_last.Severity == Severity.None)
                {
                    allocated += after - before;
                    benign++;
                }
            }

            return Math.Round((double)allocated / benign, 1);
        }

        private void Pass(bool assess)
        {
            _assess = assess;
            foreach (ref readonly var record in _records.AsSpan())
            {
                _normalizer.Normalize(record, _context.Pack, _context.TimeZone, this);
            }
        }
    }
}
