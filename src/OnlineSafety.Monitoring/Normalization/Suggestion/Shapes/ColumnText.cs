using System.Globalization;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

/// <summary>Lines whose columns are known by their place alone.</summary>
internal static class ColumnText
{
    private const string Tabs = "\t";
    private const string WrittenTabs = "#011";

    // Columns that every line has in one form: by them the layout knows its lines. A name or a page may be missing tomorrow, a time never is.
    private static readonly ColumnCheck[] Checked = [ColumnCheck.Timestamp, ColumnCheck.Clock, ColumnCheck.Epoch, ColumnCheck.Date];

    public static ShapeGroup Describe(string kind, char separator, int count, List<RecordText> records, int[] indexes)
    {
        var rows = records.ConvertAll(record => CellsOf(kind, separator, record.Whole));
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

        return new ShapeGroup(kind, string.Create(CultureInfo.InvariantCulture, $"lines of {count} columns, separated by {Table.Named(separator)}"), shape, indexes);
    }

    public static string NameOf(int column) => string.Create(CultureInfo.InvariantCulture, $"column{column + 1}");

    private static List<string> CellsOf(string kind, char separator, string text) => kind switch
    {
        "tab" => [.. text.Split(text.Contains('\t', StringComparison.Ordinal) ? Tabs : WrittenTabs)],
        "words" => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        _ => Table.Cells(text, separator),
    };
}
