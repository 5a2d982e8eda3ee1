using System.Text;

namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>What of a text is a feature: every word and pair of words that enough of the training texts have.</summary>
internal sealed class FeatureSpace
{
    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _pairs = new(StringComparer.Ordinal);
    private readonly List<int> _texts = [];
    private readonly Dictionary<string, string> _standIns;
    private readonly TokenBuffer _tokens;
    private readonly List<string> _lexicon;

    public FeatureSpace(IReadOnlyList<byte[]> texts, RecipeSettings settings, IReadOnlyDictionary<string, string[]> standIns)
    {
        _standIns = standIns.SelectMany(s => s.Value.Select(member => (member, s.Key))).ToDictionary(StringComparer.Ordinal);
        foreach (var (word, count) in CountWords(texts))
        {
            if (count >= settings.WordsFrom && !_standIns.ContainsKey(word))
            {
                Add(_words, word, count);
            }
        }

        _lexicon = [.. _words.Keys.Concat(_standIns.Keys).Order(StringComparer.Ordinal)];
        _tokens = new TokenBuffer(new Lexicon(_lexicon, parts: new WordParts([])));
        var pairs = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            CountOnce(Walk(text).Pairs, pairs);
        }

        foreach (var (pair, count) in pairs)
        {
            if (count >= settings.PairsFrom)
            {
                Add(_pairs, pair, count);
            }
        }
    }

    public int Count => _texts.Count;

    public IReadOnlyDictionary<string, int> Words => _words;

    public IReadOnlyDictionary<string, int> Pairs => _pairs;

    /// <summary>Training texts that have a feature.</summary>
    public int TextsWith(int feature) => _texts[feature];

    /// <summary>The features of a text, one as often as it stands there, and the number of its words.</summary>
    public (int[] Features, int Words) Read(ReadOnlySpan<byte> text)
    {
        var read = Walk(text);
        var features = new List<int>();
        AddKnown(read.Words, _words, features);
        AddKnown(read.Pairs, _pairs, features);
        return ([.. features], _tokens.Tokens.Length);
    }

    // As a ModelReader walks, which adds up what this names; a test holds the two against each other.
    private (List<string> Words, List<string> Pairs) Walk(ReadOnlySpan<byte> text)
    {
        _tokens.Read(text);
        var (words, pairs) = (new List<string>(), new List<string>());
        var previous = "";
        foreach (ref readonly var token in _tokens.Tokens)
        {
            var known = token.Word > 0 ? _lexicon[token.Word - 1] : "";
            var name = _standIns.GetValueOrDefault(known, known);
            if (name.Length > 0)
            {
                words.Add(name);
                if (previous.Length > 0 && !token.NewSentence)
                {
                    pairs.Add($"{previous} {name}");
                }
            }

            previous = name;
        }

        return (words, pairs);
    }

    private static SortedDictionary<string, int> CountWords(IReadOnlyList<byte[]> texts)
    {
        var tokens = new TokenBuffer(new Lexicon([]));
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            tokens.Read(text);
            var words = new List<string>();
            foreach (ref readonly var token in tokens.Tokens)
            {
                if (token.FoldedLength <= Lexicon.LongestWord)
                {
                    words.Add(Encoding.UTF8.GetString(tokens.FoldedOf(token)));
                }
            }

            CountOnce(words, counts);
        }

        return counts;
    }

    private static void CountOnce(List<string> found, SortedDictionary<string, int> counts)
    {
        foreach (var one in found.Distinct(StringComparer.Ordinal))
        {
            counts[one] = counts.GetValueOrDefault(one) + 1;
        }
    }

    private void Add(Dictionary<string, int> to, string feature, int texts)
    {
        to.Add(feature, _texts.Count);
        _texts.Add(texts);
    }

    private static void AddKnown(List<string> found, Dictionary<string, int> numbers, List<int> features)
    {
        foreach (var one in found)
        {
            if (numbers.TryGetValue(one, out var number))
            {
                features.Add(number);
            }
        }
    }
}
