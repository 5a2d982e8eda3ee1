using System.Text.Json;
using OnlineSafety.Monitoring.Classification;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class EvaluationCasesTests
{
    [Fact]
    public void EachCaseBecomesOneLineWithTheCanonicalTheme()
    {
        var cases = """
            {"id":"a","kind":"search","action":"blocked","vendor":"senso","vendorCategory":null,"text":"zombie knife for sale no id","url":null,"userRole":"pupil","keyStage":"KS4","expected":{"risk":"none"}}

            {"id":"b","kind":"url","action":"allowed","vendor":"protex","vendorCategory":null,"text":null,"url":"https://www.bbc.co.uk/news","userRole":"unknown","keyStage":null}
            """;
        var output = new StringWriter();
        Assert.Equal(2, EvaluationCases.Classify(RuleFiles.Shipped, new StringReader(cases), output));
        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        using var first = JsonDocument.Parse(lines[0]);
        Assert.Equal(("a", "content", "violence", "high"), (Of(first, "id"), Of(first, "risk"), Of(first, "theme"), Of(first, "severity")));
        Assert.NotEmpty(first.RootElement.GetProperty("reasons").EnumerateArray());
        Assert.Equal("""{"id":"b","risk":"none","theme":"none","severity":"none","reasons":[]}""", lines[1]);
    }

    [Fact]
    public void ABrokenLineIsNamedByItsNumber()
    {
        var error = Assert.Throws<JsonException>(() => EvaluationCases.Classify(RuleFiles.Shipped, new StringReader("{\"id\":\"a\"}\n[]"), TextWriter.Null));
        Assert.StartsWith("Line 2", error.Message, StringComparison.Ordinal);
    }

    private static string? Of(JsonDocument json, string name) => json.RootElement.GetProperty(name).GetString();
}
