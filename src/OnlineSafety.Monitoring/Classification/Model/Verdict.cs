namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>What a model says of one text.</summary>
/// <param name="Theme">Place in the taxonomy of the likeliest theme; -1 when the model says nothing.</param>
/// <param name="Score">Probability, 0 to 1, that the text is of some theme and not benign.</param>
/// <param name="Gravity">Probability, 0 to 1, that a person should see it the same day.</param>
/// <param name="Raises">So surely grave that what a rule says may rise to high.</param>
/// <param name="Opens">So surely of some theme that it opens a review alone.</param>
/// <param name="OpensHigh">So surely grave that it does so at high.</param>
internal readonly record struct Verdict(int Theme, double Score, double Gravity, bool Raises, bool Opens, bool OpensHigh)
{
    public static Verdict Silent { get; } = new(-1, 0, 0, false, false, false);

    /// <summary>More likely grave than not.</summary>
    public bool Grave => Gravity > 0.5;

    public bool Speaks => Theme >= 0;
}
