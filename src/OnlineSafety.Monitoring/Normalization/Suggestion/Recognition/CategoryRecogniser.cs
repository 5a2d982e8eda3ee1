using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Recognition;

/// <summary>Categories: names that the packs know, alone or in a list, or numbers of a table that the school must give.</summary>
internal sealed class CategoryRecogniser : IRecogniser
{
    private const double LeastKnown = 0.5;
    private const double MostNumbers = 0.9;
    private const int LongestName = 60;

    public IEnumerable<Claim> Look(Column column, Sample sample)
    {
        var fit = sample.Vocabulary.Fit(column.Name, Meaning.Categories);
        if (fit < 0 && column.Name.Keys.Any(key => key.Contains("cat", StringComparison.Ordinal)) && Numbers(column) >= MostNumbers)
        {
            yield return new Claim(column, Meaning.Categories, Claim.Least, "numbers of categories: what they mean is in the vendor's own table") { Recipe = Recipe(column, Separators(column, sample.Vocabulary)) };
        }

        var separators = Separators(column, sample.Vocabulary);
        var known = column.Share(value => Parts(value, separators).Any(sample.Vocabulary.IsCategory));
        if (fit < 0 || column.Distinct.Any(value => Parts(value, separators).Any(part => part.Length > LongestName)))
        {
            yield break;
        }

        if (known >= LeastKnown)
        {
            yield return new Claim(column, Meaning.Categories, 0.5 + (0.3 * known) + (0.2 * fit), $"{Say.Of(known, column)} hold a category name that a pack knows{Separated(separators)}{Say.AndName(fit)}")
            {
                Recipe = Recipe(column, separators),
            };
        }
        else if (fit >= ColumnName.Exact && (column.HasFewWords || column.IsList || separators.Length > 0))
        {
            var numbers = Numbers(column) >= MostNumbers;
            yield return new Claim(column, Meaning.Categories, (numbers ? 0.55 : 0.7) + (0.2 * known), numbers
                ? "the name says so; numbers, whose meaning is in the vendor's own table"
                : $"the name says so; {Say.Of(known, column)} hold a category name that a pack knows{Separated(separators)}")
            {
                Recipe = Recipe(column, separators),
            };
        }
    }

    public static IEnumerable<string> Parts(string value, string separators) =>
        separators.Length == 0 ? [value] : value.Split(separators.ToCharArray(), StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static double Numbers(Column column) => column.Share(value => value.All(sign => char.IsAsciiDigit(sign) || sign is ',' or ';' or '|' or ' '));

    private static string Separated(string separators) => separators.Length == 0 ? "" : $", split at {string.Join(" and ", separators.Select(sign => $"'{sign}'"))}";

    // A sign separates when the pieces repeat: a comma inside a name would make more different pieces than there are values.
    private static string Separators(Column column, Vocabulary vocabulary)
    {
        var found = "";
        foreach (var sign in ";|,")
        {
            var split = column.Distinct.Where(value => value.Contains(sign)).ToList();
            if (split.Count == 0)
            {
                continue;
            }

            var pieces = split.SelectMany(value => Parts(value, sign.ToString())).ToList();
            var repeats = pieces.Count > pieces.Distinct(StringComparer.OrdinalIgnoreCase).Count();
            var others = pieces.Any(piece => vocabulary.IsCategory(piece) || column.Counts.ContainsKey(piece) || piece.All(char.IsAsciiDigit));
            found += repeats || others ? sign.ToString() : "";
        }

        return found;
    }

    private static JsonNode? Recipe(Column column, string separators) =>
        separators.Length == 0 ? null : new JsonObject { ["from"] = column.Name.Name, ["separators"] = separators };
}
