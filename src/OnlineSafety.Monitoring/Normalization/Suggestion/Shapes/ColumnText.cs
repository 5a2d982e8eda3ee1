using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

/// <summary>Lines whose columns are known by their place alone.</summary>
internal static class ColumnText
{
    private const string Tabs = "\t";
    private const string WrittenTabs = "#011";

    // Columns that every line has in one form: by them the layout knows its lines. A name or a page may be missing tomorrow, a time never is.
    private static readonly ColumnCheck[] Checked = [ColumnCheck.Timestamp, ColumnCheck.Clock, ColumnCheck.Epoch, ColumnCheck.Date];

    public static ShapeGroup Describe(string kind, char separator, int count, List<RecordText> records, int[] indexes, Vocabulary vocabulary)
    {
        var prefixes = vocabulary.Prefixes.Where(prefix => records.Exists(record => record.Whole.StartsWith(prefix, StringComparison.Ordinal))).ToList();
        var rows = records.ConvertAll(record => CellsOf(kind, separator, Stripped(record.Whole, vocabulary)));
        var columns = Enumerable.Range(0, count).Select(NameOf).ToArray();
        var layout = new JsonObject { ["columns"] = new JsonArray([.. columns.Select(name => JsonValue.Create(name))]) };
        var checks = new JsonObject();
        for (var i = 0; i < count; i++)
        {
            var check = Array.Find(Checked, check => rows.TrueForAll(row => check.Passes(Utf8Text.Of(row[i]))));
            if (check != ColumnCheck.None)
            {
                checks[columns[i]] = check.ToString().ToLowerInvariant();
            }
        }

        if (checks.Count > 0)
        {
            layout["checks"] = checks;
        }

        var shape = new JsonObject { ["layouts"] = new JsonArray(layout) };
        switch (kind)
        {
            case "tab":
                shape.Insert(0, "type", "separated");
                shape.Insert(1, "separators", new JsonArray(Tabs, WrittenTabs));
                break;
            case "columns":
                shape.Insert(0, "type", "csv");
                shape.Insert(1, "separator", separator.ToString());
                break;
            default:
                shape.Insert(0, "type", "words");
                break;
        }

        if (prefixes.Count > 0)
        {
            shape["strip"] = MappingWriter.Strings(prefixes);
        }

        return new ShapeGroup(kind, string.Create(CultureInfo.InvariantCulture, $"lines of {Counted.Of(count, "column")}, separated by {Table.Named(separator)}"), shape, indexes);
    }

    public static string Stripped(string line, Vocabulary vocabulary) =>
        vocabulary.Prefixes.FirstOrDefault(prefix => line.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix ? line[prefix.Length..] : line;

    /// <summary>The public layout that the line has; null when it has none.</summary>
    public static KnownLayout? Known(string line, Vocabulary vocabulary)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return vocabulary.Layouts.FirstOrDefault(known => Fits(words, known.Layout));
    }

    public static ShapeGroup Describe(KnownLayout known, int[] indexes) => new(
        known.Name, known.Says, new JsonObject { ["type"] = "words", ["layouts"] = new JsonArray(System.Text.Json.Nodes.JsonNode.Parse(known.Layout.GetRawText())) }, indexes);

    private static bool Fits(string[] words, JsonElement layout)
    {
        string[] columns = [.. layout.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!)];
        return words.Length >= columns.Length - 1 && layout.GetProperty("checks").EnumerateObject().All(check =>
            Array.IndexOf(columns, check.Name) is >= 0 and var at && Enum.Parse<ColumnCheck>(check.Value.GetString()!, ignoreCase: true).Passes(Utf8Text.Of(words[at])));
    }

    public static string NameOf(int column) => string.Create(CultureInfo.InvariantCulture, $"column{column + 1}");

    private static List<string> CellsOf(string kind, char separator, string text) => kind switch
    {
        "tab" => [.. text.Split(text.Contains('\t', StringComparison.Ordinal) ? Tabs : WrittenTabs)],
        "words" => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        _ => Table.Cells(text, separator),
    };
}
