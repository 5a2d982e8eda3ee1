namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>What a model says of one text.</summary>
/// <param name="Theme">Place in the taxonomy of the likeliest theme; -1 when the model says nothing.</param>
/// <param name="Score">Probability, 0 to 1, that the text is of some theme and not benign.</param>
/// <param name="Raises">Surely enough that what a rule says may rise to high.</param>
/// <param name="Opens">So surely that it opens a review alone.</param>
internal readonly record struct Verdict(int Theme, double Score, bool Raises, bool Opens)
{
    public static Verdict Silent { get; } = new(-1, 0, false, false);

    public bool Speaks => Theme >= 0;
}
