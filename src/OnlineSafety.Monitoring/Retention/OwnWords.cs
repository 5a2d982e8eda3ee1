using System.Collections.Frozen;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Classification.Overlays;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// Which strings of a stored event, and of an alert's stored reasons, are the service's own words: whatever a child is called, <c>low</c> stays a severity. What is not
/// named here was sent or typed by somebody, also a field that comes later. Pure.
/// </summary>
internal static class OwnWords
{
    private const string Reasons = "assessment.reasons.";
    private const string Explanation = "explanation";

    // As Processing/EventDetail and Events/EventJson write them; elements of a list have the path of the list.
    private static readonly FrozenSet<string> _paths = new[]
    {
        "event.specversion", "event.id", "event.source", "event.type", "event.time", "event.datacontenttype",
        "event.data.school", "event.data.source.id", "event.data.source.vendor", "event.data.source.product", "event.data.occurredAt", "event.data.timeBasis", "event.data.receivedAt",
        "event.data.kind", "event.data.action", "event.data.subject.role", "event.data.mapping", "event.data.rawHash", "event.data.warnings", "event.data.recordFlags",
        "assessment.risk", "assessment.theme", "assessment.parentTheme", "assessment.severity", "assessment.audience", "assessment.edition", "assessment.rules", "assessment.themes",
        "history.receivedAt", "history.theme", "history.severity", "history.vendor",
        Reasons + "rule", Reasons + "version", Reasons + "field", Reasons + "effect", Reasons + "without.theme", Reasons + "without.severity",
        Reasons + "parts.without.theme", Reasons + "parts.without.severity",
    }.ToFrozenSet(StringComparer.Ordinal);

    /// <param name="path">Names from the root on, with dots between.</param>
    public static bool Are(string path) => _paths.Contains(path);

    /// <summary>Where a text begins: reasons of an alert are a list of their own, and stand below those of an event.</summary>
    public static string Root(JsonNode? root) => root is JsonArray ? Reasons[..^1] : "";

    /// <summary>Whether it is an explanation in the words of the shared rules. Staff explain their own phrases and exclusions, and may have named somebody.</summary>
    public static bool Explain(JsonObject reason, string name) => name == Explanation && Explain(Text(reason["rule"]) ?? "", Text(reason[Explanation]) ?? "");

    /// <inheritdoc cref="Explain(JsonObject, string)"/>
    public static bool Explain(string rule, string explanation) =>
        !rule.StartsWith(OverlayEntry.RulePrefix, StringComparison.Ordinal) && !explanation.Contains($"({OverlayEntry.RulePrefix}", StringComparison.Ordinal);

    private static string? Text(JsonNode? said) => said is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
