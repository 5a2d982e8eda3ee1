using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

/// <summary>CSV bodies with a header row.</summary>
internal static class Table
{
    private const int MostRequired = 3;
    private const int LongestName = 48;

    /// <summary><c>table</c> with its separator; null when the first row is no header, and so the columns have no names.</summary>
    public static string? SignOf(string text, Vocabulary vocabulary)
    {
        var end = text.IndexOfAny(['\r', '\n']);
        if (end < 0)
        {
            return null;
        }

        var row = text[..end];
        var (sign, cells) = ",;\t|".Select(sign => (sign, Cells(row, sign))).MaxBy(found => found.Item2.Count);
        return cells.Count > 1 && IsHeader(cells, vocabulary) ? $"table\n{sign}" : null;
    }

    public static ShapeGroup Describe(List<RecordText> records, int[] indexes, char separator)
    {
        var headers = records.ConvertAll(record => Cells(record.Text[..record.Text.IndexOfAny(['\r', '\n'])], separator));
        var common = headers[0].Where(name => name.Length > 0 && headers.TrueForAll(header => header.Contains(name, StringComparer.OrdinalIgnoreCase))).ToList();
        var required = common.Count > 0 ? common.Take(MostRequired) : headers[0].Take(1);
        var shape = new JsonObject { ["type"] = "csv", ["requires"] = new JsonArray([.. required.Select(name => JsonValue.Create(name))]) };
        if (separator != ',')
        {
            shape["separator"] = separator.ToString();
        }

        return new ShapeGroup("table", $"CSV with a header row, separated by {Named(separator)}", shape, indexes);
    }

    public static string Named(char separator) => separator switch { '\t' => "tabs", ' ' => "spaces", _ => $"'{separator}'" };

    /// <summary>Cells of one row, quoted as RFC 4180 says.</summary>
    public static List<string> Cells(string row, char separator)
    {
        var cells = new List<string>();
        var start = 0;
        var quoted = false;
        for (var i = 0; i <= row.Length; i++)
        {
            if (i < row.Length && row[i] == '"')
            {
                quoted = !quoted;
            }
            else if (i == row.Length || (row[i] == separator && !quoted))
            {
                cells.Add(row[start..i].Trim().Trim('"').Trim());
                start = i + 1;
            }
        }

        return cells;
    }

    // A row of values taken for a header would make values into names, and names are shown: it must have a name that products use, and
    // nothing that only values have.
    private static bool IsHeader(List<string> cells, Vocabulary vocabulary) =>
        cells.TrueForAll(cell => cell.Length <= LongestName && (cell.Length == 0 || char.IsLetter(cell[0])) && !cell.Contains('@') && !cell.Contains("://", StringComparison.Ordinal) && !cell.Contains('\\'))
        && cells.Distinct(StringComparer.OrdinalIgnoreCase).Count() == cells.Count
        && cells.Count(cell => vocabulary.IsKnownName(new ColumnName(cell))) >= Math.Max(1, cells.Count / 5);
}
