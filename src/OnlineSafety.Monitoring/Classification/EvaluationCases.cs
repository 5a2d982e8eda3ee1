using System.Text.Encodings.Web;
using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Classifies labelled cases, line by line, so that a miss rate and a false-alert rate can be measured.</summary>
internal static class EvaluationCases
{
    // The reasons hold what pupils write: emoji and quotes stay readable. The output is a file of JSON lines, never HTML.
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Writes one <c>{"id","risk","theme","severity","reasons"}</c> line for each case of <paramref name="lines"/>, the theme being the canonical
    /// one. Throws <see cref="JsonException"/> for a line that is no case, naming its number.
    /// </summary>
    /// <returns>How many cases were read.</returns>
    public static int Classify(RuleSet rules, TextReader lines, TextWriter output)
    {
        var assessor = new Assessor(rules);
        var draft = new EventDraft();
        var count = 0;
        foreach (var one in Read(lines))
        {
            one.Fill(draft);
            var assessment = assessor.Explain(assessor.Assess(draft, one.Vendor, one.Context), draft, one.Vendor, one.Context);
            output.Write(JsonSerializer.Serialize(
                new
                {
                    one.Id,
                    Risk = Words.Of(assessment.Risk),
                    Theme = assessment.ParentTheme,
                    Severity = Words.Of(assessment.Severity),
                    assessment.Reasons,
                },
                Json));
            output.Write('\n');
            count++;
        }

        return count;
    }

    /// <summary>The cases of a file, one a line; empty lines are none.</summary>
    /// <exception cref="JsonException">A line is no case; names its number.</exception>
    public static IEnumerable<EvaluationCase> Read(TextReader lines)
    {
        for (var number = 1; lines.ReadLine() is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                yield return Parse(line, number);
            }
        }
    }

    private static EvaluationCase Parse(string line, int number)
    {
        try
        {
            return EvaluationCase.Parse(line);
        }
        catch (JsonException e)
        {
            throw new JsonException($"Line {number}: {e.Message}", e);
        }
    }
}
