using System.Globalization;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>
/// What the names of a proposal are called in front of people: a plain one by itself, any other by its form and a number, by which it can be chosen:
/// <c>$.Aaaaa Aaaaaa.query (#3)</c>.
/// </summary>
internal sealed class NameLabels(PlainNames plain)
{
    private readonly Dictionary<string, string> _labels = new(StringComparer.Ordinal);

    /// <summary>Names that are not shown, by their labels.</summary>
    public SortedDictionary<string, string> Veiled { get; } = new(StringComparer.Ordinal);

    public string Of(string name)
    {
        if (plain.IsPlain(name))
        {
            return name;
        }

        if (!_labels.TryGetValue(name, out var label))
        {
            _labels[name] = label = string.Create(CultureInfo.InvariantCulture, $"{plain.FormOf(name)} (#{_labels.Count + 1})");
            Veiled[label] = name;
        }

        return label;
    }

    /// <summary>The words by which a switch names it: the number alone, where it has one.</summary>
    public static string Switch(string label) => label.EndsWith(')') && label.LastIndexOf("(#", StringComparison.Ordinal) is >= 0 and var at ? label[(at + 1)..^1] : label;

    /// <summary>A copy of a document in which every text that is one of the keys is replaced by its value.</summary>
    public static JsonNode? Replaced(JsonNode? node, IReadOnlyDictionary<string, string> by) => node switch
    {
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Replaced(member.Value, by)))),
        JsonArray items => new JsonArray([.. items.Select(item => Replaced(item, by))]),
        JsonValue value when value.TryGetValue<string>(out var text) && by.TryGetValue(text, out var other) => JsonValue.Create(other),
        _ => node?.DeepClone(),
    };
}
