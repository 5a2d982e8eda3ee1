namespace OnlineSafety.Monitoring.Classification;

/// <summary>The forms that a rule writer asks for with a mark behind a word: <c>kill~</c> also inflected, <c>suicide%</c> also with a slip of the pen.</summary>
internal static class WordForms
{
    /// <summary>Ranks of slips: from 0 to one less.</summary>
    public const int Ranks = 3;

    private const string Vowels = "aeiou";
    private const int ShortestSlip = 4;

    // How British children spell by ear.
    private static readonly (string Sound, string Spelt)[] Sounds =
    [
        ("ph", "f"), ("f", "ph"), ("ck", "k"), ("ck", "c"), ("c", "k"), ("k", "c"), ("ci", "si"), ("ce", "se"), ("s", "z"), ("z", "s"), ("y", "i"), ("i", "y"),
        ("oo", "u"), ("u", "oo"), ("ee", "ea"), ("ea", "ee"), ("x", "ks"), ("x", "cks"), ("qu", "kw"), ("kn", "n"), ("wr", "r"), ("ight", "ite"), ("er", "a"),
        ("or", "er"), ("ur", "er"), ("ie", "ei"), ("ei", "ie"), ("ai", "ay"), ("ou", "ow"), ("th", "f"), ("th", "v"), ("ll", "l"), ("ide", "yd"), ("ife", "yf"),
    ];

    /// <summary>The word with the endings of British English nouns and verbs. Forms that no one writes do no harm.</summary>
    public static IEnumerable<string> Inflect(string word)
    {
        yield return word;
        if (word.Length < 3)
        {
            yield return word + "s";
            yield break;
        }

        var last = word[^1];
        var stem = last == 'e' ? word[..^1] : word;
        if (last == 'y' && !Vowels.Contains(word[^2], StringComparison.Ordinal))
        {
            yield return word[..^1] + "ies";
            yield return word[..^1] + "ied";
            yield return word + "ing";
            yield break;
        }

        if (word.EndsWith("ie", StringComparison.Ordinal))
        {
            yield return word[..^2] + "ying"; // die, dying
        }

        yield return word + (last is 's' or 'x' or 'z' || word.EndsWith("ch", StringComparison.Ordinal) || word.EndsWith("sh", StringComparison.Ordinal) ? "es" : "s");
        foreach (var ending in (string[])["ed", "ing", "in"])
        {
            yield return stem + ending;
        }

        // cut, cutting; stab, stabbed
        if (!Vowels.Contains(last, StringComparison.Ordinal) && last is not ('w' or 'x' or 'y') && Vowels.Contains(word[^2], StringComparison.Ordinal))
        {
            foreach (var ending in (string[])["ed", "ing", "in"])
            {
                yield return word + last + ending;
            }
        }
    }

    /// <summary>
    /// One slip each: a letter left out, doubled or swapped with the next, a vowel for another, a sound written otherwise. Only a sound changes the
    /// first letter: it is the one that people get right, and changing it makes other words (grope, rope). Words of four letters lose or swap only
    /// where something of the word stays. What is a slip of several words is taken for that of the lowest rank.
    /// </summary>
    public static IEnumerable<(string Form, int Rank)> Slips(string word)
    {
        if (word.Length < ShortestSlip || !word.All(char.IsAsciiLetter))
        {
            yield break;
        }

        var brief = word.Length == ShortestSlip;
        for (var i = 1; i < word.Length; i++)
        {
            var vowel = IsVowel(word[i]);
            if (!brief || (vowel && i + 1 < word.Length) || word[i] == word[i - 1])
            {
                yield return (word.Remove(i, 1), 1);
            }

            yield return (word.Insert(i, word[i].ToString()), 0);
            if (i + 1 < word.Length && word[i] != word[i + 1])
            {
                yield return (word[..i] + word[i + 1] + word[i] + word[(i + 2)..], 0);
            }

            foreach (var other in vowel && !brief ? Vowels : "")
            {
                yield return (word[..i] + other + word[(i + 1)..], 2);
            }
        }

        foreach (var (sound, spelt) in Sounds)
        {
            for (var at = word.IndexOf(sound, StringComparison.Ordinal); at >= 0; at = word.IndexOf(sound, at + 1, StringComparison.Ordinal))
            {
                yield return (word[..at] + spelt + word[(at + sound.Length)..], 2);
            }
        }
    }

    private static bool IsVowel(char letter) => Vowels.Contains(letter, StringComparison.Ordinal);
}
