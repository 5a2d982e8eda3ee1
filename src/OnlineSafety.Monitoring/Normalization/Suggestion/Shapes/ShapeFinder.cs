using System.Globalization;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

/// <summary>
/// Sorts records by how their text is taken apart, surest signs first: JSON and headers that name themselves, then pairs, then tabs and
/// separators by how many there are, then words. What has no sign is left over and listed.
/// </summary>
internal sealed class ShapeFinder(Vocabulary vocabulary)
{
    private const int LeastTabs = 3;
    private const int LeastSeparators = 4;
    private const int LeastWords = 7;

    // A shape of very few records among many is a stray line: it is better read as plain text than by a mapping made of it.
    private const double LeastShare = 0.01;
    private const int Few = 3;
    private const int Many = 50;

    /// <summary>The groups, largest first; records in none have no shape.</summary>
    public IReadOnlyList<ShapeGroup> Group(IReadOnlyList<RawRecord> records, TimeZoneInfo zone)
    {
        var found = new SortedDictionary<string, List<RecordText>>(StringComparer.Ordinal);
        for (var i = 0; i < records.Count; i++)
        {
            var text = RecordText.Of(i, records[i], zone);
            if (SignOf(text) is { } sign)
            {
                (found.TryGetValue(sign, out var group) ? group : found[sign] = []).Add(text);
            }
        }

        var groups = found
            .Where(entry => records.Count < Many || entry.Value.Count >= Few || entry.Value.Count >= records.Count * LeastShare)
            .OrderByDescending(entry => entry.Value.Count)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal);
        return [.. groups.Select(entry => Describe(entry.Key, entry.Value)).OfType<ShapeGroup>()];
    }

    /// <summary>A word that all records of one shape have in common.</summary>
    private string? SignOf(in RecordText record)
    {
        var text = record.Text;
        if (text.Length == 0)
        {
            return null;
        }

        if (record.ContentType == RecordEnvelope.Mail)
        {
            return ShapeGroup.Mail;
        }

        if (text[0] is '{' or '[')
        {
            return JsonRecords.IsJson(text) ? "json" : null;
        }

        if (!record.IsLine)
        {
            return QueryText.IsQuery(text, record.ContentType) ? "query" : Table.SignOf(text, vocabulary);
        }

        if (Piped(text) is { } piped)
        {
            return piped;
        }

        if (ColumnText.Known(record.Whole, vocabulary) is { } known)
        {
            return $"known\n{known.Name}";
        }

        // A line of pairs between commas has none between spaces, but for one in a value.
        foreach (var separator in (char[])[' ', ','])
        {
            if (PairText.KeysOf(text, separator).Count >= PairText.Least)
            {
                return $"kv\n{separator}";
            }
        }

        return Separated(ColumnText.Stripped(record.Whole, vocabulary));
    }

    private static string? Piped(string text) =>
        text.Contains("CEF:0|", StringComparison.Ordinal) || text.Contains("CEF: 0|", StringComparison.Ordinal) ? "cef"
        : text.Contains("LEEF:", StringComparison.Ordinal) && text.Contains('|', StringComparison.Ordinal) ? "leef" : null;

    private static string? Separated(string text)
    {
        var tabs = text.Count(sign => sign == '\t');
        tabs = tabs > 0 ? tabs : text.Split("#011").Length - 1;
        if (tabs >= LeastTabs)
        {
            return Sign("tab", '\t', tabs + 1);
        }

        // What separates columns occurs oftener than what stands inside them; quoted text does not count.
        var best = "|;,".Select(sign => (Sign: sign, Cells: Table.Cells(text, sign).Count)).MaxBy(found => found.Cells);
        if (best.Cells > LeastSeparators)
        {
            return Sign("columns", best.Sign, best.Cells);
        }

        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
        return words >= LeastWords ? Sign("words", ' ', words) : null;
    }

    private static string Sign(string kind, char separator, int count) => string.Create(CultureInfo.InvariantCulture, $"{kind}\n{separator}\n{count}");

    private ShapeGroup? Describe(string sign, List<RecordText> records)
    {
        var parts = sign.Split('\n');
        int[] indexes = [.. records.Select(record => record.Index)];
        return parts[0] switch
        {
            "json" => JsonRecords.Describe(records, indexes, vocabulary),
            "query" => new ShapeGroup("query", "a form or query string", Requiring("query", QueryText.NamesOf(records)), indexes),
            "kv" => PairText.Describe(records, indexes, parts[1][0]),
            ShapeGroup.Mail => MailLabels.Describe(records, indexes, vocabulary),
            "table" => Table.Describe(records, indexes, parts[1][0]),
            "cef" => new ShapeGroup("cef", "CEF lines", new JsonObject { ["type"] = "cef" }, indexes),
            "leef" => new ShapeGroup("leef", "LEEF lines", new JsonObject { ["type"] = "leef" }, indexes),
            "known" => ColumnText.Describe(vocabulary.Layouts.First(layout => layout.Name == parts[1]), indexes),
            _ => ColumnText.Describe(parts[0], parts[1][0], int.Parse(parts[2], CultureInfo.InvariantCulture), records, indexes, vocabulary),
        };
    }

    public static JsonObject Requiring(string type, IReadOnlyList<string> names) =>
        new() { ["type"] = type, ["requires"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]) };
}
