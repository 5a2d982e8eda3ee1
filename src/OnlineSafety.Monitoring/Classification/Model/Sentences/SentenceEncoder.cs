namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>
/// A small transformer (BERT's shape) that reads a sentence as a whole, so that it understands wordings which no table of words holds. Its weights alone, as
/// <see cref="EncoderFile"/> reads them: immutable and thread-safe, shared by all workers; <see cref="SentenceReader"/> reads with it.
/// </summary>
internal sealed class SentenceEncoder
{
    public required EncoderShape Shape { get; init; }

    public required WordPieces Pieces { get; init; }

    /// <summary>By piece: its numbers in units of <see cref="PieceScales"/>.</summary>
    public required sbyte[] PieceRows { get; init; }

    public required float[] PieceScales { get; init; }

    /// <summary>By place in the text.</summary>
    public required float[] Places { get; init; }

    public required Norm AfterPieces { get; init; }

    public required Layer[] Layers { get; init; }

    /// <summary>By theme, <c>none</c> first, and behind the last for gravity: weights of what a text is.</summary>
    public required float[] Heads { get; init; }

    public required float[] HeadBias { get; init; }

    /// <summary>LayerNorm's weights and shifts.</summary>
    internal sealed record Norm(float[] Weights, float[] Shifts);

    /// <summary>One layer: pieces look at each other, then each is thought over by itself.</summary>
    internal sealed record Layer(DenseLayer Query, DenseLayer Key, DenseLayer Value, DenseLayer Mix, Norm AfterMix, DenseLayer Widen, DenseLayer Narrow, Norm AfterNarrow);
}
