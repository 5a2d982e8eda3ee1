using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>An answer that the proposal has no use for; the message says what there is.</summary>
internal sealed class ProposalException(string message) : Exception(message);

/// <summary>
/// What somebody answered, put into the proposed mapping, so that nobody need edit JSON: <c>--day-first</c> and its like, and <c>--set</c> with
/// <c>field=name</c> (the field comes from that name), <c>field=</c> (no such field), <c>ignore=name</c> or <c>field.word=ours</c> (what a word means).
/// </summary>
internal static class ProposalEdits
{
    private const string Ignore = "ignore";

    /// <param name="suggestion">The proposal.</param>
    /// <param name="flags">Switches such as <c>--day-first</c>; one that nobody asked for changes nothing.</param>
    /// <param name="settings">Values of <c>--set</c>.</param>
    /// <returns>The mapping.json with the answers, and the questions that stay open.</returns>
    /// <exception cref="ProposalException">A setting names a field or a name that is not there.</exception>
    public static (string Mapping, IReadOnlyList<Question> Open) Apply(Proposal suggestion, IReadOnlyCollection<string> flags, IReadOnlyCollection<string> settings)
    {
        if (suggestion.Mapping.Length == 0)
        {
            return ("", suggestion.Questions);
        }

        var file = JsonNode.Parse(suggestion.Mapping)!.AsObject();
        var mappings = file["mappings"]!.AsArray().Select(mapping => mapping!.AsObject()).ToDictionary(mapping => mapping["id"]!.GetValue<string>(), StringComparer.Ordinal);
        var answered = new HashSet<Question>();
        foreach (var question in suggestion.Questions)
        {
            if (question.Answers.FirstOrDefault(answer => flags.Contains(answer.Flag, StringComparer.Ordinal)) is { Recipe: { } recipe })
            {
                Set(mappings[question.Mapping], question.Field, recipe.DeepClone());
                answered.Add(question);
            }
        }

        foreach (var setting in settings)
        {
            var sign = setting.IndexOf('=', StringComparison.Ordinal);
            if (sign <= 0)
            {
                throw new ProposalException($"--set {setting}: it must be field=name.");
            }

            var (field, value) = (setting[..sign].Trim(), setting[(sign + 1)..].Trim());
            foreach (var mapping in Concerned(suggestion, field, value))
            {
                var label = LabelOf(suggestion, mapping, value) ?? value;
                Apply(mappings[mapping.Mapping], mapping, field, label, suggestion.Veiled.GetValueOrDefault(label, label));
                answered.UnionWith(suggestion.Questions.Where(question => question.Mapping == mapping.Mapping && question.Field == field.Split('.')[0]));
            }
        }

        return (MappingWriter.Text(file), [.. suggestion.Questions.Where(question => !answered.Contains(question))]);
    }

    private static IEnumerable<ShapeFinding> Concerned(Proposal suggestion, string field, string value)
    {
        var plain = field.Split('.')[0];
        if (plain != Ignore && !Enum.GetValues<Meaning>().Where(Meanings.IsField).Select(Meanings.FieldOf).Contains(plain, StringComparer.Ordinal))
        {
            throw new ProposalException($"--set {field}={value}: there is no field {plain}. Fields: {string.Join(", ", Enum.GetValues<Meaning>().Where(Meanings.IsField).Select(Meanings.FieldOf))}, {Ignore}.");
        }

        if (value.Length == 0 || field.Contains('.', StringComparison.Ordinal))
        {
            return suggestion.Shapes.Where(shape => shape.Fields.Any(found => found.Field == plain));
        }

        var holding = suggestion.Shapes.Where(shape => LabelOf(suggestion, shape, value) is not null).ToList();
        return holding.Count > 0 ? holding : throw new ProposalException($"--set {field}={value}: there is no name {value}. Names: {string.Join(", ", suggestion.Shapes.SelectMany(shape => shape.Names).Distinct(StringComparer.Ordinal))}.");
    }

    // By its label, the number in it, or the name itself, which whoever knows the product may type.
    private static string? LabelOf(Proposal suggestion, ShapeFinding shape, string value) =>
        shape.Names.FirstOrDefault(label => label.Equals(value, StringComparison.OrdinalIgnoreCase))
        ?? shape.Names.FirstOrDefault(label => suggestion.Veiled.TryGetValue(label, out var name)
            && (NameLabels.Switch(label).Equals(value, StringComparison.Ordinal) || name.Equals(value, StringComparison.OrdinalIgnoreCase)));

    private static void Apply(JsonObject mapping, ShapeFinding shape, string field, string label, string value)
    {
        var fields = mapping["fields"]!.AsObject();
        if (field.IndexOf('.', StringComparison.Ordinal) is > 0 and var point)
        {
            var words = fields[field[..point]] as JsonObject ?? throw new ProposalException($"--set {field}={value}: {field[..point]} has no words.");
            SetWord(words, field[(point + 1)..], value);
        }
        else if (field == Ignore)
        {
            Ignored(mapping).Add(value);
            foreach (var other in fields.Where(entry => entry.Value is { } node && node.GetValueKind() == JsonValueKind.String && node.GetValue<string>() == value).Select(entry => entry.Key).ToList())
            {
                fields.Remove(other);
            }
        }
        else if (value.Length == 0)
        {
            fields.Remove(field);
        }
        else
        {
            Set(mapping, field, shape.Recipes.TryGetValue($"{field}={label}", out var recipe) ? recipe.DeepClone() : JsonValue.Create(value));
            Remove(Ignored(mapping), value);
        }
    }

    // Words compare without case: one that is there already would be found first.
    private static void SetWord(JsonObject words, string word, string ours)
    {
        if (words["map"] is not JsonObject map)
        {
            words["map"] = map = [];
        }

        foreach (var same in map.Select(entry => entry.Key).Where(key => key.Equals(word, StringComparison.OrdinalIgnoreCase)).ToList())
        {
            map.Remove(same);
        }

        map[word] = int.TryParse(ours, NumberStyles.None, CultureInfo.InvariantCulture, out var level) ? JsonValue.Create(level) : JsonValue.Create(ours);
    }

    private static void Set(JsonObject mapping, string field, JsonNode value) => mapping["fields"]!.AsObject()[field] = value;

    private static JsonArray Ignored(JsonObject mapping)
    {
        if (mapping[Ignore] is not JsonArray ignored)
        {
            mapping[Ignore] = ignored = [];
        }

        return ignored;
    }

    private static void Remove(JsonArray names, string name)
    {
        for (var i = names.Count - 1; i >= 0; i--)
        {
            if (string.Equals(names[i]!.GetValue<string>(), name, StringComparison.OrdinalIgnoreCase))
            {
                names.RemoveAt(i);
            }
        }
    }
}
