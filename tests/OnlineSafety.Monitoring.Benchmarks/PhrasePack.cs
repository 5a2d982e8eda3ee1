using System.Text.Json;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>Further phrases as a rule pack of their own, beside the shipped ones: what a school's own list would be.</summary>
internal static class PhrasePack
{
    private static readonly string[] Common =
        ["how", "to", "the", "my", "get", "make", "best", "free", "school", "music", "football", "game", "find", "new", "with", "for", "online", "history", "science", "garden"];

    private static readonly string[] Syllables =
        ["ba", "ko", "ri", "mu", "tel", "san", "dor", "vi", "lem", "quo", "zar", "pin", "hel", "gra", "tru", "bex", "nol", "fi", "cam", "wys"];

    /// <summary>A third single words, the rest two to four words, half of them beginning with a common one.</summary>
    public static string[] MadeUp(int count, int seed)
    {
        var random = new Random(seed);
        var phrases = new HashSet<string>(StringComparer.Ordinal);
        while (phrases.Count < count)
        {
            var words = random.Next(100) < 35 ? 1 : 2 + random.Next(3);
            phrases.Add(string.Join(' ', Enumerable.Range(1, words).Select(i => i < words && random.Next(2) == 0 ? Common[random.Next(Common.Length)] : Word(random))));
        }

        return [.. phrases];
    }

    public static Rules WithShippedRules(string[] phrases)
    {
        var schemas = Repository.Path("schemas");
        var packs = Directory.GetFiles(Path.Combine(schemas, "rulepacks"), "*.json", SearchOption.AllDirectories)
            .Select(f => (Path.GetRelativePath(schemas, f), (ReadOnlyMemory<byte>)File.ReadAllBytes(f)))
            .Append(("bench", Json(phrases)));
        var categories = Directory.GetFiles(Path.Combine(schemas, "vendors"), "categories.json", SearchOption.AllDirectories)
            .Select(f => (Path.GetFileName(Path.GetDirectoryName(f)!), (ReadOnlyMemory<byte>)File.ReadAllBytes(f)));
        var (taxonomy, model) = (File.ReadAllBytes(Path.Combine(schemas, "taxonomy", "kcsie-2026.json")), File.ReadAllBytes(Path.Combine(schemas, "models", "en.json")));
        return Repository.Rules with { RuleSet = RuleSet.Parse(taxonomy, packs, categories, model, lists: null, Rules.LoadSentences(schemas)) };
    }

    /// <summary>The pack alone.</summary>
    public static ReadOnlyMemory<byte> Json(string[] phrases) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        pack = "bench/phrases",
        version = "1",
        language = "en-GB",
        rules = new[]
        {
            new { id = "bench.phrases", theme = "bullying", severity = "low", all = new[] { phrases }, explain = "A phrase of the benchmark.", positive = new[] { phrases[0] }, negative = new[] { "x" } },
        },
    });

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, 2 + random.Next(3)).Select(_ => Syllables[random.Next(Syllables.Length)]));
}
