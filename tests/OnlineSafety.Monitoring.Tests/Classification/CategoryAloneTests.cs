using System.Text;
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
    [InlineData("drugs", "Low")]
    [InlineData("suicide", "Medium")]
    public void ARuleThatExcusesWhatItFoundSpeaksForCategoriesOfItsThemeAlone(string category, string expected)
    {
        const string pack = """{"pack":"p","version":"1","language":"en","rules":[{"id":"r","theme":"drugs","severity":"low","all":[["wobble"]],"unless":["jelly"],"explain":"x","positive":["wobble"],"negative":[]}]}""";
        const string map = """{"vendor":"v","version":"1","categories":[{"names":["drugs"],"weight":"grave","themes":["drugs"]},{"names":["suicide"],"weight":"grave","themes":["suicide"]}]}""";
        var draft = new EventDraft { Kind = ActivityKind.Typed };
        draft.Set(EventField.Text, "a wobble jelly"u8);
        draft.AddCategory(Encoding.UTF8.GetBytes(category));
        var rules = RuleSet.Parse(RuleFiles.Taxonomy, [("p", Encoding.UTF8.GetBytes(pack))], [("v", Encoding.UTF8.GetBytes(map))]);
        Assert.Equal(expected, new Assessor(rules).Assess(draft, "v", default).Severity.ToString());
    }

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
    [InlineData("Profanity", "bullying")]
    [InlineData("Child abuse", "abuse_disclosure")]
    [InlineData("Criminal activity", "criminal_exploitation")]
    public void WhatTheVendorRatesAsGravestIsReadByAPersonUnderWhateverCategory(string category, string theme)
    {
        const string text = "meet behind the sports hall, bring it";
        Assert.Equal(Severity.None, RuleFiles.Typed(text, category).Severity);
        Assert.Equal((theme, Severity.Medium), (RuleFiles.Typed(text, category, d => d.VendorSeverity = 5) is var gravest ? gravest.Theme : "", gravest.Severity));
        Assert.Equal((theme, Severity.Medium), (RuleFiles.Typed(text, category, d => d.VendorBreach = true) is var breach ? breach.Theme : "", breach.Severity));
    }

    [Fact]
    public void ABreachUnderACategoryThatIsOnlyCountedFirstIsOfTheThemeThatPeopleRead()
    {
        var (assessor, draft) = (new Assessor(RuleFiles.Shipped), new EventDraft { Kind = ActivityKind.Typed, VendorBreach = true });
        draft.Set(EventField.Text, "meet behind the sports hall, bring it"u8);
        draft.AddCategory("offensive"u8);
        var breach = assessor.Assess(draft, "lightspeed", default);
        Assert.Equal(("bullying", Severity.Medium), (breach.Theme, breach.Severity));
    }

    [Theory]
    [InlineData("", "meet behind the sports hall, bring it")]
    [InlineData("Year 9 extra words", "meet behind the sports hall, bring it")]
    [InlineData("Religion", "meet behind the sports hall, bring it")]
    [InlineData("", "flat earth proof nasa lying")]
    public void ABreachOfWhichNothingElseIsKnownIsReadByAPersonAsWhatItIs(string category, string text)
    {
        var breach = RuleFiles.Typed(text, category, d => d.VendorBreach = true);
        Assert.Equal(("rated_grave", Severity.Medium, Audience.Routed), (breach.Theme, breach.Severity, breach.Audience));

        // Of a product that calls nothing a breach it may be a virus.
        Assert.True(RuleFiles.Typed(text, category, d => d.VendorSeverity = 5).Severity <= Severity.Low);
    }

    [Theory]
    [InlineData(true, (byte)2)]
    [InlineData(false, (byte)4)]
    public void WhatTheVendorCallsSlightOrIsNotSureOfSaysNothingUnderACategoryThatSaysNothing(bool breach, byte vendor)
    {
        foreach (var category in new[] { "", "Year 9 extra words", "Child abuse" })
        {
            Assert.Equal(Severity.None, RuleFiles.Typed("meet behind the sports hall, bring it", category, d => (d.VendorBreach, d.VendorSeverity) = (breach, vendor)).Severity);
        }
    }

    [Fact]
    public void WithoutTheVendorsWordNothingIsLeftOfWhatItAloneAsksFor()
    {
        var (assessor, draft) = (new Assessor(RuleFiles.Shipped), new EventDraft { Kind = ActivityKind.Typed, VendorBreach = true });
        draft.Set(EventField.Text, "meet behind the sports hall, bring it"u8);
        var reason = Assert.Single(assessor.Explain(assessor.Assess(draft, "senso", default), draft, "senso", default).Reasons);
        Assert.Equal(("vendor.severity", "raised to medium", new Counterfactual("none", Severity.None)), (reason.Rule, reason.Effect, reason.Without));
    }

    [Fact]
    public void WhoAsksForHelpIsProtectedUnderWhateverCategory()
    {
        var visit = RuleFiles.Visit("https://www.childline.org.uk/get-support/", "Self harm");
        Assert.Equal(("self_harm", Audience.DslOnly), (visit.Theme, visit.Audience));
        Assert.Contains("help_seeking", visit.Themes);
        var search = RuleFiles.Search("why do i feel sad all the time", "Self harm");
        Assert.Equal(("self_harm", Audience.DslOnly), (search.Theme, search.Audience));
    }

    [Fact]
    public void TheRiskOfACategoryThatDecidesIsItsThemes()
    {
        Assert.Equal(Risk.Content, RuleFiles.Visit("https://www.childline.org.uk/get-support/").Risk);
        Assert.Equal(("grooming", Risk.Contact), (RuleFiles.Visit("https://www.childline.org.uk/get-support/", "Grooming") is var a ? a.Theme : "", a.Risk));
    }

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
