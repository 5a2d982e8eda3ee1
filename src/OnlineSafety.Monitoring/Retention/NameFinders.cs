using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>Finds names in a text, as whole words.</summary>
internal interface INameFinder
{
    /// <summary>The first name at or behind a place; false when there is none.</summary>
    bool Find(string text, int from, out int at, out int length);
}

/// <summary>What is one word: letters, their marks and digits, and what joins the parts of an account.</summary>
internal static class NameBounds
{
    /// <summary>A name of fewer letters is a word of every other sentence.</summary>
    public const int ShortestName = 3;

    public static bool Begins(string text, int at) => !Joins(text, at - 1, step: -1);

    public static bool Ends(string text, int behind) => !Joins(text, behind, step: 1);

    /// <summary>A letter, a mark on one, or a digit.</summary>
    public static bool IsOfWord(char sign) => char.IsLetterOrDigit(sign)
        || (sign >= '\u0300' && CharUnicodeInfo.GetUnicodeCategory(sign) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark && !NameForm.IsUnseen(sign));

    // Whether what stands there makes one word with the letter beside it.
    private static bool Joins(string text, int at, int step)
    {
        at = Seen(text, at, step);
        if (at < 0 || at >= text.Length)
        {
            return false;
        }

        if (IsOfWord(text[at]))
        {
            return true;
        }

        var beyond = Seen(text, at + step, step);
        return text[at] is '.' or '_' or '-' or '\u2010' or '\u2011' && beyond >= 0 && beyond < text.Length && IsOfWord(text[beyond]);
    }

    private static int Seen(string text, int at, int step)
    {
        while (at >= 0 && at < text.Length && NameForm.IsUnseen(text[at]))
        {
            at += step;
        }

        return at;
    }
}

/// <summary>Asks of every few words whether they are a name; of several that begin at one place the longest is it.</summary>
/// <param name="isName">Asked with the words as they stand.</param>
/// <param name="mostWords">Words of the longest name.</param>
/// <param name="longest">Letters of it, however it is written.</param>
/// <param name="firsts">ASCII letters with which a name may begin; null: any.</param>
internal sealed class WordNames(Func<string, bool> isName, int mostWords, int longest, IReadOnlySet<char>? firsts = null) : INameFinder
{
    /// <summary>Finds names that are known.</summary>
    public static WordNames Of(IEnumerable<string> names)
    {
        var known = names.Select(Edged).Where(name => name.Length >= NameBounds.ShortestName).ToHashSet(StringComparer.Ordinal);
        // An accent may stand behind its letter.
        var firsts = known.SelectMany(name => new[] { name[0], name.Normalize(NormalizationForm.FormD)[0] }).SelectMany(letter => new[] { letter, char.ToUpperInvariant(letter) }).ToHashSet();
        // Twice as long: double blanks, accents apart from their letters, signs that nobody sees.
        return known.Count == 0
            ? new WordNames(_ => false, 0, 0)
            : new WordNames(said => known.Contains(NameForm.Of(said)), known.Max(WordsOf), known.Max(name => (2 * name.Length) + 8), firsts);
    }

    public bool Find(string text, int from, out int at, out int length)
    {
        for (at = from; at < text.Length; at++)
        {
            if (MayBegin(text[at]) && NameBounds.Begins(text, at) && LongestAt(text, at) is var found and > 0)
            {
                length = found;
                return true;
            }
        }

        length = 0;
        return false;
    }

    // A letter beyond ASCII may be another way of writing one within it.
    private bool MayBegin(char letter) => char.IsLetterOrDigit(letter) && (firsts is null || !char.IsAscii(letter) || firsts.Contains(letter));

    private int LongestAt(string text, int at)
    {
        var (found, words) = (0, 0);
        for (var end = at + 1; end <= text.Length && end - at <= longest && words < mostWords; end++)
        {
            if (NameBounds.IsOfWord(text[end - 1]) && NameBounds.Ends(text, end))
            {
                words++;
                found = end - at >= NameBounds.ShortestName && isName(text[at..end]) ? end - at : found;
            }
        }

        return found;
    }

    // As it is found: from its first letter to its last.
    private static string Edged(string name)
    {
        var form = NameForm.Of(name);
        var from = form.TakeWhile(sign => !char.IsLetterOrDigit(sign)).Count();
        var behind = form.Length - form.Reverse().TakeWhile(sign => !NameBounds.IsOfWord(sign)).Count();
        return from < behind ? form[from..behind] : "";
    }

    private static int WordsOf(string name) => Enumerable.Range(1, name.Length).Count(end => NameBounds.IsOfWord(name[end - 1]) && NameBounds.Ends(name, end));
}

/// <summary>Takes every text for a name, where it cannot be told which words of it are one.</summary>
internal sealed class WholeText : INameFinder
{
    public bool Find(string text, int from, out int at, out int length)
    {
        (at, length) = (0, text.Length);
        return from == 0 && length > 0;
    }
}
