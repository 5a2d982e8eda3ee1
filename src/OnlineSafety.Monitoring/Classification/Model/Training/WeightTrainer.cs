using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>A text to learn from.</summary>
/// <param name="Features">Its features, as often as they stand in it.</param>
/// <param name="Share">By what each counts: the root of its words.</param>
/// <param name="Theme">Place of its theme.</param>
/// <param name="Grave">Whether it asks for high or critical.</param>
/// <param name="Importance">How much an error on it costs.</param>
internal sealed record Example(int[] Features, float Share, int Theme, bool Grave, float Importance);

/// <summary>
/// Multinomial logistic regression by AdaGrad, one case at a time, in an order that the seed gives, and a plain one for gravity beside it. Single-threaded, of additions,
/// multiplications, divisions and roots alone: the same cases give the same weights, bit for bit, wherever it runs.
/// </summary>
internal sealed class WeightTrainer
{
    private const int Lanes = LearnedModel.Lanes;
    private const float Smallest = 1e-8f;

    private readonly RecipeSettings _settings;
    private readonly float[] _penalties;
    private readonly float[] _weights;
    private readonly float[] _squares;
    private readonly float[] _bias = new float[Lanes];
    private readonly int _themes;
    private ulong _order;
    private float _biasSquares;

    public WeightTrainer(FeatureSpace space, RecipeSettings settings, int themes)
    {
        (_settings, _themes, _order) = (settings, themes, (ulong)settings.Seed);
        _weights = new float[space.Count * Lanes];
        _squares = new float[space.Count];

        // A feature meets its penalty once in each text that has it, and has paid it whole after all.
        _penalties = [.. Enumerable.Range(0, space.Count).Select(f => (float)(settings.L2 / space.TextsWith(f)))];
    }

    /// <summary>By place of the theme; behind the last stands gravity.</summary>
    public ReadOnlySpan<float> Bias => _bias.AsSpan(0, _themes + 1);

    /// <summary>What a feature adds for a theme, or for gravity, in a text whose share is 1.</summary>
    public float WeightOf(int feature, int theme) => _weights[(feature * Lanes) + theme];

    public void Train(IReadOnlyList<Example> examples)
    {
        int[] order = [.. Enumerable.Range(0, examples.Count)];
        for (var epoch = 0; epoch < _settings.Epochs; epoch++)
        {
            Shuffle(order);
            foreach (var number in order)
            {
                Learn(examples[number]);
            }
        }
    }

    private void Learn(Example example)
    {
        Span<float> errors = stackalloc float[Lanes];
        _bias.CopyTo(errors);
        foreach (var feature in example.Features)
        {
            AddScaled(_weights.AsSpan(feature * Lanes, Lanes), example.Share, errors);
        }

        var gravity = Logistic.Probability(errors[_themes]);
        Logistic.Softmax(errors[.._themes]);
        errors[example.Theme] -= 1;
        errors[_themes..].Clear();
        errors[_themes] = (float)gravity - (example.Grave ? 1 : 0);
        foreach (ref var error in errors)
        {
            error *= example.Importance;
        }

        foreach (var feature in example.Features)
        {
            Correct(feature, errors, example.Share);
        }

        Correct(_bias, errors, 1, 0, ref _biasSquares);
    }

    private void Correct(int feature, ReadOnlySpan<float> errors, float value) =>
        Correct(_weights.AsSpan(feature * Lanes, Lanes), errors, value, _penalties[feature], ref _squares[feature]);

    // One rate a row, not one a weight: rare themes are not learned faster than common ones from the same text.
    private void Correct(Span<float> row, ReadOnlySpan<float> errors, float value, float penalty, ref float squares)
    {
        Span<float> slope = stackalloc float[Lanes];
        errors.CopyTo(slope);
        var total = 0f;
        for (var i = 0; i < Lanes; i++)
        {
            slope[i] = (slope[i] * value) + (penalty * row[i]);
            total += slope[i] * slope[i];
        }

        squares += total;
        AddScaled(slope, -(float)_settings.Rate / MathF.Sqrt(squares + Smallest), row);
    }

    private static void AddScaled(ReadOnlySpan<float> from, float scale, Span<float> to)
    {
        ref var source = ref MemoryMarshal.GetReference(from);
        ref var target = ref MemoryMarshal.GetReference(to);
        for (nuint at = 0; at < Lanes; at += (nuint)Vector256<float>.Count)
        {
            (Vector256.LoadUnsafe(ref target, at) + (Vector256.LoadUnsafe(ref source, at) * Vector256.Create(scale))).StoreUnsafe(ref target, at);
        }
    }

    // Fisher and Yates, by a linear congruential generator (Knuth's constants): enough to mix cases that stand sorted by theme.
    private void Shuffle(int[] order)
    {
        for (var last = order.Length - 1; last > 0; last--)
        {
            _order = (_order * 6364136223846793005) + 1442695040888963407;
            var other = (int)((_order >> 33) % (ulong)(last + 1));
            (order[last], order[other]) = (order[other], order[last]);
        }
    }
}
