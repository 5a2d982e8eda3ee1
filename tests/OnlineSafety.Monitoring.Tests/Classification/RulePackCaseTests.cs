using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class RulePackCaseTests
{
    public static TheoryData<string> Packs => [.. RuleFiles.Packs.Select(RuleFiles.NameOf)];

    [Theory]
    [MemberData(nameof(Packs))]
    public void EveryRuleAppliesToItsPositiveCasesAndNotToItsNegativeOnes(string pack)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(RuleFiles.Packs.Single(p => RuleFiles.NameOf(p) == pack)));
        var wrong = new List<string>();
        foreach (var rule in json.RootElement.TryGetProperty("rules", out var rules) ? rules.EnumerateArray() : default)
        {
            var id = rule.GetProperty("id").GetString()!;

            // A hint speaks only when a vendor's category agrees.
            var category = rule.GetProperty("severity").GetString() == "none" ? rule.GetProperty("theme").GetString()! : "";
            wrong.AddRange(Texts(rule, "positive").Where(text => !Applies(id, text, category)).Select(text => $"{id} misses: {text}"));
            wrong.AddRange(Texts(rule, "negative").Where(text => Applies(id, text, category)).Select(text => $"{id} wrongly applies: {text}"));
        }

        Assert.Empty(wrong);
    }

    private static IEnumerable<string> Texts(JsonElement rule, string name) => rule.GetProperty(name).EnumerateArray().Select(t => t.GetString()!);

    private static bool Applies(string id, string text, string category) => text.StartsWith("http", StringComparison.Ordinal)
        ? Has(RuleFiles.Visit(text, category), id)
        : Has(RuleFiles.Search(text, category), id) || Has(RuleFiles.Typed(text, category), id);

    private static bool Has(Assessment assessment, string id) => assessment.Reasons.Any(r => r.Rule == id && r.Effect != "excluded");
}
