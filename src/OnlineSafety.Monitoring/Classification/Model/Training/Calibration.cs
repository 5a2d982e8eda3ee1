namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>What a model that had not seen a case weighed it as.</summary>
/// <param name="Weighed">Log-odds by theme, and of gravity.</param>
/// <param name="Benign">What people say.</param>
/// <param name="Fold">The fold that the case is of.</param>
internal sealed record Unseen(float[] Weighed, bool Benign, int Fold);

/// <summary>Makes probabilities of what models weigh, and the scores from which they are heard.</summary>
internal static class Calibration
{
    private const double Finest = 1000;

    /// <summary>By what log-odds are divided so that the scores of unseen cases are the likeliest: above 1 the model was too sure of itself.</summary>
    public static double Temperature(IReadOnlyList<Unseen> cases)
    {
        var (best, least) = (1.0, double.MaxValue);
        for (var step = 8; step <= 80; step++)
        {
            var temperature = step / 20.0;
            var loss = cases.Sum(one => -Math.Log(Math.Max(one.Benign ? 1 - Score(one, temperature) : Score(one, temperature), 1e-9)));
            (best, least) = loss < least ? (temperature, loss) : (best, least);
        }

        return best;
    }

    /// <summary>Probability that a case is of some theme.</summary>
    public static double Score(Unseen one, double temperature)
    {
        Span<float> weighed = stackalloc float[one.Weighed.Length - 1];
        for (var i = 0; i < weighed.Length; i++)
        {
            weighed[i] = (float)(one.Weighed[i] / temperature);
        }

        Logistic.Softmax(weighed);
        return 1 - weighed[LearnedModel.Benign];
    }

    /// <summary>Probability that a case is grave.</summary>
    public static double Gravity(Unseen one, double temperature) => Logistic.Probability(one.Weighed[^1] / temperature);

    /// <summary>The least score, in thousandths, that at most a share of the benign cases reach.</summary>
    public static double Threshold(IEnumerable<Unseen> cases, Func<Unseen, double> score, double share)
    {
        double[] scores = [.. cases.Where(c => c.Benign).Select(score).OrderDescending()];
        var allowed = (int)(scores.Length * share);
        var above = allowed < scores.Length ? scores[allowed] : 0;
        return Math.Clamp((Math.Floor(above * Finest) + 1) / Finest, 0.5, 1 - (1 / Finest));
    }
}
