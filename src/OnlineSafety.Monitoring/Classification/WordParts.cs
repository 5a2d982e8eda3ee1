using System.Collections.Frozen;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Which lengths the words of a lexicon have, by their first three letters: a word made of several is taken apart with few look-ups.</summary>
internal sealed class WordParts
{
    /// <summary>Longer words are not looked for inside another.</summary>
    public const int Longest = 16;

    private const int Letters = 26;
    private const int Known = 3;

    // Of one or two letters only these are words that stand between others; the rest (slang, units, ends of words) would make anything of anything.
    private static readonly FrozenSet<string> ShortWords =
        "a i u am an as at be by do go he if im in is it me my no of on or so to up us we".Split(' ').ToFrozenSet(StringComparer.Ordinal);

    private readonly ushort[] _lengths = new ushort[Letters * Letters * Letters];

    public WordParts(IEnumerable<string> words)
    {
        foreach (var word in words)
        {
            if (word.Length <= Longest && word.All(char.IsAsciiLetterLower) && (word.Length >= Known || ShortWords.Contains(word)))
            {
                AddStart(word, 0, 0);
            }
        }
    }

    /// <summary>A bit for each length, less one, that a word at the beginning of <paramref name="letters"/> may have.</summary>
    public uint LengthsAt(ReadOnlySpan<byte> letters)
    {
        var place = 0;
        for (var i = 0; i < Known; i++)
        {
            var letter = i < letters.Length ? letters[i] - 'a' : 0;
            if ((uint)letter >= Letters)
            {
                return 0;
            }

            place = (place * Letters) + letter;
        }

        return letters.Length >= Longest ? _lengths[place] : _lengths[place] & ((1u << letters.Length) - 1);
    }

    // A word of one or two letters may be followed by any.
    private void AddStart(string word, int letters, int place)
    {
        if (letters == Known)
        {
            _lengths[place] |= (ushort)(1 << (word.Length - 1));
            return;
        }

        var (first, last) = letters < word.Length ? (word[letters] - 'a', word[letters] - 'a') : (0, Letters - 1);
        for (var letter = first; letter <= last; letter++)
        {
            AddStart(word, letters + 1, (place * Letters) + letter);
        }
    }
}
