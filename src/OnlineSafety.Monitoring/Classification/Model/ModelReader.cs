using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>
/// Reads texts with a model; reusable scratch of one worker, not thread-safe, and reading allocates nothing. A text longer than those that the model
/// was trained on is read in overlapping stretches, and the surest decides; in so many words chance finds something, so there it opens nothing.
/// </summary>
internal sealed class ModelReader(LearnedModel model)
{
    /// <summary>Words of a stretch: of a longer text the surest stretch is heard, and opens nothing.</summary>
    public const int Stretch = 2 * Half;

    private const int Half = 32;

    // A text of very few words is no surer than one of these.
    private const int FewWords = 4;

    // Other themes add to the probability of the likeliest at most this much: the logarithm of their number.
    private const double Others = 3.5;

    private readonly TokenBuffer _tokens = new(model.Words);
    private readonly int _themes = model.Themes.Length;

    /// <summary>The words of the text last read.</summary>
    public ReadOnlySpan<Token> Tokens => _tokens.Tokens;

    /// <summary>What the model says of a text.</summary>
    public Verdict Read(ReadOnlySpan<byte> text)
    {
        Span<float> weighed = stackalloc float[LearnedModel.Lanes];
        Weigh(text, weighed);
        return ReadWeighed(weighed);
    }

    /// <summary>What the whole text weighs for each theme and for gravity, in log-odds, as one stretch.</summary>
    /// <returns>How many words it has.</returns>
    public int Weigh(ReadOnlySpan<byte> text, Span<float> weighed)
    {
        _tokens.Read(text);
        Span<int> sums = stackalloc int[LearnedModel.Lanes];
        sums.Clear();
        AddRows(0, _tokens.Tokens.Length, sums);
        Weigh(default, sums, _tokens.Tokens.Length, weighed);
        return _tokens.Tokens.Length;
    }

    /// <summary>What the model says of the text weighed last.</summary>
    /// <param name="weighed">What that weighs; of no use afterwards.</param>
    public Verdict ReadWeighed(Span<float> weighed)
    {
        var count = _tokens.Tokens.Length;
        if (count == 0)
        {
            return Verdict.Silent;
        }

        if (count <= Stretch)
        {
            return Surer(Verdict.Silent, weighed, mayOpen: true);
        }

        var best = Verdict.Silent;
        Span<int> before = stackalloc int[LearnedModel.Lanes];
        Span<int> sums = stackalloc int[LearnedModel.Lanes];
        before.Clear();
        for (var from = 0; from < count; from += Half)
        {
            var to = Math.Min(from + Half, count);
            sums.Clear();
            AddRows(from, to, sums);
            if (from > 0)
            {
                Weigh(before, sums, to - from + Half, weighed);
                best = Surer(best, weighed, mayOpen: false);
            }

            sums.CopyTo(before);
        }

        return best;
    }

    private Verdict Surer(Verdict best, Span<float> weighed, bool mayOpen)
    {
        var verdict = Judge(weighed[.._themes], weighed[_themes], mayOpen);
        return verdict.Score > best.Score ? verdict : best;
    }

    /// <summary>The place of the theme that weighs most; never benign.</summary>
    public static int Likeliest(ReadOnlySpan<float> themes)
    {
        var likeliest = LearnedModel.Benign + 1;
        for (var i = likeliest + 1; i < themes.Length; i++)
        {
            likeliest = themes[i] > themes[likeliest] ? i : likeliest;
        }

        return likeliest;
    }

    /// <summary>Probability that a text is not benign; 0 where a glance tells that it is below <paramref name="least"/>.</summary>
    /// <param name="themes">What it weighs; probabilities afterwards.</param>
    /// <param name="least">0: no glance is enough.</param>
    public static double Score(Span<float> themes, double least)
    {
        if (least > 0 && themes[Likeliest(themes)] - themes[LearnedModel.Benign] < Math.Log(least / (1 - Math.Min(least, 0.999))) - Others)
        {
            return 0;
        }

        Logistic.Softmax(themes);
        return 1 - themes[LearnedModel.Benign];
    }

    /// <summary>By what a sum counts in a text of so many words: long texts have more of everything.</summary>
    public static float ShareOf(int words) => (float)(1 / Math.Sqrt(Math.Max(words, FewWords)));

    private void AddRows(int from, int to, Span<int> sums)
    {
        var tokens = _tokens.Tokens;
        var previous = from > 0 ? tokens[from - 1].Word : 0;
        for (var i = from; i < to; i++)
        {
            ref readonly var token = ref tokens[i];
            if (token.Word != 0)
            {
                Add(model.RowOf(token.Word), sums);
                if (previous != 0 && !token.NewSentence)
                {
                    Add(model.Pairs.Find(model.PairOf(previous, token.Word)), sums);
                }
            }

            previous = token.Word;
        }
    }

    private void Add(int row, Span<int> sums)
    {
        if (row == 0)
        {
            return;
        }

        ref var weights = ref MemoryMarshal.GetReference(model.Row(row));
        ref var sum = ref MemoryMarshal.GetReference(sums);
        for (nuint at = 0; at < LearnedModel.Lanes; at += (nuint)Vector256<short>.Count)
        {
            var (low, high) = Vector256.Widen(Vector256.LoadUnsafe(ref weights, at));
            (Vector256.LoadUnsafe(ref sum, at) + low).StoreUnsafe(ref sum, at);
            (Vector256.LoadUnsafe(ref sum, at + 8) + high).StoreUnsafe(ref sum, at + 8);
        }
    }

    private void Weigh(ReadOnlySpan<int> before, ReadOnlySpan<int> sums, int words, Span<float> weighed)
    {
        var unit = (float)model.Unit * ShareOf(words);
        for (var i = 0; i <= _themes; i++)
        {
            weighed[i] = ((sums[i] + (before.Length > 0 ? before[i] : 0)) * unit) + model.Bias[i];
        }
    }

    private Verdict Judge(Span<float> weighed, float gravity, bool mayOpen)
    {
        var likeliest = Likeliest(weighed);
        var score = Score(weighed, model.Agree);
        if (score < model.Agree)
        {
            return Verdict.Silent;
        }

        var grave = Logistic.Probability(gravity);
        var opensHigh = mayOpen && grave >= model.OpenHigh;
        return new Verdict(model.Themes[likeliest], score, grave, grave >= model.Raise, opensHigh || (mayOpen && score >= model.Open), opensHigh);
    }
}
