namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>
/// Probabilities of weighed sums. Its exponential is made of additions and multiplications alone, which every processor rounds alike:
/// a library's may differ in the last bit from machine to machine, and then the same cases would train another model.
/// </summary>
internal static class Logistic
{
    private const double Ln2 = 0.693147180559945309417;

    // Beyond it a probability is 0 or 1 to any reader.
    private const double Largest = 40;

    /// <summary>e to the power of <paramref name="value"/>, which is kept within +-40.</summary>
    public static double Exp(double value)
    {
        value = Math.Clamp(value, -Largest, Largest);
        var twos = Math.Round(value / Ln2);
        var rest = value - (twos * Ln2);

        // The rest is at most 0.35: twelve terms of the series are exact to the last digits of a double.
        var sum = 1.0;
        for (var term = 12; term > 0; term--)
        {
            sum = 1 + (sum * rest / term);
        }

        return sum * BitConverter.Int64BitsToDouble((long)(1023 + twos) << 52);
    }

    /// <summary>The probability of log-odds.</summary>
    public static double Probability(double weighed) => 1 / (1 + Exp(-weighed));

    /// <summary>Turns weighed sums into probabilities that add up to 1.</summary>
    public static void Softmax(Span<float> values)
    {
        var most = values[0];
        foreach (var value in values)
        {
            most = Math.Max(most, value);
        }

        var total = 0.0;
        for (var i = 0; i < values.Length; i++)
        {
            var weight = Exp(values[i] - most);
            values[i] = (float)weight;
            total += weight;
        }

        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(values[i] / total);
        }
    }
}
