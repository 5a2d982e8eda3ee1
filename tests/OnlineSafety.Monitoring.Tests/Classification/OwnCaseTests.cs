using System.Text.Json;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class OwnCaseTests
{
    [Fact]
    public void MostConcernsInPupilsOwnWordingAreFoundWithTheRightThemeAndGravity()
    {
        var concerns = Cases().Where(c => c.Theme != "none").ToList();
        var missed = concerns.Where(c => Assess(c) is var a && (a.Severity < c.Least || !c.Theme.Split('/').Contains(a.ParentTheme)))
            .Select(c => $"{c.Theme} {c.Least}: {c.Text}").ToList();
        Assert.True(missed.Count <= concerns.Count * 0.15, $"{missed.Count} of {concerns.Count} missed:\n{string.Join('\n', missed)}");
    }

    [Fact]
    public void OrdinaryAndNearMissTextsRaiseNoAlert()
    {
        var wrong = Cases().Where(c => c.Theme == "none" && Assess(c).Severity >= Severity.Medium).Select(c => c.Text);
        Assert.Empty(wrong);
    }

    [Fact]
    public void CurriculumTitlesRaiseHardlyAnAlert()
    {
        var titles = File.ReadLines(RuleFiles.Titles).Where(t => !t.StartsWith('#')).ToList();
        var wrong = titles.Where(t => Worst(t) >= Severity.Medium).ToList();
        Assert.True(wrong.Count <= titles.Count * 0.005, string.Join('\n', wrong));
    }

    [Fact]
    public void NamesThatContainRudeWordsByChanceRaiseNothing() =>
        Assert.DoesNotContain(File.ReadLines(RuleFiles.Case("place-and-word-names.txt")), t => Worst(t) > Severity.None);

    private static Severity Worst(string text) => (Severity)Math.Max((int)RuleFiles.Search(text).Severity, (int)RuleFiles.Typed(text).Severity);

    private static Assessment Assess((string Kind, string Text, string Theme, Severity Least) one) =>
        one.Kind == "search" ? RuleFiles.Search(one.Text) : RuleFiles.Typed(one.Text);

    private static IEnumerable<(string Kind, string Text, string Theme, Severity Least)> Cases()
    {
        foreach (var line in File.ReadLines(RuleFiles.Case("own-wording.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            string Of(string name) => json.RootElement.GetProperty(name).GetString()!;
            Assert.True(Words.TryRead(Of("min"), out Severity least));
            yield return (Of("kind"), Of("text"), Of("theme"), least);
        }
    }
}
