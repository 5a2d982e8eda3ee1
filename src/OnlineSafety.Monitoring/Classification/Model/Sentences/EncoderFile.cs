using System.Runtime.InteropServices;
using System.Text;

namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// An encoder's weights as a file: little-endian; a mark, the shape, the pieces (UTF-8 with a line for each), then all weights in the
/// order in which a text meets them. A table of weights is the scale of each row as a float and then whole numbers of one byte; everything else is floats.
/// </summary>
internal static class EncoderFile
{
    private static ReadOnlySpan<byte> Mark => "OSENC1\n\0"u8;

    private const float LargestWeight = 127;

    /// <summary>Reads a file. Throws <see cref="InvalidDataException"/> for one that is none, is cut, or goes on behind its end.</summary>
    public static SentenceEncoder Read(ReadOnlySpan<byte> file)
    {
        var rest = new Rest(file);
        if (!rest.Bytes(Mark.Length).SequenceEqual(Mark))
        {
            throw new InvalidDataException("The encoder's file is none: it does not begin as one.");
        }

        var shape = new EncoderShape(rest.Number(), rest.Number(), rest.Number(), rest.Number(), rest.Number(), rest.Number(), rest.Number());
        if (!shape.IsSound)
        {
            throw new InvalidDataException($"The encoder's file says a shape that no encoder can have: {shape}.");
        }

        var pieces = rest.Lines(shape.Pieces);
        var scales = rest.Floats(shape.Pieces);
        var encoder = new SentenceEncoder
        {
            Shape = shape,
            Pieces = new WordPieces(pieces),
            PieceScales = scales,
            PieceRows = MemoryMarshal.Cast<byte, sbyte>(rest.Bytes(shape.Pieces * shape.Width)).ToArray(),
            Places = rest.Floats(shape.Longest * shape.Width),
            AfterPieces = rest.Norm(shape),
            Layers = new SentenceEncoder.Layer[shape.Layers],
            Heads = new float[(shape.Themes + 1) * shape.Width],
            HeadBias = new float[shape.Themes + 1],
        };
        for (var i = 0; i < shape.Layers; i++)
        {
            var (width, inner) = (shape.Width, shape.Inner);
            encoder.Layers[i] = new SentenceEncoder.Layer(
                rest.Dense(width, width), rest.Dense(width, width), rest.Dense(width, width), rest.Dense(width, width), rest.Norm(shape),
                rest.Dense(width, inner), rest.Dense(inner, width), rest.Norm(shape));
        }

        rest.Floats(encoder.Heads.Length).CopyTo(encoder.Heads.AsSpan());
        rest.Floats(encoder.HeadBias.Length).CopyTo(encoder.HeadBias.AsSpan());
        return rest.IsEmpty ? encoder : throw new InvalidDataException("The encoder's file goes on behind its end.");
    }

    /// <summary>Writes a file from weights by name, rounding the tables to one byte a weight.</summary>
    /// <param name="shape">Its size.</param>
    /// <param name="pieces">In the order of their numbers.</param>
    /// <param name="weights">
    /// By name, row by row: <c>pieces</c> (by piece), <c>places</c>, <c>norm.weights</c>, <c>norm.shifts</c>; for each layer <c>0.query</c>, <c>0.query.bias</c> and so on for <c>key</c>,
    /// <c>value</c>, <c>mix</c>, <c>widen</c>, <c>narrow</c>, each by output and then input, with <c>0.mix.norm.weights</c>, <c>0.narrow.norm.weights</c> and their shifts; <c>heads</c>, <c>heads.bias</c>.
    /// </param>
    public static byte[] Write(EncoderShape shape, IReadOnlyList<string> pieces, Func<string, float[]> weights)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write(Mark);
        foreach (var number in new[] { shape.Layers, shape.Width, shape.Heads, shape.Inner, shape.Pieces, shape.Longest, shape.Themes })
        {
            writer.Write(number);
        }

        WriteLines(writer, pieces);
        WriteTable(writer, weights("pieces"), shape.Width);
        WriteFloats(writer, weights("places"));
        WriteNorm("norm");
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            foreach (var (name, width) in new[] { ("query", shape.Width), ("key", shape.Width), ("value", shape.Width), ("mix", shape.Width), ("widen", shape.Width), ("narrow", shape.Inner) })
            {
                WriteTable(writer, weights($"{layer}.{name}"), width);
                WriteFloats(writer, weights($"{layer}.{name}.bias"));
                if (name is "mix" or "narrow")
                {
                    WriteNorm($"{layer}.{name}.norm");
                }
            }
        }

        WriteFloats(writer, weights("heads"));
        WriteFloats(writer, weights("heads.bias"));
        writer.Flush();
        return file.ToArray();

        void WriteNorm(string name)
        {
            WriteFloats(writer, weights($"{name}.weights"));
            WriteFloats(writer, weights($"{name}.shifts"));
        }
    }

    private static void WriteLines(BinaryWriter writer, IReadOnlyList<string> lines)
    {
        var text = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        writer.Write(text.Length);
        writer.Write(text);
    }

    private static void WriteFloats(BinaryWriter writer, ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            writer.Write(value);
        }
    }

    private static void WriteTable(BinaryWriter writer, ReadOnlySpan<float> values, int width)
    {
        var whole = new byte[values.Length];
        for (var row = 0; row < values.Length / width; row++)
        {
            var one = values.Slice(row * width, width);
            var largest = 0f;
            foreach (var value in one)
            {
                largest = Math.Max(largest, Math.Abs(value));
            }

            writer.Write(largest / LargestWeight);
            for (var i = 0; i < width; i++)
            {
                whole[(row * width) + i] = (byte)(sbyte)(largest > 0 ? MathF.Round(one[i] / largest * LargestWeight) : 0);
            }
        }

        writer.Write(whole);
    }

    private ref struct Rest(ReadOnlySpan<byte> file)
    {
        private ReadOnlySpan<byte> _file = file;

        public readonly bool IsEmpty => _file.IsEmpty;

        public ReadOnlySpan<byte> Bytes(int count)
        {
            if (count < 0 || count > _file.Length)
            {
                throw new InvalidDataException("The encoder's file is cut.");
            }

            var bytes = _file[..count];
            _file = _file[count..];
            return bytes;
        }

        public int Number() => BitConverter.ToInt32(Bytes(sizeof(int)));

        public float[] Floats(int count) => MemoryMarshal.Cast<byte, float>(Bytes(count * sizeof(float))).ToArray();

        public string[] Lines(int count) => Encoding.UTF8.GetString(Bytes(Number())).Split('\n') is var lines && lines.Length == count
            ? lines
            : throw new InvalidDataException("The encoder's file does not hold as many pieces as it says.");

        public SentenceEncoder.Norm Norm(EncoderShape shape) => new(Floats(shape.Width), Floats(shape.Width));

        public DenseLayer Dense(int inputs, int outputs)
        {
            var scales = Floats(outputs);
            var weights = MemoryMarshal.Cast<byte, sbyte>(Bytes(inputs * outputs));
            return new DenseLayer(weights, scales, Floats(outputs));
        }
    }
}
