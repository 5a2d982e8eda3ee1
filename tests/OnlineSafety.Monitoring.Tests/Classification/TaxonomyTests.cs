using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed partial class TaxonomyTests
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
    public void WhoTellsOfHarmBesideSomethingElseIsNoLessProtected()
    {
        var assessment = RuleFiles.Typed("hes touching me and i dont know who to tell");
        Assert.Equal("sexual_harassment", assessment.Theme);
        Assert.Contains("abuse_disclosure", assessment.Themes);
        Assert.Equal(Audience.DslOnly, assessment.Audience);
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
    [InlineData("sexual_exploitation", "critical", "ask plainly about suicide")]
    [InlineData("suicide", "critical", "do not go home alone")]
    [InlineData("drugs", "critical", "call 999 where anybody cannot be woken")]
    [InlineData("abuse_disclosure", "critical", "ask whether the child may go home")]
    [InlineData("abuse_disclosure", "critical", "somebody who works at the school, tell the head alone")]
    [InlineData("criminal_exploitation", "high", "a school cannot refer to it")]
    [InlineData("terrorism", "critical", "Do not look the material up")]
    public void WhatMustBeDoneIsSaidForHowGraveTheThemeIs(string theme, string severity, string words)
    {
        var taxonomy = RuleFiles.Shipped.Taxonomy;
        Assert.Contains(words, taxonomy.Instructions.Single(i => i.Id == taxonomy.Find(theme)!.Instructions[severity]).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryThemeThatAlertsEverySchoolSaysWhatToDoWhereItIsCritical() =>
        Assert.All(RuleFiles.Shipped.Taxonomy.Themes.Where(theme => theme.MandatoryAlert), theme => Assert.Contains("critical", theme.Instructions.Keys));

    public static TheoryData<string> Editions => [.. Repository.Rules.Editions!.Ids];

    [Theory]
    [MemberData(nameof(Editions))]
    public void WhereARuleFindsSomethingGraveItIsSaidWhatToDo(string edition)
    {
        var rules = Repository.Rules.Editions!.Of(edition)!;
        Assert.All(rules.Rules.Rules.Where(rule => rule.Severity >= Severity.High), rule =>
            Assert.Contains(Words.Of(rule.Severity), rules.Taxonomy.Themes[rule.Theme].Instructions.Keys));
    }

    /// <summary>Whoever reads them is the DSL, or stands in the DSL's place: a step that names the DSL sends its reader to nobody.</summary>
    [Theory]
    [MemberData(nameof(Editions))]
    public void InstructionsSpeakToTheirReader(string edition) =>
        Assert.All(Repository.Rules.Editions!.Of(edition)!.Taxonomy.Instructions, one => Assert.DoesNotContain("DSL", one.Text, StringComparison.Ordinal));

    /// <summary>Nobody may be sent to a telephone that does not answer: each number stands here as its service publishes it.</summary>
    [Theory]
    [MemberData(nameof(Editions))]
    public void NoTelephoneNumberIsMistyped(string edition)
    {
        HashSet<string> known =
        [
            "0800 068 4141", "0800 1111", "0808 800 5000", "0800 028 3550", "020 7008 0151", "0808 2000 247", "0800 789 321", "0808 1000 900", "0300 123 2040", "999", "101", "111", "112",
        ];
        var numbers = Repository.Rules.Editions!.Of(edition)!.Taxonomy.Instructions.SelectMany(one => Numbers().Matches(one.Text)).Select(match => match.Value).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(known.Order(StringComparer.Ordinal), numbers.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"(?<![\w])(?:0\d[\d ]+\d|1\d\d|999)(?![\w])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Numbers();

    [Fact]
    public void ASearchForViolentFilmsSendsNobodyRunning() => Assert.DoesNotContain("medium", RuleFiles.Shipped.Taxonomy.Find("violence")!.Instructions.Keys);
}
