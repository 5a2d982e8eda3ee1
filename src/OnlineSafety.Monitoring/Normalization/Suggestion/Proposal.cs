using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace OnlineSafety.Monitoring.Normalization.Suggestion;

/// <summary>A mapping proposed from captured records, and why. Holds no value of a record: see <see cref="Masking"/>; of names that may be data see <see cref="Veiled"/>.</summary>
internal sealed record Proposal
{
    /// <summary>How it is written and read as JSON.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <summary>A whole mapping.json; empty when nothing in the sample has a shape.</summary>
    public required string Mapping { get; init; }

    /// <summary>Records looked at.</summary>
    public required int Records { get; init; }

    public required IReadOnlyList<ShapeFinding> Shapes { get; init; }

    public required IReadOnlyList<Question> Questions { get; init; }

    public required Trial Trial { get; init; }

    /// <summary>Names that may be data, by the labels under which everything here but the mapping, recipes and this speaks of them.</summary>
    public IReadOnlyDictionary<string, string> Veiled { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Of a sender's words it shows those alone that our lists have.</summary>
    public bool KnownWordsAlone { get; init; }

    /// <summary>The proposal in a job's result; null where it was made before names were veiled or words masked, and would show them.</summary>
    public static Proposal? Read(JsonElement? result) =>
        result is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty("veiled", out _) && known.Deserialize<Proposal>(Json) is { KnownWordsAlone: true } proposal ? proposal : null;

    /// <summary>The same without the names that may be data: for a page or a terminal.</summary>
    public Proposal Shown()
    {
        var labels = Veiled.ToDictionary(entry => entry.Value, entry => entry.Key, StringComparer.Ordinal);
        return this with
        {
            Mapping = Mapping.Length == 0 ? "" : MappingWriter.Text(NameLabels.Replaced(JsonNode.Parse(Mapping), labels)!.AsObject()),
            Shapes = [.. Shapes.Select(shape => shape with { Recipes = shape.Recipes.ToDictionary(entry => entry.Key, entry => NameLabels.Replaced(entry.Value, labels)!, StringComparer.Ordinal) })],
            Questions = [.. Questions.Select(question => question with { Answers = [.. question.Answers.Select(answer => answer with { Recipe = NameLabels.Replaced(answer.Recipe, labels) })] })],
            Veiled = new Dictionary<string, string>(StringComparer.Ordinal),
        };
    }

    /// <summary>A mapping as <see cref="Shown"/> gave it, perhaps edited since, with the names themselves.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public string Revealed(string mapping) => Veiled.Count == 0 ? mapping : NameLabels.Replaced(JsonNode.Parse(mapping), Veiled)?.ToJsonString() ?? "";

    /// <summary>A sentence about the mapping without the names that may be data.</summary>
    public string Without(string sentence) =>
        Veiled.OrderByDescending(entry => entry.Value.Length).Aggregate(sentence, (text, entry) => text.Replace(entry.Value, entry.Key, StringComparison.OrdinalIgnoreCase));
}

/// <summary>One shape of the sample, which became one mapping.</summary>
internal sealed record ShapeFinding
{
    /// <summary>Id of the mapping.</summary>
    public required string Mapping { get; init; }

    /// <summary>The shape in words.</summary>
    public required string Says { get; init; }

    public required int Records { get; init; }

    public required int Events { get; init; }

    public required IReadOnlyList<FieldFinding> Fields { get; init; }

    /// <summary>Every name that a field may be set from, by its label.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Names that are not shown, because they may be data themselves.</summary>
    public required int HiddenNames { get; init; }

    /// <summary>By <c>field=name</c>: what the field is when somebody sets it from that name and the name alone does not do.</summary>
    public required IReadOnlyDictionary<string, JsonNode> Recipes { get; init; }
}

/// <summary>One decision.</summary>
/// <param name="Field">Field of the event; <c>ignore</c> for what is not kept, <c>unmapped</c> for what is kept as sent and not used.</param>
/// <param name="From">Names, best first.</param>
/// <param name="Confidence">How sure: high, medium, low; of what is undecided low.</param>
/// <param name="Evidence">Why, in words.</param>
/// <param name="RunnerUp">What came next: another name for the field, or another field for the name; possibly empty.</param>
/// <param name="Fill">Share of the events that have it.</param>
/// <param name="Examples">Masked.</param>
internal sealed record FieldFinding(
    string Field, IReadOnlyList<string> From, Confidence Confidence, string Evidence, string RunnerUp, double Fill, IReadOnlyList<string> Examples);

/// <summary>What only a person can decide. Until then the proposal leaves it out.</summary>
/// <param name="Mapping">Id of the mapping.</param>
/// <param name="Field">Field that it is about.</param>
/// <param name="Asks">The question.</param>
/// <param name="Answers">The switches that answer it.</param>
internal sealed record Question(string Mapping, string Field, string Asks, IReadOnlyList<Answer> Answers);

/// <summary>An answer.</summary>
/// <param name="Flag">The switch to give: <c>--day-first</c>, <c>--set user=$.who</c>.</param>
/// <param name="Says">What it means.</param>
/// <param name="Recipe">What the field then is; null when the switch says it all.</param>
internal sealed record Answer(string Flag, string Says, JsonNode? Recipe);

/// <summary>What the proposed mapping makes of the very records that it was made from.</summary>
/// <param name="Read">Records that it reads.</param>
/// <param name="Control">Heartbeats.</param>
/// <param name="Unclaimed">Records of no shape.</param>
/// <param name="Unreadable">Records of a shape, but broken.</param>
/// <param name="Events">Events in those read.</param>
/// <param name="Filled">Events that have each field.</param>
/// <param name="NeverFilled">Fields of the proposal that no event had.</param>
/// <param name="Unmapped">Names that are kept as sent and used by no field, with the number of events.</param>
internal sealed record Trial(
    int Read, int Control, int Unclaimed, int Unreadable, int Events,
    IReadOnlyDictionary<string, int> Filled, IReadOnlyList<string> NeverFilled, IReadOnlyDictionary<string, int> Unmapped);
