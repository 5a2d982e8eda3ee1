using System.Globalization;
using System.Text;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.Web.People;

/// <summary>Somebody who can be found, and by what.</summary>
/// <param name="Key">As alerts have it.</param>
/// <param name="Names">Account, known names, device, year and class.</param>
internal sealed record FindablePerson(string Key, IReadOnlyList<string> Names);

/// <summary>
/// Finds people by parts of what they are called. Names are sealed where they are stored and found there by whole name alone, so parts are held against what was opened, in
/// memory. Pure.
/// </summary>
internal static class PeopleSearch
{
    private const int ShortestNear = 3;

    /// <summary>Keys of those whom every word fits; where there is none, of those who come near.</summary>
    /// <param name="near">Nobody fits: these are called something like it.</param>
    public static IReadOnlyList<string> Find(string asked, IReadOnlyCollection<FindablePerson> people, out bool near)
    {
        near = false;
        var words = asked.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(word => (Whole: Plain(word), Account: Plain(AccountName.Of(word)))).Where(word => word.Whole.Length > 0).ToList();
        if (words.Count == 0)
        {
            return [];
        }

        var known = people.Select(person => (person.Key, Names: person.Names.Select(Plain).Where(name => name.Length > 0).ToList())).ToList();
        List<string> found = [.. known.Where(person => words.TrueForAll(word => Fits(word, person.Names))).Select(person => person.Key)];
        if (found.Count == 0)
        {
            near = true;
            found = [.. known.Where(person => words.Exists(word => word.Whole.Length >= ShortestNear && (Fits(word, person.Names) || (IsCalled(person.Key) && person.Names.Exists(name => IsNear(word.Account, name)))))).Select(person => person.Key)];
        }

        return found;
    }

    // Of machines the one with the next number is another one.
    private static bool IsCalled(string key) => key.StartsWith("user:", StringComparison.Ordinal);

    private static bool Fits((string Whole, string Account) word, List<string> names) =>
        names.Exists(name => name.Contains(word.Whole, StringComparison.Ordinal) || (word.Account.Length > 0 && name.Contains(word.Account, StringComparison.Ordinal)));

    // Letters and digits alone, without accents: j.smith, J-Smith and jsmith are written by different hands for one account.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var letter in text.Normalize(NormalizationForm.FormD))
        {
            if (char.IsLetterOrDigit(letter) && CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
            {
                plain.Append(char.ToLowerInvariant(letter));
            }
        }

        return plain.ToString();
    }

    // One letter more, less or other.
    private static bool IsNear(string word, string name)
    {
        if (word.Length < ShortestNear || Math.Abs(word.Length - name.Length) > 1)
        {
            return false;
        }

        var begin = 0;
        while (begin < word.Length && begin < name.Length && word[begin] == name[begin])
        {
            begin++;
        }

        var (left, right) = (word[begin..], name[begin..]);
        return (left.Length > 0 && right.Length > 0 && left[1..] == right[1..]) || (left.Length > 0 && left[1..] == right) || (right.Length > 0 && left == right[1..]);
    }
}
