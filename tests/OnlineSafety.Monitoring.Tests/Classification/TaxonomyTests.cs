using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class TaxonomyTests
{
    [Theory]
    [InlineData("content", "pornography racism misogyny other_hate antisemitism self_harm suicide radicalisation violence drugs misinformation")]
    [InlineData("contact", "grooming sexual_exploitation criminal_exploitation financial_exploitation peer_pressure")]
    [InlineData("conduct", "bullying sharing_nudes sexual_harassment hate_speech threats filter_bypass hacking")]
    [InlineData("commerce", "gambling phishing scams inappropriate_advertising")]
    public void EveryCanonicalThemeIsThereUnderItsC(string risk, string codes)
    {
        foreach (var code in codes.Split(' '))
        {
            var theme = RuleFiles.Shipped.Taxonomy.Find(code);
            Assert.Equal((risk, ""), (Words.Of(theme?.Risk ?? Risk.None), theme?.Parent));
        }
    }

    [Theory]
    [InlineData("illegal.csam", "pornography")]
    [InlineData("illegal.terrorism", "radicalisation")]
    [InlineData("extremism", "radicalisation")]
    [InlineData("hate", "other_hate")]
    [InlineData("eating_disorder", "self_harm")]
    [InlineData("weapons", "violence")]
    [InlineData("dangerous_challenge", "peer_pressure")]
    [InlineData("grooming_cse", "grooming")]
    [InlineData("stranger_contact", "grooming")]
    [InlineData("ai_interaction", "grooming")]
    [InlineData("abuse_disclosure", "help_seeking")]
    [InlineData("sexual_imagery", "sharing_nudes")]
    [InlineData("threat", "threats")]
    [InlineData("oversharing", "grooming")]
    [InlineData("circumvention", "filter_bypass")]
    [InlineData("scam_fraud", "scams")]
    [InlineData("piracy", "hacking")]
    [InlineData("profanity", "bullying")]
    [InlineData("commercial_pressure", "inappropriate_advertising")]
    public void CodesOfOtherTaxonomiesLeadToACanonicalTheme(string code, string parent) =>
        Assert.Equal(parent, RuleFiles.Shipped.Taxonomy.Find(code)?.ParentCode);

    [Fact]
    public void HelpSeekingLimitsWhoSeesItAndNotHowGraveItIs()
    {
        var assessment = RuleFiles.Typed("my stepdad hits me when hes drunk");
        Assert.Equal(("abuse_disclosure", "help_seeking", Severity.Critical, Audience.DslOnly), (assessment.Theme, assessment.ParentTheme, assessment.Severity, assessment.Audience));
    }

    [Fact]
    public void ImagesOfChildrenAreMaskedAndCarryInstructionsNotToLook()
    {
        var assessment = RuleFiles.Search("preteen porn");
        Assert.Equal(("csam", true, "csam"), (assessment.Theme, assessment.MaskUrl, RuleFiles.Shipped.Taxonomy.Find("csam")?.Instructions["critical"]));
        var text = RuleFiles.Shipped.Taxonomy.Instructions.Single(i => i.Id == "csam").Text;
        Assert.Contains("Internet Watch Foundation", text, StringComparison.Ordinal);
        Assert.Contains("Do not search for, open, copy", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("suicide", "critical", "Go to the pupil now")]
    [InlineData("self_harm", "critical", "Find the pupil now")]
    [InlineData("self_harm", "high", "in private today")]
    [InlineData("threats", "critical", "call 999 now")]
    [InlineData("threats", "critical", "Do not confront or search alone")]
    [InlineData("threats", "critical", "who may be meant")]
    [InlineData("weapons", "high", "call 999 now")]
    [InlineData("sexual_exploitation", "critical", "do not pay")]
    public void WhatMustBeDoneIsSaidForHowGraveTheThemeIs(string theme, string severity, string words)
    {
        var taxonomy = RuleFiles.Shipped.Taxonomy;
        Assert.Contains(words, taxonomy.Instructions.Single(i => i.Id == taxonomy.Find(theme)!.Instructions[severity]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryThemeThatAlertsEverySchoolSaysWhatToDoWhereItIsCritical() =>
        Assert.All(RuleFiles.Shipped.Taxonomy.Themes.Where(theme => theme.MandatoryAlert), theme => Assert.Contains("critical", theme.Instructions.Keys));

    [Fact]
    public void ASearchForViolentFilmsSendsNobodyRunning() => Assert.DoesNotContain("medium", RuleFiles.Shipped.Taxonomy.Find("violence")!.Instructions.Keys);
}
