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
/// (<c>diiiie</c>), numbers at its ends. Reusable scratch, not thread-safe.
/// </summary>
internal sealed class Disguises(Lexicon lexicon)
{
    private const int MostRuns = 4;
    private const int ShortestBesideNumber = 5;

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

    public static int LettersOf(ReadOnlySpan<byte> word)
    {
        var letters = 0;
        foreach (var b in word)
        {
            letters += b >= (byte)'a' ? 1 : 0;
        }

        return letters;
    }

    /// <summary>The word with letters for its digits; itself when it has no letters beside them.</summary>
    public static string Letters(string word) =>
        word.Any(char.IsAsciiDigit) && word.Any(char.IsAsciiLetter) && word.All(char.IsAscii) ? string.Concat(word.Select(c => (char)Folding.LeetAsI[c])) : word;

    /// <summary>The number of the word that <paramref name="source"/> stands for, 0 when none.</summary>
    public int Find(ReadOnlySpan<byte> source, WordTraits traits)
    {
        if (source.Length > Lexicon.LongestWord)
        {
            return 0;
        }

        var word = 0;
        if ((traits & WordTraits.Letters) != 0 && (traits & (WordTraits.Digits | WordTraits.Symbols)) != 0)
        {
            word = FindLeet(source, Folding.LeetAsI, traits);
            word = word == 0 && source.ContainsAny((byte)'1', (byte)'!', (byte)'|') ? FindLeet(source, Folding.LeetAsL, traits) : word;
            word = word == 0 ? FindWithoutNumber(source) : word;
        }

        return word == 0 && (traits & WordTraits.Stretched) != 0 ? FindUnstretched(source) : word;
    }

    /// <summary>The number of the word whose letters the digits of <paramref name="source"/> stand for, 0 when none or when it is no number.</summary>
    public int FindNumber(ReadOnlySpan<byte> source) =>
        source.Length <= Lexicon.LongestWord && !source.ContainsAnyExceptInRange((byte)'0', (byte)'9') ? FindLeet(source, Folding.LeetAsI, WordTraits.Digits) : 0;

    private int FindLeet(ReadOnlySpan<byte> source, ReadOnlySpan<byte> read, WordTraits traits)
    {
        for (var i = 0; i < source.Length; i++)
        {
            _variant[i] = read[source[i]];
        }

        var word = lexicon.FindOwn(_variant, 0, source.Length);
        if (word != 0 || (traits & WordTraits.Stretched) == 0)
        {
            return word;
        }

        Span<byte> letters = stackalloc byte[source.Length];
        _variant.AsSpan(0, source.Length).CopyTo(letters);
        return FindUnstretched(letters);
    }

    // "nudes4", "123suicide": as names of accounts and hash tags have it.
    private int FindWithoutNumber(ReadOnlySpan<byte> source)
    {
        var letters = source.Trim("0123456789"u8);
        if (letters.Length == source.Length || letters.Length < ShortestBesideNumber)
        {
            return 0;
        }

        letters.CopyTo(_variant);
        return lexicon.FindOwn(_variant, 0, letters.Length);
    }

    // Each run of a letter may stand for one or two: all ways, where there are few.
    private int FindUnstretched(ReadOnlySpan<byte> source)
    {
        var runs = 0;
        for (var i = 1; i < source.Length; i++)
        {
            runs += source[i] == source[i - 1] && (i == 1 || source[i] != source[i - 2]) ? 1 : 0;
        }

        // With more runs than that all are read alike. Fewest letters first: "toooo" is to, not too.
        var (ways, bits) = runs <= MostRuns ? (1 << runs, 1) : (2, -1);
        for (var way = ways - 1; way >= 0; way--)
        {
            if (FindWithRuns(source, way * bits) is var word and not 0)
            {
                return word;
            }
        }

        return 0;
    }

    /// <param name="source">The stretched word.</param>
    /// <param name="single">A bit for each run of which one letter stays and not two.</param>
    private int FindWithRuns(ReadOnlySpan<byte> source, int single)
    {
        int length = 0, run = 0, runs = -1;
        for (var i = 0; i < source.Length; i++)
        {
            run = i > 0 && source[i] == source[i - 1] ? run + 1 : 0;
            runs += run == 1 ? 1 : 0;
            if (run == 0 || (run == 1 && (single & (1 << runs)) == 0))
            {
                _variant[length++] = source[i];
            }
        }

        return lexicon.FindOwn(_variant, 0, length);
    }
}
