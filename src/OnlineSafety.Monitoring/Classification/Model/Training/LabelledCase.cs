using System.Text;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Model.Training;

/// <summary>A (risk, theme) that a fair reader would give a case.</summary>
internal readonly record struct Label(string Risk, string Theme);

/// <summary>A case together with what people say it is.</summary>
/// <param name="Case">What a classifier may see.</param>
/// <param name="Label">The risk and canonical theme; <c>none</c> when benign.</param>
/// <param name="Accepted">Further ones that count as right.</param>
/// <param name="AtLeast">Least severity that is right.</param>
/// <param name="SubArea">For keeping like cases together; may be empty.</param>
internal sealed record LabelledCase(EvaluationCase Case, Label Label, IReadOnlyList<Label> Accepted, Severity AtLeast, string SubArea)
{
    public bool Benign => Label.Theme == Assessment.NoTheme;

    /// <summary>Whether it asks for high or critical.</summary>
    public bool Grave => AtLeast >= Severity.High;

    /// <summary>What a model would read of it, UTF-8; empty when it has no words that a person typed.</summary>
    public byte[] Typed { get; } = Case.Kind is "search" or "text" ? Encoding.UTF8.GetBytes(Case.Text) : [];

    /// <summary>The theme to learn: one that asks for nothing, such as an idiom of dying, is benign to a model.</summary>
    public string Lesson => AtLeast == Severity.None ? Assessment.NoTheme : Label.Theme;

    /// <summary>Whether a theme is right for it.</summary>
    public bool Means(string theme) => Label.Theme == theme || Accepted.Any(label => label.Theme == theme);

    /// <summary>Reads JSON lines; throws <see cref="JsonException"/> naming the line that is no labelled case.</summary>
    public static List<LabelledCase> Read(TextReader lines)
    {
        var cases = new List<LabelledCase>();
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                try
                {
                    cases.Add(Parse(line));
                }
                catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
                {
                    throw new JsonException($"Line {number}: {e.Message} A labelled case has an id and expected: risk, theme, severityAtLeast.", e);
                }
            }
        }

        return cases;
    }

    private static LabelledCase Parse(string line)
    {
        var seen = EvaluationCase.Parse(line);
        using var json = JsonDocument.Parse(line);
        var expected = json.RootElement.GetProperty("expected");
        var accepted = expected.TryGetProperty("accept", out var others) ? others.EnumerateArray().Select(LabelOf).ToArray() : [];
        var area = json.RootElement.TryGetProperty("subArea", out var value) ? value.GetString() : null;
        return new LabelledCase(seen, LabelOf(expected), accepted, SeverityOf(Text(expected, "severityAtLeast")), area ?? "");
    }

    private static Label LabelOf(JsonElement json) => new(Text(json, "risk"), Text(json, "theme"));

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private static Severity SeverityOf(string word) =>
        Enum.TryParse<Severity>(word, ignoreCase: true, out var severity) ? severity : throw new JsonException($"'{word}' is no severity.");
}
