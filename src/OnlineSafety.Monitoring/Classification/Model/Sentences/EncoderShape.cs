namespace OnlineSafety.Monitoring.Classification.Model.Sentences;

/// <summary>How large an encoder is.</summary>
/// <param name="Layers">Layers, one behind the other.</param>
/// <param name="Width">Numbers that stand for a piece; whole vectors of 16.</param>
/// <param name="Heads">Parts of these that look at other pieces by themselves; whole vectors of 8.</param>
/// <param name="Inner">Numbers between the two halves of a layer; whole vectors of 16.</param>
/// <param name="Pieces">Pieces of words that it knows.</param>
/// <param name="Longest">Pieces of a text that it reads.</param>
/// <param name="Themes"><c>none</c> and the themes.</param>
internal sealed record EncoderShape(int Layers, int Width, int Heads, int Inner, int Pieces, int Longest, int Themes)
{
    /// <summary>Numbers of one head.</summary>
    public int HeadWidth => Width / Heads;

    /// <summary>Whether an encoder can be made of it.</summary>
    public bool IsSound =>
        Layers is > 0 and <= 24 && Width is > 0 and <= 2048 && Inner is > 0 and <= 8192 && Heads > 0 && Longest is > 2 and <= 512 && Pieces is > 3 and <= 1_000_000
        && Themes is > 1 and < LearnedModel.Lanes && Width % DenseLayer.Panel == 0 && Inner % DenseLayer.Panel == 0 && Width % Heads == 0 && HeadWidth % 8 == 0;
}
