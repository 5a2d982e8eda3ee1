using System.Text.Json;

namespace OnlineSafety.Monitoring.Benchmarks.Load;

/// <summary>
/// Phrases that a school might add to the shipped packs, of invented words so that none of them meets a real rule: a third single words, the
/// others two to four words, half of those beginning with a word that benign lines are full of, as real phrases do.
/// </summary>
internal sealed class ExtraPhrases
{
    private const int PerRule = 100;

    private static readonly string[] Onsets = ["b", "br", "d", "dr", "f", "g", "gl", "k", "kr", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "z"];
    private static readonly string[] Vowels = ["a", "e", "i", "o", "u", "au", "ei", "oo"];
    private static readonly string[] Codas = ["b", "ck", "ft", "g", "lm", "mp", "nt", "rk", "sk", "x"];
    private static readonly string[] Common = ["maths", "school", "history", "music", "football", "recipe", "science", "games", "how to", "where is"];

    private ExtraPhrases(IReadOnlyList<string> all) => All = all;

    public IReadOnlyList<string> All { get; }

    public static ExtraPhrases Make(int count, int seed)
    {
        var random = new Random(seed);
        var phrases = new HashSet<string>(StringComparer.Ordinal);
        while (phrases.Count < count)
        {
            var words = random.Next(100) switch { < 35 => 1, < 75 => 2, < 93 => 3, _ => 4 };
            var parts = new string[words];
            for (var i = 0; i < words; i++)
            {
                parts[i] = i == 0 && words > 1 && random.Next(2) == 0 ? Common[random.Next(Common.Length)] : Word(random);
            }

            phrases.Add(string.Join(' ', parts));
        }

        return new ExtraPhrases([.. phrases]);
    }

    /// <summary>A directory with the phrases as a rule pack, for the setting <c>RulePacks</c>: half of the rules low, half medium.</summary>
    public void WritePack(string directory)
    {
        var rules = All.Chunk(PerRule).Select((phrases, number) => new
        {
            id = $"bench.extra-{number}",
            theme = "bullying",
            severity = number % 2 == 0 ? "low" : "medium",
            all = new[] { phrases },
            explain = "Added phrase of a measurement.",
            positive = new[] { phrases[0] },
            negative = Array.Empty<string>(),
        });
        File.WriteAllBytes(
            Path.Combine(directory, "bench.json"),
            JsonSerializer.SerializeToUtf8Bytes(new { pack = "bench/extra", version = "1", language = "en-GB", rules }));
    }

    private static string Word(Random random) => string.Concat(Enumerable.Range(0, 2 + random.Next(2)).Select(_ =>
        Onsets[random.Next(Onsets.Length)] + Vowels[random.Next(Vowels.Length)])) + Codas[random.Next(Codas.Length)];
}
