using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

/// <summary>Packs of other languages stand beside the English ones: neither may read the other's words as its own.</summary>
public sealed class OtherLanguageTests
{
    private const string Marked = "ąćęłńóśźż";
    private const string Plain = "acelnoszz";

    [Fact]
    public void RulesOfAnotherLanguageAreSilentOnEnglishTexts()
    {
        var others = Rules(english: false).Select(rule => rule.GetProperty("id").GetString()!).ToHashSet(StringComparer.Ordinal);
        string[] texts =
        [
            .. Rules(english: true).SelectMany(rule => Texts(rule, "positive").Concat(Texts(rule, "negative"))),
            .. File.ReadLines(RuleFiles.Titles),
            .. File.ReadLines(RuleFiles.Case("place-and-word-names.txt")),
        ];
        var wrong = texts.Where(t => !t.StartsWith("http", StringComparison.Ordinal))
            .SelectMany(t => RuleFiles.Typed(t).Reasons.Where(r => others.Contains(r.Rule)).Select(r => $"{r.Rule}: {t}"));
        Assert.Empty(wrong);
    }

    [Fact]
    public void NearMissesInAnotherLanguageRaiseNoAlertByAnyRule()
    {
        var wrong = Rules(english: false).SelectMany(rule => Texts(rule, "negative"))
            .Where(t => RuleFiles.Typed(t).Severity >= Severity.Medium || RuleFiles.Search(t).Severity >= Severity.Medium);
        Assert.Empty(wrong);
    }

    [Fact]
    public void PolishIsReadWithAndWithoutItsMarks()
    {
        var cases = Rules("pl/").SelectMany(rule => Texts(rule, "positive"), (rule, text) => (Id: rule.GetProperty("id").GetString()!, Text: text))
            .Where(c => c.Text.Any(Marked.Contains)).ToList();
        Assert.NotEmpty(cases);
        Assert.DoesNotContain(cases, c => !RuleFiles.Typed(Bare(c.Text)).Reasons.Any(r => r.Rule == c.Id && r.Effect != "excluded"));
    }

    private static string Bare(string text) => string.Concat(text.Select(c => Marked.IndexOf(c, StringComparison.Ordinal) is var at and >= 0 ? Plain[at] : c));

    private static IEnumerable<JsonElement> Rules(bool english) => RuleFiles.Packs.Where(p => RuleFiles.NameOf(p).StartsWith("en/", StringComparison.Ordinal) == english).SelectMany(RulesOf);

    private static IEnumerable<JsonElement> Rules(string folder) => RuleFiles.Packs.Where(p => RuleFiles.NameOf(p).StartsWith(folder, StringComparison.Ordinal)).SelectMany(RulesOf);

    private static IEnumerable<JsonElement> RulesOf(string pack)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(pack));
        return json.RootElement.TryGetProperty("rules", out var rules) ? [.. rules.EnumerateArray().Select(rule => rule.Clone())] : [];
    }

    private static IEnumerable<string> Texts(JsonElement rule, string name) => rule.GetProperty(name).EnumerateArray().Select(t => t.GetString()!);
}
