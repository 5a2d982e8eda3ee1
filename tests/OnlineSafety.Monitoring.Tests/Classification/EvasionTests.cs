using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit.Evasion;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class EvasionTests
{
    private const int Terms = 50;
    private const double Bar = 0.95;
    private const double Floor = 0.6;

    [Fact]
    public void GraveTermsAreFoundAsTheyStand()
    {
        Assert.Equal(Terms, EvasionRun.Terms.Length);
        var assessor = new Monitoring.Classification.Assessor(RuleFiles.Shipped);
        Assert.All(EvasionRun.Terms, term => Assert.True(EvasionRun.Assess(assessor, term).Severity >= Severity.Medium, term));
    }

    [Fact]
    public void NearlyAllGraveTermsAreFoundInNearlyEveryDisguise()
    {
        var results = EvasionRun.Run(RuleFiles.Shipped);
        var missed = results.Where(result => !result.Same).ToList();
        Assert.True(
            missed.Count <= (1 - Bar) * results.Count,
            $"{missed.Count} of {results.Count} missed: {string.Join("; ", missed.Select(m => $"{m.Disguise}: {m.Written}"))}");
    }

    [Fact]
    public void NoDisguiseHidesMostGraveTerms()
    {
        foreach (var disguise in EvasionRun.Run(RuleFiles.Shipped).GroupBy(result => result.Disguise, StringComparer.Ordinal))
        {
            Assert.True(disguise.Count(result => result.Same) >= Floor * disguise.Count(), disguise.Key);
        }
    }
}
