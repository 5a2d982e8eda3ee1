namespace OnlineSafety.Monitoring.Classification;

/// <summary>One word of a text: its number in the lexicon (0: unknown) and the bytes of the original text it came from.</summary>
internal struct Token
{
    public int Word;
    public int Start;
    public int End;
    public int Folded;
    public int FoldedLength;

    /// <summary>A sentence ended before it: gaps of a phrase do not reach across.</summary>
    public bool NewSentence;

    /// <summary>A short piece of what may be two words written as one: it counts only as part of a longer phrase ("homo" of "homophone" says nothing).</summary>
    public bool Part;

    /// <summary>A sign of its own, such as an emoji.</summary>
    public bool Sign;
}
