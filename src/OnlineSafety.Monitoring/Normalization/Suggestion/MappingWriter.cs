using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Normalization.Suggestion.Shapes;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>Writes decisions as a mapping.</summary>
internal static class MappingWriter
{
    private const string Ask = "Confirm what each field means: the mapping was proposed from captured records and nobody of the vendor has seen it.";

    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,

        // A mapping is read by people: quotes and ampersands as they are. It goes to a file, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string File(string product, string source, IEnumerable<JsonObject> mappings) => Text(new JsonObject
    {
        ["product"] = product,
        ["title"] = "Proposed from captured records",
        ["source"] = source,
        ["mappings"] = new JsonArray([.. mappings]),
    });

    public static string Text(JsonObject file) => file.ToJsonString(Options) + "\n";

    public static JsonObject Mapping(string id, string source, ShapeGroup group, Sample sample, IReadOnlyList<Column> shown, Decisions decisions)
    {
        var mapping = new JsonObject
        {
            ["id"] = id,
            ["version"] = 1,
            ["status"] = "unverified",
            ["source"] = source,
            ["ask"] = Ask,
            ["shape"] = group.Shape.DeepClone(),
        };
        if (Control(sample, shown) is { } control)
        {
            mapping["control"] = control;
        }

        mapping["blanks"] = Strings(sample.Vocabulary.Blanks);
        if (decisions.Ignored.Count > 0)
        {
            mapping["ignore"] = Strings(decisions.Ignored.OrderBy(ignored => ignored.Claims[0].Column.Order).Select(ignored => ignored.Claims[0].Column.Name.Name));
        }

        mapping["fields"] = Fields(decisions);
        if (group.IsMail)
        {
            mapping["fields"]!["text"] = ShapeGroup.AllText;
        }

        return mapping;
    }

    public static JsonArray Strings(IEnumerable<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);

    private static JsonObject Fields(Decisions decisions)
    {
        var fields = new JsonObject();
        foreach (var decision in decisions.Fields)
        {
            // What is asked is left out until it is answered.
            if (decision.Claims[0].Choices.Count == 0)
            {
                fields[Meanings.FieldOf(decision.Meaning)] = Field(decision);
            }
        }

        // A kind is what the event is about: a page when there is one, else words that somebody wrote.
        var kind = decisions.Find(Meaning.Url) is not null ? "visit" : decisions.Find(Meaning.Text) is not null ? "typed" : null;
        if (kind is not null)
        {
            var words = fields["kind"] as JsonObject ?? [];
            words["default"] = kind;
            if (words.ContainsKey("map"))
            {
                words["unmatched"] = kind;
            }

            fields["kind"] = words;
        }

        return fields;
    }

    private static JsonNode Field(Decision decision)
    {
        var names = decision.Claims.Select(claim => claim.Column.Name.Name).ToList();
        if (decision.Claims[0].Recipe is not { } recipe)
        {
            // A further column may have separators where the first has none.
            var separators = decision.Claims.Select(claim => claim.Recipe?["separators"]?.GetValue<string>()).FirstOrDefault(signs => signs is not null);
            return separators is null ? Names(names) : new JsonObject { ["from"] = Names(names), ["separators"] = separators };
        }

        var copy = recipe.DeepClone();
        if (names.Count > 1)
        {
            copy["from"] = Names(names);
        }

        return copy;
    }

    private static JsonNode Names(List<string> names) => names.Count == 1 ? JsonValue.Create(names[0]) : Strings(names);

    /// <summary>Words such as heartbeat, in events that hold less than half of what others hold: a child may have typed the word.</summary>
    private static JsonArray? Control(Sample sample, IReadOnlyList<Column> shown)
    {
        var sizes = new int[sample.Rows];
        foreach (var column in sample.Columns)
        {
            foreach (var row in column.FilledRows)
            {
                sizes[row]++;
            }
        }

        var usual = sample.Rows == 0 ? 0 : sizes.Order().ElementAt(sample.Rows / 2);
        foreach (var column in shown.Where(column => column.Distinct.Count <= 20))
        {
            var words = column.Distinct.Where(sample.Vocabulary.IsControl).Order(StringComparer.Ordinal).ToList();
            var rows = column.Cells.Where(cell => words.Contains(cell.Text, StringComparer.OrdinalIgnoreCase)).Select(cell => cell.Row).ToList();
            if (rows.Count > 0 && rows.Count < sample.Rows && rows.TrueForAll(row => sizes[row] * 2 < usual))
            {
                return new JsonArray(new JsonObject { ["field"] = column.Name.Name, ["equals"] = Strings(words) });
            }
        }

        return null;
    }
}
