namespace OnlineSafety.Monitoring.Benchmarks.Speed;

/// <summary>The figures of one round by name.</summary>
internal sealed class Figures : Dictionary<string, double>
{
    public Figures()
        : base(StringComparer.Ordinal)
    {
    }

    public double? Find(string name) => TryGetValue(name, out var value) ? value : null;
}

/// <summary>What the rounds say together.</summary>
internal sealed class Rounds(IReadOnlyList<Figures> all)
{
    public IReadOnlyList<Figures> All { get; } = all;

    public double? Median(string name) => MedianOf(figures => figures.Find(name));

    /// <summary>Median of the ratios inside each round: the machine's own speed changes between rounds.</summary>
    public double? Ratio(string name, string to) => MedianOf(figures => figures.Find(name) / figures.Find(to));

    public double? MedianOf(Func<Figures, double?> figure)
    {
        var values = All.Select(figure).OfType<double>().Order().ToList();
        return values.Count == 0 ? null : (values[(values.Count - 1) / 2] + values[values.Count / 2]) / 2;
    }

    /// <summary>The worst of all rounds.</summary>
    public double? Highest(string name) => All.Max(figures => figures.Find(name));

    /// <summary>The worst of every figure whose name ends so.</summary>
    public double? HighestEnding(string ending) =>
        All.SelectMany(figures => figures).Where(figure => figure.Key.EndsWith(ending, StringComparison.Ordinal)).Max(figure => (double?)figure.Value);
}

internal static class Percentile
{
    public static double Of(double[] values, double part)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[(int)((sorted.Length - 1) * part)];
    }
}
