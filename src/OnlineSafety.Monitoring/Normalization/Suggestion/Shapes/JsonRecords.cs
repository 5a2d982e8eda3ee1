using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

/// <summary>
/// Finds where the records of JSON texts are: at the root, or in a list, perhaps in a list inside of another. The list whose elements say most
/// of an event is it; what stands above it is inherited, so a list of tags beside a time and a user is no list of records.
/// </summary>
internal static class JsonRecords
{
    private const int Depth = 32;
    private const int MostElements = 20;

    /// <summary>Fields that make an event what it is.</summary>
    private static readonly Meaning[] Telling = [Meaning.Time, Meaning.Url, Meaning.Text, Meaning.SearchQuery];

    private static readonly Meaning[] Looked =
        [Meaning.Time, Meaning.Url, Meaning.SearchQuery, Meaning.Text, Meaning.User, Meaning.Action, Meaning.Categories, Meaning.DeviceHost, Meaning.DeviceIp, Meaning.Severity, Meaning.Theme];

    public static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Depth, AllowDuplicateProperties = false });
            ReadStrings(document.RootElement);
            return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The second: half of a pair of surrogates, which is found only when the string is asked for.
            return false;
        }
    }

    private static void ReadStrings(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadStrings(member.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    ReadStrings(item);
                }

                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }

    public static ShapeGroup Describe(List<RecordText> records, int[] indexes, Vocabulary vocabulary)
    {
        var paths = records.CountBy(record => PathOf(record.Text, vocabulary), StringComparer.Ordinal)
            .OrderBy(entry => entry.Key == "$")
            .ThenByDescending(entry => entry.Value)
            .ThenBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => entry.Key)
            .ToList();
        var shape = new JsonObject { ["type"] = "json", ["records"] = new JsonArray([.. paths.Select(path => JsonValue.Create(path))]) };
        return new ShapeGroup("json", $"JSON, its records at {string.Join(" or ", paths.Select(path => path == "$" ? "the top" : vocabulary.Plain.FormOf(path)).Distinct(StringComparer.Ordinal))}", shape, indexes);
    }

    private static string PathOf(string text, Vocabulary vocabulary)
    {
        using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = Depth });
        var found = new List<(string Path, double Worth)>();
        Look("$", "", [document.RootElement], [], vocabulary, found);

        // MaxBy keeps the first of equals: the one nearer to the root.
        return found.MaxBy(place => place.Worth).Path;
    }

    private static void Look(string path, string step, List<JsonElement> elements, HashSet<Meaning> above, Vocabulary vocabulary, List<(string Path, double Worth)> found)
    {
        var objects = elements.SelectMany(element => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().Take(MostElements) : Enumerable.Repeat(element, 1))
            .Where(element => element.ValueKind == JsonValueKind.Object).Take(MostElements).ToList();
        if (objects.Count == 0)
        {
            if (step.Length == 0)
            {
                found.Add((path, 0));
            }

            return;
        }

        var own = new HashSet<Meaning>();
        var lists = new Dictionary<string, List<JsonElement>>(StringComparer.Ordinal);
        foreach (var item in objects)
        {
            Collect(item, "", own, lists, vocabulary);
        }

        found.Add((path, (2 * Worth(own)) + Worth(above.Except(own))));
        var inherited = above.Union(own).ToHashSet();
        foreach (var (key, list) in lists.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            Look($"{path}.{key}", key, list, inherited, vocabulary, found);
        }
    }

    /// <summary>Meanings of the scalars below an element, and the lists of objects in it.</summary>
    private static void Collect(JsonElement element, string path, HashSet<Meaning> own, Dictionary<string, List<JsonElement>> lists, Vocabulary vocabulary)
    {
        foreach (var member in element.EnumerateObject())
        {
            var name = path.Length == 0 ? member.Name : $"{path}.{member.Name}";
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Object:
                    Collect(member.Value, name, own, lists, vocabulary);
                    break;
                case JsonValueKind.Array when member.Value.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.Object):
                    (lists.TryGetValue(name, out var list) ? list : lists[name] = []).Add(member.Value);
                    break;
                case JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Array:
                    own.UnionWith(Looked.Where(meaning => vocabulary.Fit(new ColumnName(name), meaning) >= ColumnName.Exact || LooksLike(member.Value, meaning, vocabulary)));
                    break;
            }
        }
    }

    private static bool LooksLike(JsonElement value, Meaning meaning, Vocabulary vocabulary) => meaning switch
    {
        Meaning.Url => value.ValueKind == JsonValueKind.String && Recognition.UrlRecogniser.HostOf(value.GetString()!, vocabulary) is not null,
        Meaning.DeviceIp => value.ValueKind == JsonValueKind.String && Recognition.AddressRecogniser.IsAddress(value.GetString()!),
        Meaning.User => value.ValueKind == JsonValueKind.String && Recognition.UserRecogniser.IsMail(value.GetString()!),
        _ => false,
    };

    private static double Worth(IEnumerable<Meaning> meanings) => meanings.Sum(meaning => Telling.Contains(meaning) ? 2 : 1);
}
