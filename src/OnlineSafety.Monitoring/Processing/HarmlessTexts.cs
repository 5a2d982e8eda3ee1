using System.Text.Json;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What travels with the service and is no concern: titles of lessons, and the texts that rules must not find.</summary>
internal static class HarmlessTexts
{
    private const string Language = "en";

    /// <param name="schemas">A <c>schemas</c> directory.</param>
    public static IReadOnlyList<string> Read(string schemas) =>
    [
        .. Directory.GetFiles(Path.Combine(schemas, "background"), $"*.{Language}.txt").Order(StringComparer.Ordinal).SelectMany(File.ReadLines).Where(line => line.Length > 0 && line[0] != '#'),
        .. Directory.GetFiles(Path.Combine(schemas, "rulepacks", Language), "*.json").Order(StringComparer.Ordinal).SelectMany(NegativesOf),
    ];

    private static List<string> NegativesOf(string pack)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(pack));
        return json.RootElement.TryGetProperty("rules", out var rules)
            ? [.. rules.EnumerateArray().Where(rule => rule.TryGetProperty("negative", out _)).SelectMany(rule => rule.GetProperty("negative").EnumerateArray()).Select(text => text.GetString()!)]
            : [];
    }
}
