using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OnlineSafety.Monitoring.Classification.Model;

/// <summary>Writes a model's file: one line a feature, in a fixed order, so that two versions can be compared line by line.</summary>
internal static class LearnedModelText
{
    private static readonly JsonSerializerOptions Options =
        new(JsonSerializerDefaults.Web) { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(LearnedModelFile file)
    {
        var text = new StringBuilder("{\n");
        Append(text, "model", file.Model);
        Append(text, "version", file.Version);
        Append(text, "language", file.Language);
        Append(text, "licence", file.Licence);
        Append(text, "recipe", file.Recipe);
        Append(text, "training", file.Training);
        Append(text, "agree", file.Agree);
        Append(text, "raise", file.Raise);
        Append(text, "open", file.Open);
        Append(text, "openHigh", file.OpenHigh);
        Append(text, "unit", file.Unit);
        text.Append("  \"themes\": ").Append(Line(file.Themes)).Append(",\n");
        text.Append("  \"bias\": ").Append(Line(file.Bias)).Append(",\n");
        AppendLines(text, "standIns", file.StandIns, last: false);
        AppendLines(text, "words", file.Words, last: false);
        AppendLines(text, "pairs", file.Pairs, last: true);
        return text.Append("}\n").ToString();
    }

    private static void Append<T>(StringBuilder text, string name, T value) =>
        text.Append("  \"").Append(name).Append("\": ").Append(JsonSerializer.Serialize(value, Options).Replace("\n", "\n  ", StringComparison.Ordinal)).Append(",\n");

    private static void AppendLines<T>(StringBuilder text, string name, Dictionary<string, T[]> entries, bool last)
    {
        text.Append("  \"").Append(name).Append("\": {");
        var separator = "\n";
        foreach (var (key, values) in entries.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            text.Append(separator).Append("    ").Append(JsonSerializer.Serialize(key, Options)).Append(": ").Append(Line(values));
            separator = ",\n";
        }

        text.Append(entries.Count > 0 ? "\n  }" : "}").Append(last ? "\n" : ",\n");
    }

    private static string Line<T>(T[] values) => $"[{string.Join(", ", values.Select(v => JsonSerializer.Serialize(v, Options)))}]";
}
