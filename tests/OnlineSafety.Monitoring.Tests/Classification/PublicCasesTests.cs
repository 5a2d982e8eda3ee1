using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

/// <summary>Texts of others, which neither rules nor model were trained on: what a rule or a new set of weights must not lose.</summary>
public sealed class PublicCasesTests
{
    private static readonly Lazy<ILookup<string, (bool Hateful, bool Alerts)>> HateCheck = new(() => File.ReadLines(RuleFiles.Case("hatecheck.tsv")).Skip(1)
        .Select(line => line.Split('\t')).AsParallel()
        .Select(cells => (Function: cells[0], Hateful: cells[1] == "yes", Alerts: RuleFiles.Typed(cells[2]).Severity >= Severity.Medium))
        .ToLookup(text => text.Function, text => (text.Hateful, text.Alerts)));

    [Fact]
    public void HateIsFoundAndItsNearMissesMostlyAreNot()
    {
        var texts = HateCheck.Value.SelectMany(texts => texts).ToList();
        Assert.Equal(3728, texts.Count);
        var (found, mistaken) = (Share(texts.Where(text => text.Hateful)), Share(texts.Where(text => !text.Hateful)));
        Assert.True(found >= 0.75 && mistaken <= 0.2, $"{found:P1} of the hateful texts raise an alert, {mistaken:P1} of the others.");
    }

    [Theory]
    [InlineData("ident_pos_nh")]
    [InlineData("ident_neutral_nh")]
    public void ToNameAGroupIsNoConcern(string function)
    {
        var mistaken = Share(HateCheck.Value[function]);
        Assert.True(mistaken <= 0.12, $"{mistaken:P1} of the texts raise an alert that only name a group, or praise it.");
    }

    private static double Share(IEnumerable<(bool Hateful, bool Alerts)> texts) => texts.Average(text => text.Alerts ? 1.0 : 0);
}
