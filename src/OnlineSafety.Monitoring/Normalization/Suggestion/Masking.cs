namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>
/// What a contractor may see of a value: its form. Letters become <c>a</c> and <c>A</c>, digits <c>9</c>, signs of ASCII stay, all else is
/// <c>x</c>; of a URL only the host. Words are shown when a list of ours has them or when many people have them.
/// </summary>
internal sealed class Masking(Vocabulary vocabulary, Column? users)
{
    private const int Examples = 3;
    private const int Longest = 40;

    // As in the digest: what is shown of several people is shown from five on.
    private const int LeastPeople = 5;

    public IReadOnlyList<string> ExamplesOf(Column column, Meaning meaning) => meaning == Meaning.Secret
        ? []
        : [.. column.Counts.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => Shown(column, meaning, entry.Key)).Distinct(StringComparer.Ordinal).Take(Examples)];

    /// <summary>True for a word that many different people have.</summary>
    public bool IsShared(Column column, string word) =>
        users is not null && users != column && column.Cells
            .Where(cell => cell.Text.Contains(word, StringComparison.OrdinalIgnoreCase))
            .Select(cell => users.In(cell.Row)).OfType<string>()
            .Distinct(StringComparer.OrdinalIgnoreCase).Take(LeastPeople).Count() == LeastPeople;

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

    private string Shown(Column column, Meaning meaning, string value)
    {
        if (meaning == Meaning.Url)
        {
            return Mask(Recognition.UrlRecogniser.HostOf(value, vocabulary) ?? "");
        }

        if (Meanings.IsPersonal(meaning) || meaning == Meaning.Time)
        {
            return Mask(value);
        }

        return IsKnown(meaning, value) || (column.HasFewWords && IsShared(column, value)) ? value : Mask(value);
    }

    private bool IsKnown(Meaning meaning, string value) => meaning == Meaning.Categories
        ? vocabulary.IsCategory(value)
        : vocabulary.Words[meaning].Find(value) is { } entry && !WordList.IsPattern(entry);
}
