namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// Reads a text as a whole where the table of words finds it out of the ordinary, and lets both judge together. Reusable scratch of one worker, not thread-safe.
/// </summary>
internal sealed class SentenceVoice
{
    private readonly LearnedModel _model;
    private readonly SentenceFile _settings;
    private readonly ModelReader _words;
    private readonly Lazy<SentenceReader> _reader;
    private readonly Lazy<SentenceMemo> _memo = new(() => new SentenceMemo(), LazyThreadSafetyMode.None);
    private readonly float[] _weighed;
    private readonly float[] _both;
    private readonly PlainText _plain;

    // What the reader read last: whoever explains a verdict mostly asks at once.
    private byte[] _last = [];

    public SentenceVoice(LearnedModel model, LearnedSentences sentences, ModelReader words)
    {
        (_model, _settings, _words) = (model, sentences.Settings, words);
        _reader = new Lazy<SentenceReader>(() => new SentenceReader(sentences.Encoder), LazyThreadSafetyMode.None);
        (_weighed, _both) = (new float[model.Themes.Length + 1], new float[model.Themes.Length + 1]);
        _plain = new PlainText(model.Words);
    }

    // The cases to learn from have no more.
    private const int Longest = 40;

    /// <summary>Whether a text of so many words is a sentence: two words by themselves say too little, and a long text too much at once.</summary>
    public static bool IsSentence(int words) => words is > 2 and <= Longest;

    /// <summary>What both say of a sentence that the table finds out of the ordinary; of a text that is none the table speaks alone.</summary>
    public Verdict Read(ReadOnlySpan<byte> text)
    {
        if (!IsSentence(_words.Weigh(text, _weighed)))
        {
            return _words.ReadWeighed(_weighed);
        }

        _weighed.CopyTo(_both.AsSpan());
        return ModelReader.Score(_both.AsSpan(.._model.Themes.Length), _settings.Ask) < _settings.Ask ? Verdict.Silent : _memo.Value.Of(text, this, static (voice, asked) => voice.Judge(asked));
    }

    /// <summary>What each word of a text weighs for a theme and against benign, in log-odds of both together; none where the table of words speaks alone.</summary>
    public IReadOnlyList<WordWeight> WordsOf(ReadOnlySpan<byte> text, int theme)
    {
        if (!IsSentence(_words.Weigh(text, _weighed)))
        {
            return [];
        }

        var reader = _reader.Value;
        if (!text.SequenceEqual(_last))
        {
            Weigh(text);
        }

        var words = new List<WordWeight>();
        for (var i = 0; i < reader.Pieces.Length; i++)
        {
            var piece = reader.Pieces[i];
            var weight = (float)((reader.WeightOf(i, theme) - reader.WeightOf(i, LearnedModel.Benign)) / _settings.Temperature);
            var (start, end) = _plain.OriginOf(piece.Start, piece.End);
            if (words.Count > 0 && words[^1].Start == start && words[^1].End == end)
            {
                words[^1] = words[^1] with { Weight = words[^1].Weight + weight };
            }
            else
            {
                words.Add(new WordWeight(start, end, weight));
            }
        }

        return words;
    }

    // Of the text whose words the table weighed last.
    private void Weigh(ReadOnlySpan<byte> text)
    {
        _last = [];
        _reader.Value.Weigh(_plain.Of(text, _words.Tokens), _both);
        _last = text.ToArray();
    }

    /// <summary>By what the table's own weights count beside these.</summary>
    public float WordsShare => (float)(_settings.Recipe.WordsShare / _settings.Temperature);

    /// <summary>What a text weighs to both: by theme and for gravity, in log-odds.</summary>
    private static void Together(ReadOnlySpan<float> words, Span<float> sentence, SentenceFile settings)
    {
        for (var i = 0; i < sentence.Length; i++)
        {
            sentence[i] = (float)((sentence[i] + (words[i] * settings.Recipe.WordsShare)) / settings.Temperature);
        }
    }

    private Verdict Judge(ReadOnlySpan<byte> text)
    {
        Weigh(text);
        Together(_weighed, _both, _settings);
        var themes = _both.AsSpan(.._model.Themes.Length);
        var likeliest = ModelReader.Likeliest(themes);
        var score = ModelReader.Score(themes, least: 0);
        if (score < _settings.Agree)
        {
            return Verdict.Silent;
        }

        var gravity = Logistic.Probability(_both[^1]);
        var opensHigh = score >= _settings.OpenHigh && gravity >= _settings.LeastGravity;
        return new Verdict(_model.Themes[likeliest], score, gravity, gravity >= _settings.Raise, opensHigh || score >= _settings.Open, opensHigh);
    }
}

/// <summary>What a word of a text weighs.</summary>
/// <param name="Start">Where it begins, in bytes.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Weight">In log-odds.</param>
internal readonly record struct WordWeight(int Start, int End, float Weight);
