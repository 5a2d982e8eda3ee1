using System.Runtime.CompilerServices;

namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// Reads texts with an encoder: some milliseconds for a text of a line. Reusable scratch of one worker, not thread-safe. The same text gives the same numbers on
/// every machine.
/// </summary>
internal sealed class SentenceReader
{
    private readonly SentenceEncoder _encoder;
    private readonly EncoderShape _shape;
    private readonly Piece[] _pieces;
    private readonly float[] _rows;
    private readonly float[] _query;
    private readonly float[] _key;
    private readonly float[] _value;
    private readonly float[] _mixed;
    private readonly float[] _inner;
    private readonly short[] _rounded;
    private readonly float[] _scales;
    private readonly float[] _shares;
    private int _count;

    public SentenceReader(SentenceEncoder encoder)
    {
        (_encoder, _shape) = (encoder, encoder.Shape);
        var rows = (_shape.Longest + DenseLayer.Block - 1) / DenseLayer.Block * DenseLayer.Block;
        _pieces = new Piece[_shape.Longest];
        (_rows, _query, _key) = (new float[rows * _shape.Width], new float[rows * _shape.Width], new float[rows * _shape.Width]);
        (_value, _mixed) = (new float[rows * _shape.Width], new float[rows * _shape.Width]);
        _inner = new float[rows * _shape.Inner];
        _rounded = new short[rows * Math.Max(_shape.Inner, _shape.Width)];
        (_scales, _shares) = (new float[rows], new float[rows + 8]);
    }

    /// <summary>Pieces of the text last read, with the marks of its start and end.</summary>
    public ReadOnlySpan<Piece> Pieces => _pieces.AsSpan(0, _count);

    /// <summary>What a text weighs for each theme and for gravity, in log-odds.</summary>
    public void Weigh(ReadOnlySpan<byte> text, Span<float> weighed)
    {
        _count = _encoder.Pieces.Read(text, _pieces);
        Embed();
        foreach (var layer in _encoder.Layers)
        {
            Attend(layer);
            Think(layer);
        }

        for (var head = 0; head <= _shape.Themes; head++)
        {
            weighed[head] = _encoder.HeadBias[head];
            for (var piece = 0; piece < _count; piece++)
            {
                weighed[head] += WeightOf(piece, head);
            }
        }
    }

    /// <summary>What a piece of the text last read weighs for a theme, or for gravity: with the bias, these add up to what <see cref="Weigh"/> says.</summary>
    public float WeightOf(int piece, int head) => Lanes.Dot(Row(_rows, piece), _encoder.Heads.AsSpan(head * _shape.Width, _shape.Width)) / _count;

    private int Rows => (_count + DenseLayer.Block - 1) / DenseLayer.Block * DenseLayer.Block;

    private Span<float> Row(float[] rows, int piece) => rows.AsSpan(piece * _shape.Width, _shape.Width);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Embed()
    {
        _rows.AsSpan(0, Rows * _shape.Width).Clear();
        for (var piece = 0; piece < _count; piece++)
        {
            var row = Row(_rows, piece);
            var number = _pieces[piece].Number;
            var scale = _encoder.PieceScales[number];
            var units = _encoder.PieceRows.AsSpan(number * _shape.Width, _shape.Width);
            var place = _encoder.Places.AsSpan(piece * _shape.Width, _shape.Width);
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = (units[i] * scale) + place[i];
            }

            Lanes.Normalise(row, _encoder.AfterPieces.Weights, _encoder.AfterPieces.Shifts);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Attend(SentenceEncoder.Layer layer)
    {
        Round(_rows, _shape.Width);
        Multiply(layer.Query, _query);
        Multiply(layer.Key, _key);
        Multiply(layer.Value, _value);
        _mixed.AsSpan(0, Rows * _shape.Width).Clear();
        var shares = _shares.AsSpan(0, (_count + 7) / 8 * 8);
        var root = MathF.Sqrt(_shape.HeadWidth);
        for (var head = 0; head < _shape.Heads; head++)
        {
            var part = new Range(head * _shape.HeadWidth, (head + 1) * _shape.HeadWidth);
            for (var piece = 0; piece < _count; piece++)
            {
                shares[_count..].Fill(Lanes.Nothing);
                for (var other = 0; other < _count; other++)
                {
                    shares[other] = Lanes.Dot(Row(_query, piece)[part], Row(_key, other)[part]) / root;
                }

                Lanes.Share(shares);
                for (var other = 0; other < _count; other++)
                {
                    Lanes.Add(Row(_value, other)[part], shares[other], Row(_mixed, piece)[part]);
                }
            }
        }

        Round(_mixed, _shape.Width);
        Multiply(layer.Mix, _query);
        Fold(_query, layer.AfterMix);
    }

    private void Think(SentenceEncoder.Layer layer)
    {
        Round(_rows, _shape.Width);
        Multiply(layer.Widen, _inner);
        Lanes.Gelu(_inner.AsSpan(0, Rows * _shape.Inner));
        Round(_inner, _shape.Inner);
        Multiply(layer.Narrow, _query);
        Fold(_query, layer.AfterNarrow);
    }

    private void Fold(float[] more, SentenceEncoder.Norm norm)
    {
        for (var piece = 0; piece < _count; piece++)
        {
            Lanes.Add(Row(more, piece), 1, Row(_rows, piece));
            Lanes.Normalise(Row(_rows, piece), norm.Weights, norm.Shifts);
        }
    }

    private void Round(float[] rows, int width) => DenseLayer.Round(rows.AsSpan(0, Rows * width), width, _rounded, _scales);

    private void Multiply(DenseLayer layer, float[] outputs) => layer.Multiply(_rounded, _scales.AsSpan(0, Rows), outputs);
}
