using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

/// <summary>Lines of <c>key=value</c>.</summary>
internal static class PairText
{
    /// <summary>Pairs that a line must have: a sentence may hold one by chance.</summary>
    public const int Least = 3;

    private const int MostRequired = 2;

    /// <summary>What stands before the first key.</summary>
    private const string Lead = "lead";

    /// <summary>Keys at the start or behind a space: the query of a URL has none.</summary>
    /// <param name="text">The line.</param>
    /// <param name="separator">Stands before a key.</param>
    public static IReadOnlyList<string> KeysOf(string text, char separator = ' ')
    {
        var keys = new List<string>();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            quoted ^= text[i] == '"' && (i == 0 || text[i - 1] != '\\');
            if (text[i] != '=' || quoted)
            {
                continue;
            }

            var start = i;
            while (start > 0 && (char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '-' or '.'))
            {
                start--;
            }

            if (start < i && (start == 0 || text[start - 1] == separator || text[start - 1] == '\t'))
            {
                keys.Add(text[start..i]);
            }
        }

        return keys;
    }

    public static ShapeGroup Describe(List<RecordText> records, int[] indexes, char separator)
    {
        // Required are the keys that every line has: a line without them is of another kind and stays for review.
        var common = records
            .SelectMany(record => KeysOf(record.Text, separator).Distinct(StringComparer.OrdinalIgnoreCase))
            .CountBy(key => key, StringComparer.OrdinalIgnoreCase)
            .OrderByDescending(entry => entry.Value)
            .ToList();
        var everywhere = common.Where(entry => entry.Value == records.Count).Take(MostRequired).Select(entry => entry.Key).ToList();
        JsonObject shape = ShapeFinder.Requiring("kv", everywhere.Count > 0 ? everywhere : [common[0].Key]);
        if (separator != ' ')
        {
            // Upper-case keys let values hold both signs (a URL with commas and equals).
            shape["separator"] = separator.ToString();
            shape["keys"] = everywhere.TrueForAll(key => !key.Any(char.IsLower)) ? "upper" : "any";
            shape["lead"] = Lead;
        }

        return new ShapeGroup("kv", $"key=value, separated by {Table.Named(separator)}", shape, indexes);
    }
}

/// <summary>Form bodies and query strings.</summary>
internal static class QueryText
{
    private const int MostRequired = 2;

    public static bool IsQuery(string text, string contentType)
    {
        if (text.Contains('\n', StringComparison.Ordinal) || text.Contains(' ', StringComparison.Ordinal))
        {
            return false;
        }

        var pairs = text.Split('&');
        return pairs.All(pair => pair.IndexOf('=', StringComparison.Ordinal) > 0) && (pairs.Length > 1 || contentType == Events.RecordEnvelope.Form);
    }

    public static IReadOnlyList<string> NamesOf(List<RecordText> records)
    {
        var common = records.Select(record => record.Text.Split('&').Select(pair => Uri.UnescapeDataString(pair[..pair.IndexOf('=', StringComparison.Ordinal)])).ToList()).ToList();
        string[] everywhere = [.. common[0].Where(name => common.TrueForAll(names => names.Contains(name, StringComparer.OrdinalIgnoreCase))).Take(MostRequired)];
        return everywhere.Length > 0 ? everywhere : [common[0][0]];
    }
}
