namespace OnlineSafety.Monitoring.Classification;

/// <summary>What a folded word is made of.</summary>
[Flags]
internal enum WordTraits
{
    None = 0,
    Letters = 1,
    Digits = 2,
    Symbols = 4,
    Stretched = 8,
}

/// <summary>
/// Undoes what hides a word, when the word as written is in no phrase: digits and signs for letters, stretched letters
/// (<c>diiiie</c>). Reusable scratch, not thread-safe.
/// </summary>
internal sealed class Disguises(Lexicon lexicon)
{
    private readonly byte[] _variant = new byte[Lexicon.LongestWord + Lexicon.Padding];

    public static WordTraits TraitsOf(ReadOnlySpan<byte> word)
    {
        var traits = WordTraits.None;
        for (var i = 0; i < word.Length; i++)
        {
            traits |= word[i] switch
            {
                >= (byte)'a' and not (byte)'|' => WordTraits.Letters,
                >= (byte)'0' and <= (byte)'9' => WordTraits.Digits,
                _ => WordTraits.Symbols,
            };
            if (i >= 2 && word[i] == word[i - 1] && word[i] == word[i - 2])
            {
                traits |= WordTraits.Stretched;
            }
        }

        return traits;
    }

    /// <summary>The number of the word that <paramref name="source"/> stands for, 0 when none.</summary>
    public int Find(ReadOnlySpan<byte> source, WordTraits traits)
    {
        if (source.Length > Lexicon.LongestWord)
        {
            return 0;
        }

        var leet = (traits & WordTraits.Letters) != 0 && (traits & (WordTraits.Digits | WordTraits.Symbols)) != 0;
        if (leet && (FindLeet(source, oneIsL: false) is var i and not 0 ? i : FindLeet(source, oneIsL: true)) is var word and not 0)
        {
            return word;
        }

        if ((traits & WordTraits.Stretched) == 0)
        {
            return 0;
        }

        return Collapsed(source, keep: 2) is var two and not 0 ? two : Collapsed(source, keep: 1);
    }

    private int FindLeet(ReadOnlySpan<byte> source, bool oneIsL)
    {
        for (var i = 0; i < source.Length; i++)
        {
            _variant[i] = Folding.Leet(source[i], oneIsL) is var letter and not 0 ? letter : source[i];
        }

        return lexicon.Find(_variant, 0, source.Length);
    }

    private int Collapsed(ReadOnlySpan<byte> source, int keep)
    {
        int length = 0, run = 0;
        for (var i = 0; i < source.Length; i++)
        {
            run = i > 0 && source[i] == source[i - 1] ? run + 1 : 0;
            if (run < keep)
            {
                _variant[length++] = source[i];
            }
        }

        return lexicon.Find(_variant, 0, length);
    }
}
