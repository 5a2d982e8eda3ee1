using System.Text.Json;
using OnlineSafety.Monitoring.Normalization.Suggestion;

namespace OnlineSafety.Monitoring.Web.Sources;

/// <summary>What a mapping takes each field from, as a page lists it. Pure.</summary>
internal static class MappingReads
{
    /// <param name="content">A mapping that compiles.</param>
    /// <param name="shown">What a name is called in front of people.</param>
    public static IEnumerable<Fact> Of(ReadOnlySpan<byte> content, Func<string, string> shown)
    {
        var mappings = JsonElement.Parse(content).GetProperty("mappings").EnumerateArray().ToList();
        return mappings.SelectMany(mapping => mapping.GetProperty("fields").EnumerateObject().Select(field => new Fact(
            FieldLabels.Of(field.Name) + (mappings.Count > 1 ? $" ({mapping.GetProperty("id").GetString()})" : ""),
            string.Join(", ", PlainNames.Of(field.Value).Distinct(StringComparer.Ordinal).Select(shown).DefaultIfEmpty("always the same")))));
    }
}
