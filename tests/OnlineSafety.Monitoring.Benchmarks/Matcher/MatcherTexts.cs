using System.Text;

namespace OnlineSafety.Monitoring.Benchmarks.Matcher;

/// <summary>Phrases and texts of the <c>matcher</c> mode, from files or made up.</summary>
internal sealed class MatcherTexts
{
    private const int Texts = 50_000;
    private const int TextLength = 300;
    private const int HitsPerHundred = 2;
    private const int Ordinary = 4_000;

    private readonly Dictionary<int, string[]> _phrases;

    private MatcherTexts(Dictionary<int, string[]> phrases, string[] lines)
    {
        _phrases = phrases;
        Lines = lines;
    }

    public static IReadOnlyList<int> Sizes { get; } = [2_000, 5_000, 10_000];

    public string[] Lines { get; }

    public string[] Phrases(int size) => _phrases[size];

    public static MatcherTexts Load(string folder) => folder.Length > 0
        ? new(Sizes.ToDictionary(size => size, size => File.ReadAllLines(Path.Combine(folder, size == 5_000 ? "phrases.txt" : $"phrases.{size}.txt"))), File.ReadAllLines(Path.Combine(folder, "texts.txt")))
        : MadeUp();

    private static MatcherTexts MadeUp()
    {
        var phrases = Sizes.ToDictionary(size => size, size => PhrasePack.MadeUp(size, seed: 9));
        var random = new Random(11);

        // Words spelled backwards: of the syllables that phrases are made of, each text would be a hit.
        var words = PhrasePack.MadeUp(Ordinary * 4, seed: 10).Where(phrase => !phrase.Contains(' ', StringComparison.Ordinal)).Take(Ordinary).Select(word => string.Concat(word.Reverse())).ToArray();
        var text = new StringBuilder();
        var lines = new string[Texts];
        for (var i = 0; i < lines.Length; i++)
        {
            text.Clear();
            var hitAt = random.Next(100) < HitsPerHundred ? random.Next(TextLength / 2) : int.MaxValue;
            while (text.Length < TextLength)
            {
                var hit = text.Length >= hitAt;
                hitAt = hit ? int.MaxValue : hitAt;
                text.Append(hit ? phrases[5_000][random.Next(5_000)] : words[random.Next(words.Length)]).Append(' ');
            }

            lines[i] = text.ToString(0, TextLength);
        }

        return new MatcherTexts(phrases, lines);
    }
}
