namespace OnlineSafety.Monitoring.Retention;

/// <summary>Finds names in a text, as whole words.</summary>
internal interface INameFinder
{
    /// <summary>The first name at or behind a place; false when there is none.</summary>
    bool Find(string text, int from, out int at, out int length);
}

/// <summary>What is one word: letters and digits, and what joins the parts of an account.</summary>
internal static class NameBounds
{
    /// <summary>A name of fewer letters is a word of every other sentence.</summary>
    public const int ShortestName = 3;

    public static bool Begins(string text, int at) => at == 0 || !Joins(text, at - 1, before: true);

    public static bool Ends(string text, int behind) => behind == text.Length || !Joins(text, behind, before: false);

    // Whether the letter there makes one word with what stands beside it.
    private static bool Joins(string text, int at, bool before)
    {
        var letter = text[at];
        if (char.IsLetterOrDigit(letter))
        {
            return true;
        }

        var beyond = before ? at - 1 : at + 1;
        return letter is '.' or '_' or '-' && beyond >= 0 && beyond < text.Length && char.IsLetterOrDigit(text[beyond]);
    }
}

/// <summary>Names that are known.</summary>
internal sealed class KnownNames : INameFinder
{
    private readonly HashSet<string> _names;
    private readonly HashSet<char> _firsts;
    private readonly int[] _lengths;

    public KnownNames(IEnumerable<string> names)
    {
        // A letter with its accent may be one sign or two: products write both.
        _names = names.Select(name => name.Trim()).Where(name => name.Length >= NameBounds.ShortestName)
            .SelectMany(name => new[] { name, name.Normalize(System.Text.NormalizationForm.FormC), name.Normalize(System.Text.NormalizationForm.FormD) })
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        _firsts = [.. _names.SelectMany(name => new[] { char.ToLowerInvariant(name[0]), char.ToUpperInvariant(name[0]) })];
        // The longest first: of an address and the account in it, the address.
        _lengths = [.. _names.Select(name => name.Length).Distinct().OrderDescending()];
    }

    public bool Find(string text, int from, out int at, out int length)
    {
        for (at = from; at < text.Length; at++)
        {
            if (!_firsts.Contains(text[at]) || !NameBounds.Begins(text, at))
            {
                continue;
            }

            foreach (var candidate in _lengths)
            {
                if (at + candidate <= text.Length && _names.Contains(text.Substring(at, candidate)) && NameBounds.Ends(text, at + candidate))
                {
                    length = candidate;
                    return true;
                }
            }
        }

        length = 0;
        return false;
    }
}

/// <summary>
/// Names of which only keyed hashes are kept: every few words are asked for.
/// </summary>
/// <param name="isName">Whether the words, in small letters, are a name.</param>
internal sealed class HashedNames(Func<string, bool> isName) : INameFinder
{
    private const int MostWords = 4;
    private const int LongestName = 80;

    public bool Find(string text, int from, out int at, out int length)
    {
        for (at = from; at < text.Length; at++)
        {
            if (char.IsLetterOrDigit(text[at]) && NameBounds.Begins(text, at) && LongestAt(text, at) is var found and > 0)
            {
                length = found;
                return true;
            }
        }

        length = 0;
        return false;
    }

    private int LongestAt(string text, int at)
    {
        var (longest, words) = (0, 0);
        for (var end = at + 1; end <= text.Length && end - at <= LongestName && words < MostWords; end++)
        {
            if (char.IsLetterOrDigit(text[end - 1]) && NameBounds.Ends(text, end))
            {
                words++;
                longest = end - at >= NameBounds.ShortestName && isName(text[at..end].ToLowerInvariant()) ? end - at : longest;
            }
        }

        return longest;
    }
}
