namespace OnlineSafety.Monitoring.Classification;

/// <summary>The forms that a rule writer asks for with a mark behind a word: <c>kill~</c> also inflected, <c>suicide%</c> also misspelt.</summary>
internal static class WordForms
{
    private const string Vowels = "aeiou";

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
    /// Slips of one letter: one left out, two swapped, one doubled, one vowel for another. The first letter stands: it is the one
    /// that people get right, and changing it makes other words (grope, rope).
    /// </summary>
    public static IEnumerable<string> Misspell(string word)
    {
        yield return word;
        if (word.Length < 5)
        {
            yield break;
        }

        for (var i = 1; i < word.Length; i++)
        {
            yield return word.Remove(i, 1);
            yield return word.Insert(i, word[i].ToString());
            if (i + 1 < word.Length && word[i] != word[i + 1])
            {
                yield return word[..i] + word[i + 1] + word[i] + word[(i + 2)..];
            }

            if (Vowels.Contains(word[i], StringComparison.Ordinal))
            {
                foreach (var vowel in Vowels)
                {
                    yield return word[..i] + vowel + word[(i + 1)..];
                }
            }
        }
    }
}
