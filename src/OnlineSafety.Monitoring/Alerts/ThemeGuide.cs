using System.Text.Json;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>What the taxonomy says about showing a theme: whose URLs are masked, and what a school must do about it.</summary>
internal sealed class ThemeGuide
{
    private readonly HashSet<string> _masked = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _instructions = new(StringComparer.Ordinal);

    /// <summary>Knows nothing: masks nothing and instructs nothing.</summary>
    public static ThemeGuide None { get; } = new();

    /// <summary>Reads it from a taxonomy file.</summary>
    public static ThemeGuide Read(ReadOnlyMemory<byte> taxonomy)
    {
        using var document = JsonDocument.Parse(taxonomy);
        var guide = new ThemeGuide();
        foreach (var theme in document.RootElement.GetProperty("themes").EnumerateArray())
        {
            if (theme.TryGetProperty("maskUrl", out var mask) && mask.GetBoolean())
            {
                guide._masked.Add(theme.GetProperty("code").GetString()!);
            }
        }

        foreach (var instruction in document.RootElement.GetProperty("instructions").EnumerateArray())
        {
            guide._instructions[instruction.GetProperty("id").GetString()!] = instruction.GetProperty("text").GetString()!;
        }

        return guide;
    }

    public bool MasksUrls(IEnumerable<string> themes) => themes.Any(_masked.Contains);

    /// <summary>The text of an instruction; the id itself when the taxonomy does not know it; null when there is none.</summary>
    public string? Instructions(string id) => id.Length == 0 ? null : _instructions.GetValueOrDefault(id, id);
}
