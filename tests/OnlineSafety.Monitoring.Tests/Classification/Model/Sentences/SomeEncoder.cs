using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Sentences;

/// <summary>A small encoder of arbitrary weights, and what a reader of it must say, computed in doubles and by the book.</summary>
internal sealed class SomeEncoder
{
    public static readonly string[] Pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "i", "feel", "so", "alone", "un", "##want", "##ed", "!", "e", "##cole", "'", "m"];

    private readonly Dictionary<string, float[]> _weights = new(StringComparer.Ordinal);
    private readonly Random _random;

    public SomeEncoder(int seed = 7, int layers = 2)
    {
        _random = new Random(seed);
        Shape = new EncoderShape(layers, Width: 16, Heads: 2, Inner: 32, Pieces.Length, Longest: 12, Themes: 3);
        Add("pieces", Pieces.Length * 16);
        Add("places", 12 * 16);
        AddNorm("norm");
        for (var layer = 0; layer < layers; layer++)
        {
            foreach (var (name, inputs, outputs) in Tables)
            {
                Add($"{layer}.{name}", inputs * outputs);
                Add($"{layer}.{name}.bias", outputs);
            }

            AddNorm($"{layer}.mix.norm");
            AddNorm($"{layer}.narrow.norm");
        }

        Add("heads", 4 * 16);
        Add("heads.bias", 4);
        Bytes = EncoderFile.Write(Shape, Pieces, name => _weights[name]);
    }

    public EncoderShape Shape { get; }

    public byte[] Bytes { get; }

    private static IEnumerable<(string Name, int Inputs, int Outputs)> Tables =>
        [("query", 16, 16), ("key", 16, 16), ("value", 16, 16), ("mix", 16, 16), ("widen", 16, 32), ("narrow", 32, 16)];

    /// <summary>Log-odds by theme and for gravity.</summary>
    public double[] Weigh(IReadOnlyList<int> pieces)
    {
        var rows = pieces.Select((piece, place) => Normalise(Row("pieces", piece, 16).Zip(Row("places", place, 16), (p, q) => p + q), "norm")).ToArray();
        for (var layer = 0; layer < Shape.Layers; layer++)
        {
            var (query, key, value) = (Times(rows, $"{layer}.query"), Times(rows, $"{layer}.key"), Times(rows, $"{layer}.value"));
            var mixed = Times([.. rows.Select((_, piece) => Attended(query[piece], key, value))], $"{layer}.mix");
            rows = [.. rows.Select((row, i) => Normalise(row.Zip(mixed[i], (one, more) => one + more), $"{layer}.mix.norm"))];
            var wide = Times(rows, $"{layer}.widen").Select(row => row.Select(Gelu).ToArray()).ToArray();
            var narrow = Times(wide, $"{layer}.narrow");
            rows = [.. rows.Select((row, i) => Normalise(row.Zip(narrow[i], (one, more) => one + more), $"{layer}.narrow.norm"))];
        }

        var mean = Enumerable.Range(0, 16).Select(i => rows.Average(row => row[i])).ToArray();
        return [.. Enumerable.Range(0, 4).Select(head => mean.Zip(Row("heads", head, 16), (one, weight) => one * weight).Sum() + _weights["heads.bias"][head])];
    }

    private double[] Attended(double[] query, double[][] key, double[][] value)
    {
        var mixed = new double[16];
        for (var head = 0; head < 2; head++)
        {
            var scores = key.Select(other => Enumerable.Range(head * 8, 8).Sum(i => query[i] * other[i]) / Math.Sqrt(8)).Select(Math.Exp).ToArray();
            for (var i = head * 8; i < (head + 1) * 8; i++)
            {
                mixed[i] = value.Select((other, piece) => other[i] * scores[piece] / scores.Sum()).Sum();
            }
        }

        return mixed;
    }

    private double[][] Times(double[][] rows, string name)
    {
        var bias = _weights[$"{name}.bias"];
        return [.. rows.Select(row => bias.Select((shift, output) => row.Zip(Row(name, output, row.Length), (one, weight) => one * weight).Sum() + shift).ToArray())];
    }

    private double[] Normalise(IEnumerable<double> values, string name)
    {
        var row = values.ToArray();
        var (mean, weights, shifts) = (row.Average(), _weights[$"{name}.weights"], _weights[$"{name}.shifts"]);
        var spread = Math.Sqrt(row.Average(one => (one - mean) * (one - mean)));
        return [.. row.Select((one, i) => ((one - mean) / spread * weights[i]) + shifts[i])];
    }

    // The share of a normal distribution below x, as a sum of thin slices.
    private static double Gelu(double x)
    {
        var (below, slice) = (0.5, x / 2000);
        for (var i = 0; i < 2000; i++)
        {
            var at = (i + 0.5) * slice;
            below += Math.Exp(-at * at / 2) / Math.Sqrt(2 * Math.PI) * slice;
        }

        return x * below;
    }

    private IEnumerable<double> Row(string name, int row, int width) => _weights[name].Skip(row * width).Take(width).Select(one => (double)one);

    private void Add(string name, int count) => _weights[name] = [.. Enumerable.Range(0, count).Select(_ => (float)((_random.NextDouble() * 2) - 1))];

    private void AddNorm(string name)
    {
        Add($"{name}.weights", 16);
        Add($"{name}.shifts", 16);
    }
}
