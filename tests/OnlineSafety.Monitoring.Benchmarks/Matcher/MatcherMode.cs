using System.Diagnostics;
using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Matcher;

/// <summary>
/// Our matcher beside Hyperscan (no folding of disguises) and a plain automaton, on the same texts and phrases in the same rounds; and Assess.
/// One thread, processor time.
/// </summary>
internal static class MatcherMode
{
    private const int WarmRounds = 4;

    public static int Run(string[] args)
    {
        if (args is ["--help"])
        {
            Console.Error.WriteLine(MatcherOptions.Help);
            return 2;
        }

        var options = MatcherOptions.Parse(args);
        var texts = MatcherTexts.Load(options.Data);
        byte[][] lines = [.. texts.Lines.Select(Encoding.UTF8.GetBytes)];
        var contenders = MatcherTexts.Sizes.SelectMany(size => Contenders(options, texts, lines, size)).ToList();
        foreach (var contender in contenders)
        {
            for (var warm = 0; warm < WarmRounds && contender.Warms; warm++)
            {
                contender.Pass();
                Thread.Sleep(120);
            }
        }

        for (var round = 0; round < options.Rounds; round++)
        {
            contenders.ForEach(contender => contender.Times.Add(contender.Pass()));
        }

        var rows = contenders.Select(c => new { c.Name, c.Phrases, Median = Median(c.Times), Minimum = Math.Round(c.Times.Min(), 3), c.Hits }).ToArray();
        foreach (var row in rows)
        {
            var hyperscan = rows.FirstOrDefault(other => other.Name == "hyperscan" && other.Phrases == row.Phrases);
            Console.Error.WriteLine($"{row.Name,-28} {row.Phrases,6}  median {row.Median,7:0.000}  min {row.Minimum,7:0.000} us{(hyperscan is null ? "" : $"  {row.Median / hyperscan.Median,5:0.00} x hyperscan")}  {row.Hits} hits");
        }

        var ours = rows.Where(row => row.Name == Ours).ToDictionary(row => row.Phrases, row => row.Median);
        var growth = Math.Round(ours[10_000] / ours[2_000], 2);
        Console.Error.WriteLine($"growth 2,000 to 10,000: {growth:0.00} (bar 1.5)");
        var started = Stopwatch.GetTimestamp();
        _ = Rules([], shipped: true, alone: true);
        var compile = Math.Round(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        Console.Error.WriteLine($"compiling the shipped packs: {compile} ms");
        var assess = AssessFigures.Measure(Rules(texts.Phrases(5_000), shipped: true), lines);
        Console.Error.WriteLine($"Assess: median {assess.Benign:0.00} us and {assess.BenignBytes:0} B without a hit (bars 4 and 500), {assess.Hit:0.00} us with one (bar 12)");
        Results.Print(new { Texts = lines.Length, BytesPerText = Math.Round(lines.Average(line => line.Length), 1), Rows = rows, Growth = growth, CompileMilliseconds = compile, Assess = assess });
        return 0;
    }

    private const string Ours = "ours, phrases alone";

    private static IEnumerable<Contender> Contenders(MatcherOptions options, MatcherTexts texts, byte[][] lines, int size)
    {
        var phrases = texts.Phrases(size);
        yield return Matcher(Ours, Rules(phrases, shipped: false), lines, size);
        var shipped = Rules(phrases, shipped: true);
        yield return Matcher("ours, with the shipped packs", shipped, lines, size);
        var tokens = new TokenBuffer(shipped.Rules.Phrases.Lexicon);
        yield return new Contender("of these, to read the words", size, lines.Length, () => lines.Count(line =>
        {
            tokens.Read(line);
            return tokens.Known > 0;
        }));
        var automaton = new Automaton(phrases);
        yield return new Contender("aho-corasick", size, lines.Length, () => lines.Count(automaton.Contains));
        if (options.Hyperscan.Length > 0)
        {
            yield return new Contender(size, () => PeerProgram.Microseconds(options.Hyperscan, phrases, texts.Lines, passes: 1));
        }
    }

    private static Contender Matcher(string name, RuleSet rules, byte[][] lines, int size)
    {
        var reader = new FieldReader(rules.Rules);
        var findings = new List<Finding>();
        return new Contender(name, size, lines.Length, () =>
        {
            var hits = 0;
            foreach (var line in lines)
            {
                findings.Clear();
                reader.Read(EventField.Text, line, default, RulesAsked.Deciding, findings);
                hits += findings.Count > 0 ? 1 : 0;
            }

            return hits;
        });
    }

    private static RuleSet Rules(string[] phrases, bool shipped, bool alone = false) => alone ? Processing.Rules.Load(Repository.Path("schemas")).RuleSet
        : shipped ? PhrasePack.WithShippedRules(phrases).RuleSet
        : RuleSet.Parse(File.ReadAllBytes(Repository.Path("schemas", "taxonomy", "kcsie-2026.json")), [("bench", PhrasePack.Json(phrases))], []);

    private static double Median(List<double> values) => StagesRun.Median(values);

    private sealed class Contender
    {
        private readonly Func<double> _pass;

        public Contender(int phrases, Func<double> pass) => (Name, Phrases, Warms, _pass) = ("hyperscan", phrases, false, pass);

        public Contender(string name, int phrases, int lines, Func<int> pass) =>
            (Name, Phrases, Warms, _pass) = (name, phrases, true, () => StagesRun.Time(() => Hits = pass(), lines));

        public string Name { get; }

        public int Phrases { get; }

        public bool Warms { get; }

        public int Hits { get; private set; }

        public List<double> Times { get; } = [];

        public double Pass() => _pass();
    }
}
