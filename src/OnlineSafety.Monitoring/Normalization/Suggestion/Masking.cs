namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>
/// What a contractor may see of a value: its form. Letters become <c>a</c> and <c>A</c>, digits <c>9</c>, signs of ASCII stay, all else is
/// <c>x</c>; of a URL only the host. A word is shown only where a list of ours has it: what many people have may be a name too.
/// </summary>
internal sealed class Masking(Vocabulary vocabulary)
{
    private const int Examples = 3;
    private const int Longest = 40;

    public IReadOnlyList<string> ExamplesOf(Column column, Meaning meaning) => meaning == Meaning.Secret
        ? []
        : [.. column.Counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => Shown(meaning, entry.Key)).Distinct(StringComparer.Ordinal).Take(Examples)];

    public static string Mask(string value)
    {
        Span<char> masked = stackalloc char[Math.Min(value.Length, Longest)];
        for (var i = 0; i < masked.Length; i++)
        {
            masked[i] = value[i] switch
            {
                >= 'a' and <= 'z' => 'a',
                >= 'A' and <= 'Z' => 'A',
                >= '0' and <= '9' => '9',
                >= ' ' and < '\x7F' => value[i],
                _ => 'x',
            };
        }

        return value.Length > Longest ? masked.ToString() + "..." : masked.ToString();
    }

    private string Shown(Meaning meaning, string value)
    {
        if (meaning == Meaning.Url)
        {
            return Mask(Recognition.UrlRecogniser.HostOf(value, vocabulary) ?? "");
        }

        if (Meanings.IsPersonal(meaning) || meaning == Meaning.Time)
        {
            return Mask(value);
        }

        return IsKnown(meaning, value) ? value : Mask(value);
    }

    private bool IsKnown(Meaning meaning, string value) => meaning == Meaning.Categories
        ? vocabulary.IsCategory(value)
        : vocabulary.Words[meaning].Find(value) is { } entry && !WordList.IsPattern(entry);
}
