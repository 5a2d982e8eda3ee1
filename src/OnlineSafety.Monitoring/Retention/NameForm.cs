using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// One form for every way of writing a name: small letters, an accent as part of its letter, single blanks, and nothing that cannot be seen. What is hashed and what is
/// compared has it. Pure.
/// </summary>
internal static class NameForm
{
    private const char Blank = ' ';

    public static string Of(string name)
    {
        if (IsPlain(name))
        {
            return name.ToLowerInvariant();
        }

        var seen = new StringBuilder(name.Length);
        // By whole characters: half a pair, as a text may hold one that was unescaped, has no form.
        foreach (var rune in name.EnumerateRunes())
        {
            if (rune.IsBmp && IsUnseen((char)rune.Value))
            {
                continue;
            }

            if (!Rune.IsWhiteSpace(rune))
            {
                seen.Append(Sign(rune).ToString());
            }
            else if (seen.Length > 0 && seen[^1] != Blank)
            {
                seen.Append(Blank);
            }
        }

        return seen.ToString().Normalize(NormalizationForm.FormKC).ToLowerInvariant().TrimEnd();
    }

    /// <summary>The name, and as a list of people has it: <c>Smith, Jane</c> for <c>Jane Smith</c>, and the other way round.</summary>
    public static IEnumerable<string> Ways(string name)
    {
        yield return name;
        var words = name.Split([Blank, ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (words.Length < 2 || name.Contains('@', StringComparison.Ordinal))
        {
            yield break;
        }

        var comma = name.IndexOf(',', StringComparison.Ordinal);
        var (first, last) = comma > 0 && name[(comma + 1)..].Trim() is { Length: > 0 } behind
            ? (behind, name[..comma].Trim())
            : (string.Join(Blank, words[..^1]), words[^1]);
        yield return $"{first} {last}";
        yield return $"{last}, {first}";
        yield return $"{last} {first}";
    }

    /// <summary>Whether nobody sees it: joiners, soft hyphens and marks of direction, which split a word for a program alone.</summary>
    public static bool IsUnseen(char sign) => sign >= '\u00AD' && (sign is '\u034F' or (>= '\uFE00' and <= '\uFE0F') || CharUnicodeInfo.GetUnicodeCategory(sign) == UnicodeCategory.Format);

    private static bool IsPlain(string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            if (!char.IsAscii(name[i]) || (char.IsWhiteSpace(name[i]) && (name[i] != Blank || i == 0 || i == name.Length - 1 || name[i - 1] == Blank)))
            {
                return false;
            }
        }

        return true;
    }

    // As a word processor writes them.
    private static Rune Sign(Rune rune) => rune.Value switch
    {
        '\u2018' or '\u2019' or '\u02BC' => new Rune('\''),
        '\u2010' or '\u2011' => new Rune('-'),
        _ => rune,
    };
}
