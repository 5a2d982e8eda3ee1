using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

/// <summary>What a vendor's category decides when no rule finds anything.</summary>
public sealed class CategoryAloneTests
{
    [Theory]
    [InlineData("Grooming")]
    [InlineData("Suicide")]
    [InlineData("Terrorism")]
    public void AGraveCategoryOverWordsThatSayNothingReachesAPersonAndWakesNobody(string category)
    {
        var assessment = RuleFiles.Typed("co zrobisz po poludniu", category);
        Assert.Equal(Severity.Medium, assessment.Severity);
        Assert.Contains(assessment.Reasons, r => r.Rule == "vendor.category" && r.Effect.EndsWith("medium", StringComparison.Ordinal));
    }

    [Fact]
    public void AGraveCategoryOverInnocentWordsIsRecorded() => Assert.Equal(Severity.Low, RuleFiles.Search("atomic structure gcse worksheet", "Terrorism").Severity);

    [Theory]
    [InlineData((byte)5, "High")]
    [InlineData((byte)4, "Medium")]
    [InlineData((byte)3, "Low")]
    public void WhatTheVendorItselfRatesAsGraveIsNotSilencedByInnocentWords(byte vendor, string expected) =>
        Assert.Equal(expected, RuleFiles.Search("atomic structure gcse worksheet", "Terrorism", d => d.VendorSeverity = vendor).Severity.ToString());

    [Fact]
    public void ABreachThatTheVendorReportsIsHighWhateverTheWords() =>
        Assert.Equal(Severity.High, RuleFiles.Typed("gcse worksheet", "Suicide", d => d.VendorBreach = true).Severity);

    [Theory]
    [InlineData("Drugs", "Medium")]
    [InlineData("Web Proxies", "Low")]
    public void ACategoryOverABareAddressSaysNoMoreThanItsThemeDoes(string category, string expected) =>
        Assert.Equal(expected, RuleFiles.Visit("https://unknown.test/", category).Severity.ToString());

    [Theory]
    [InlineData((byte)5, "Medium")]
    [InlineData((byte)4, "Medium")]
    [InlineData((byte)3, "Low")]
    public void ACategoryThatIsNotGraveIsNeverMoreThanMedium(byte vendor, string expected) =>
        Assert.Equal(expected, RuleFiles.Typed("co zrobisz po poludniu", "Drugs", d => d.VendorSeverity = vendor).Severity.ToString());

    [Theory]
    [InlineData("Drugs", "Low")]
    [InlineData("Suicide", "Medium")]
    public void ABareAddressOfAKnownSiteIsWeighedByTheSite(string category, string expected) =>
        Assert.Equal(expected, RuleFiles.Visit("https://www.bbc.co.uk/news/1", category).Severity.ToString());

    [Fact]
    public void ASearchUnderACategoryThatIsNotGraveIsOnlyNoted()
    {
        var assessment = RuleFiles.Search("co zrobisz po poludniu", "Drugs");
        Assert.Equal(("noted", Severity.None), (Assert.Single(assessment.Reasons).Effect, assessment.Severity));
    }
}
