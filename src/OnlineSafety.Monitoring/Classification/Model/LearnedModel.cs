using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>
/// The learned voice, compiled. Its table of words is a small linear model: for each word and pair of words a row of weights, one a theme and one for gravity. What a text weighs is the sum of its rows.
/// Immutable and thread-safe: all workers share one.
/// </summary>
internal sealed class LearnedModel
{
    /// <summary>Weights of a row: room for <c>none</c>, 30 themes and gravity, so that rows are added as whole vectors.</summary>
    public const int Lanes = 32;

    /// <summary>Place of "benign" among the themes.</summary>
    public const int Benign = 0;

    /// <summary>Of one feature, either way.</summary>
    public const int LargestWeight = 127;

    private readonly int[] _wordRows;
    private readonly int[] _meanings;
    private readonly short[] _rows;
    private readonly string[] _names;

    private LearnedModel(LearnedModelFile file, LearnedSentences? sentences, int[] themes, IReadOnlyList<string> words, RowBuilder rows)
    {
        (Id, Version, Themes) = (file.Model, $"{file.Model}@{file.Version}", themes);
        (Sentences, Version) = (sentences, sentences is null ? Version : $"{Version} with {sentences.Version}");
        (Agree, Raise, Open, OpenHigh, Unit) = (file.Agree, file.Raise, file.Open, file.OpenHigh, file.Unit);
        TrainedOn = [.. file.Training.Files.Select(f => f.Sha256)];
        Bias = [.. file.Bias.Select(units => (float)(units * file.Unit))];
        Words = new Lexicon(words, parts: new WordParts([]));
        (_wordRows, _meanings, _names) = (new int[words.Count + 1], new int[words.Count + 1], new string[words.Count + 1]);
        var standIns = file.StandIns.SelectMany(s => s.Value.Select(member => (member, s.Key))).ToDictionary(StringComparer.Ordinal);
        var meanings = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var number = 1; number <= words.Count; number++)
        {
            var name = standIns.GetValueOrDefault(words[number - 1], words[number - 1]);
            meanings.TryAdd(name, number);
            (_names[number], _meanings[number]) = (name, meanings[name]);
        }

        for (var number = 1; number <= words.Count; number++)
        {
            _wordRows[number] = file.Words.TryGetValue(words[number - 1], out var weights) ? rows.Add(weights) : 0;
        }

        Pairs = new FeatureTable([.. file.Pairs.Select(p => KeyValuePair.Create(Pair(p.Key, meanings), rows.Add(p.Value)))]);
        _rows = rows.ToArray();
    }

    public string Id { get; }

    /// <summary>Id and version, as reasons name it.</summary>
    public string Version { get; }

    /// <summary>What reads as a whole the texts that the table finds out of the ordinary; null where there is none.</summary>
    public LearnedSentences? Sentences { get; }

    /// <summary>By place in a row: the place in the taxonomy; -1 for <see cref="Benign"/>.</summary>
    public int[] Themes { get; }

    public double Agree { get; }

    public double Raise { get; }

    public double Open { get; }

    public double OpenHigh { get; }

    public double Unit { get; }

    public float[] Bias { get; }

    /// <summary>SHA-256 of each file of cases that it was trained on.</summary>
    public IReadOnlyList<string> TrainedOn { get; }

    /// <summary>Every word that has a meaning here, so that a <see cref="TokenBuffer"/> undoes disguises of these.</summary>
    public Lexicon Words { get; }

    public FeatureTable Pairs { get; }

    /// <summary>The row of a word of <see cref="Words"/>; 0, which weighs nothing, for one that counts only in pairs.</summary>
    public int RowOf(int word) => _wordRows[word];

    /// <summary>What <see cref="Pairs"/> knows two words as, one after the other; both must be of <see cref="Words"/>.</summary>
    public ulong PairOf(int first, int second) => Key(_meanings[first], _meanings[second]);

    /// <summary>The word, or the name of what stands for it.</summary>
    public string NameOf(int word) => _names[word];

    /// <summary>The weights of a row.</summary>
    public ReadOnlySpan<short> Row(int row) => _rows.AsSpan(row * Lanes, Lanes);

    /// <summary>Compiles a file; null when something is wrong with it, which goes to <paramref name="errors"/> with its place.</summary>
    public static LearnedModel? Parse(string name, ReadOnlyMemory<byte> json, Taxonomy taxonomy, RuleErrors errors, LearnedSentences? sentences = null) =>
        RuleJson.Read<LearnedModelFile>(name, json, errors) is { } file ? Compile(name, file, taxonomy, errors, sentences) : null;

    /// <summary>Compiles what was read, as <see cref="Parse"/> does.</summary>
    public static LearnedModel? Compile(string name, LearnedModelFile file, Taxonomy taxonomy, RuleErrors errors, LearnedSentences? sentences = null)
    {
        var check = new LearnedModelCheck(file, taxonomy, errors, name);
        sentences?.Check(file, errors);
        return check.Passes(out var themes) ? new LearnedModel(file, sentences, themes, WordsOf(file), new RowBuilder()) : null;
    }

    /// <summary>Every word of a file, in the order of their numbers: those with weights, those in pairs, and those that others stand for.</summary>
    public static List<string> WordsOf(LearnedModelFile file)
    {
        var words = new SortedSet<string>(file.Words.Keys, StringComparer.Ordinal);
        words.UnionWith(file.Pairs.Keys.SelectMany(pair => pair.Split(' ')).Where(word => !file.StandIns.ContainsKey(word)));
        words.UnionWith(file.StandIns.Values.SelectMany(members => members));
        return [.. words];
    }

    /// <summary>Whether a weight can be held.</summary>
    public static bool Holds(int weight) => Math.Abs(weight) <= LargestWeight;

    private static ulong Pair(string words, Dictionary<string, int> meanings)
    {
        var space = words.IndexOf(' ', StringComparison.Ordinal);
        return Key(meanings[words[..space]], meanings[words[(space + 1)..]]);
    }

    private static ulong Key(int first, int second) => ((ulong)(uint)first << 32) | (uint)second;

    /// <summary>Lays rows one behind the other; the first weighs nothing.</summary>
    private sealed class RowBuilder
    {
        private readonly List<short> _rows = [.. new short[Lanes]];

        /// <param name="weights">Place and weight, place and weight ...</param>
        public int Add(int[] weights)
        {
            var row = _rows.Count;
            _rows.AddRange(new short[Lanes]);
            for (var i = 0; i < weights.Length; i += 2)
            {
                _rows[row + weights[i]] += (short)weights[i + 1];
            }

            return row / Lanes;
        }

        public short[] ToArray() => [.. _rows];
    }
}
