using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Evasion;
using OnlineSafety.Monitoring.Tests.Hostile;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class EvasionTests
{
    private const int Terms = 50;
    private const double Floor = 0.6;

    [Fact]
    public void GraveTermsAreFoundAsTheyStand()
    {
        Assert.Equal(Terms, EvasionRun.Terms.Length);
        var assessor = new Monitoring.Classification.Assessor(Repository.Rules.RuleSet);
        Assert.All(EvasionRun.Terms, term => Assert.True(EvasionRun.Assess(assessor, term).Severity >= Severity.Medium, term));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void NearlyAllGraveTermsAreFoundInNearlyEveryDisguise(bool encoder)
    {
        const double bar = 0.95;

        var results = EvasionRun.Run(encoder ? Repository.Rules.RuleSet : ReadingLine.WithoutEncoder);
        var missed = results.Where(result => !result.Same).ToList();
        Assert.True(
            missed.Count <= (1 - bar) * results.Count,
            $"{missed.Count} of {results.Count} missed: {string.Join("; ", missed.Select(m => $"{m.Disguise}: {m.Written}"))}");
    }

    [Fact]
    public void WhateverRunsBackwardsInATextItsReasonsQuoteWordsOfIt()
    {
        var assessor = new Monitoring.Classification.Assessor(Repository.Rules.RuleSet);
        foreach (var result in EvasionRun.Run(Repository.Rules.RuleSet).Where(result => result.Disguise is "bidi override" or "backwards" or "upside down"))
        {
            // Beside the same words the right way round, and before and behind others, as a search and as a message.
            foreach (var text in (string[])[result.Written, $"{result.Term} {result.Written} {result.Term}", $"why is {result.Written} so"])
            {
                Assert.All(EvasionRun.Assess(assessor, text).Reasons, reason => Assert.Contains(reason.Matched, text, StringComparison.Ordinal));
                Assert.NotNull(RuleFiles.Typed(text));
            }
        }
    }

    [Fact]
    public void NoDisguiseHidesMostGraveTerms()
    {
        foreach (var disguise in EvasionRun.Run(Repository.Rules.RuleSet).GroupBy(result => result.Disguise, StringComparer.Ordinal))
        {
            Assert.True(disguise.Count(result => result.Same) >= Floor * disguise.Count(), disguise.Key);
        }
    }
}
