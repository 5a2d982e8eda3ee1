using System.Text.Json;
using System.Text.Json.Serialization;

namespace OnlineSafety.Monitoring.Events;

/// <summary>Who may see an event or alert at all, apart from roles: a protected theme narrows it, whatever the severity.</summary>
internal enum Audience : byte
{
    /// <summary>Whoever the school's routing names.</summary>
    Routed = 0,

    /// <summary>DSL and deputies only (help-seeking).</summary>
    DslOnly = 1,
}

/// <summary>
/// Why a result is what it is: one step, as data.
/// </summary>
/// <param name="Rule">Rule or modifier id, for example <c>suicide.method.en-014</c>, <c>vendor.category</c>, <c>modifier.typed</c>.</param>
/// <param name="Version">Version of the rule pack or taxonomy that holds it.</param>
/// <param name="Field">Where it looked: <c>searchQuery</c>, <c>text</c>, <c>url</c>, <c>category</c>, <c>action</c> ...; empty for a modifier that looks at the whole event.</param>
/// <param name="Matched">The span of the original text that matched; empty when none.</param>
/// <param name="Start">UTF-16 offset of <paramref name="Matched"/> in that field's text, -1 when none.</param>
/// <param name="Explanation">Plain words for a DSL; holds no name of a person.</param>
/// <param name="Effect">What it did, for example <c>suicide critical</c>, <c>raised to high</c>, <c>lowered to low</c>, <c>excluded</c>.</param>
public sealed record Reason(string Rule, string Version, string Field, string Matched, int Start, string Explanation, string Effect)
{
    /// <summary>UTF-16 length of the span in that field's text, also where <see cref="Matched"/> is masked.</summary>
    public int Length { get; init; } = Matched.Length;

    /// <summary>What the result would be without this reason; null where nobody asked.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Counterfactual? Without { get; init; }

    /// <summary>Words of the span without which the rules would bring about another result: the "how to" of "how to make a bomb". Those that change nothing are not listed.</summary>
    public IReadOnlyList<ReasonPart> Parts { get; init; } = [];
}

/// <summary>What a result would have been.</summary>
/// <param name="Theme">Taxonomy code.</param>
public sealed record Counterfactual(string Theme, [property: JsonConverter(typeof(SeverityJson))] Severity Severity)
{
    /// <summary>Whether the product itself would say the same (<see cref="Assessment.VendorSays"/>): what another product's word is then worth.</summary>
    internal bool VendorSays { get; init; }
}

/// <summary>Some words of a match.</summary>
/// <param name="Matched">They, as they stand in the text.</param>
/// <param name="Start">UTF-16 offset in the field's text.</param>
/// <param name="Without">What the result would be if the text that the rules read did not hold them, the learned voice's judgement of the whole aside.</param>
public sealed record ReasonPart(string Matched, int Start, Counterfactual Without)
{
    public int Length { get; init; } = Matched.Length;
}

/// <summary>A severity by its word.</summary>
internal sealed class SeverityJson : JsonConverter<Severity>
{
    public override Severity Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Words.TryRead<Severity>(reader.GetString(), out var severity) ? severity : throw new JsonException("There is no such severity.");

    public override void Write(Utf8JsonWriter writer, Severity value, JsonSerializerOptions options) => writer.WriteStringValue(Words.Of(value));
}

/// <summary>What Assess says of one event. Pure: the same event and rules give the same assessment for ever.</summary>
/// <param name="Risk">The C at stake, <c>None</c> when benign.</param>
/// <param name="Theme">Taxonomy code, the most specific that applies; <c>none</c> when benign.</param>
/// <param name="ParentTheme">Canonical theme (<c>THEMES</c> of the taxonomy) that <paramref name="Theme"/> belongs to.</param>
/// <param name="Severity">How soon to act.</param>
/// <param name="Reasons">Every step that led here, in order.</param>
internal sealed record Assessment(Risk Risk, string Theme, string ParentTheme, Severity Severity, IReadOnlyList<Reason> Reasons)
{
    public const string NoTheme = "none";

    /// <summary>Benign: nothing matched.</summary>
    public static Assessment None { get; } = new(Risk.None, NoTheme, NoTheme, Severity.None, []);

    /// <summary>Who may see it.</summary>
    public Audience Audience { get; init; }

    /// <summary>The URL must be masked wherever it is shown (child sexual abuse material).</summary>
    public bool MaskUrl { get; init; }

    /// <summary>All themes found, the deciding one first.</summary>
    public IReadOnlyList<string> Themes { get; init; } = [];

    /// <summary>The product itself says the same: by a category of this theme, or because it rates the event as grave.</summary>
    public bool VendorSays { get; init; }

    /// <summary>Edition of the taxonomy that judged it, <c>id@version</c>; empty when nothing was found.</summary>
    public string Edition { get; init; } = "";

    /// <summary>Version of the rules, the school's own entries among them; empty when nothing was found.</summary>
    public string Rules { get; init; } = "";

    /// <summary>A vendor category that the maps do not know was met: a visible defect, never a guess.</summary>
    public bool UnmappedCategory { get; init; }

    /// <summary>This one, which decides, with what less grave things are said of the same event: whom they protect is no less protected beside it.</summary>
    public Assessment Beside(Assessment other)
    {
        var (mine, others) = (Outcome, other.Outcome);
        return this with
        {
            Audience = (Audience)Math.Max((byte)Audience, (byte)other.Audience),
            MaskUrl = MaskUrl || other.MaskUrl,
            UnmappedCategory = UnmappedCategory || other.UnmappedCategory,
            Themes = [.. Themes.Union(other.Themes, StringComparer.Ordinal)],
            Reasons =
            [
                .. Reasons.Select(reason => reason with { Without = reason.Without is { } without && without.Severity <= others.Severity ? others : reason.Without }),
                .. other.Reasons.Select(reason => reason with { Without = mine }),
            ],
        };
    }

    /// <summary>What is said of results, of this one.</summary>
    public Counterfactual Outcome => new(Theme, Severity) { VendorSays = VendorSays };
}
