using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class AssessorTests
{
    [Fact]
    public void AReasonCarriesTheExactWordsOfTheOriginalText()
    {
        var text = "ok 😀 i rEaLLy want to k1ll mys\u0435lf";
        var reason = RuleFiles.Typed(text).Reasons[0];
        Assert.Equal("text", reason.Field);
        Assert.Equal(reason.Matched, text.Substring(reason.Start, reason.Matched.Length));
        Assert.Contains("k1ll mys\u0435lf", reason.Matched, StringComparison.Ordinal);
    }

    [Fact]
    public void ASpanInAnEncodedUrlIsThatOfTheUrl()
    {
        var url = "https://search.test/?q=instructions+for+a%20pipe+bomb";
        var reason = RuleFiles.Visit(url).Reasons.First(r => r.Field == "url");
        Assert.Equal(reason.Matched, url.Substring(reason.Start, reason.Matched.Length));
        Assert.Contains("pipe+bomb", reason.Matched, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownCategoryIsMarkedAndNothingIsGuessedFromIt()
    {
        var assessment = RuleFiles.Search("weather tomorrow", "Flooble");
        Assert.True(assessment.UnmappedCategory);
        Assert.Equal((Risk.None, Severity.None), (assessment.Risk, assessment.Severity));
        Assert.Equal(("vendor.unmapped", "Flooble"), (assessment.Reasons.Single().Rule, assessment.Reasons.Single().Matched));
    }

    [Fact]
    public void ACategoryAloneIsAtMostMedium() => Assert.Equal(Severity.Medium, RuleFiles.Visit("https://unknown.test/", "Gambling").Severity);

    [Fact]
    public void AGraveCategoryAloneIsHighWhereThereAreNoWordsToRead() =>
        Assert.Equal(("suicide", Severity.High), (RuleFiles.Visit("https://unknown.test/", "Suicide") is var a ? a.Theme : "", a.Severity));

    [Fact]
    public void ACategoryThatTheWordsExplainIsOnlyNoted()
    {
        var assessment = RuleFiles.Search("gcse history worksheet", "Violence");
        Assert.Equal(Severity.None, assessment.Severity);
        Assert.Equal("noted", Assert.Single(assessment.Reasons).Effect);
    }

    [Theory]
    [InlineData("Medical Information")]
    [InlineData("Sex Education")]
    [InlineData("Religion")]
    public void CategoriesOfHealthSexEducationAndReligionAreNeverAConcern(string category) =>
        Assert.Same(Assessment.None, RuleFiles.Visit("https://unknown.test/", category));

    [Fact]
    public void ACategoryThatAgreesWithTheWordsRaises()
    {
        Assert.Equal(Severity.Low, RuleFiles.Search("ketamine").Severity);
        var raised = RuleFiles.Search("ketamine", "Drugs");
        Assert.Equal(Severity.Medium, raised.Severity);
        Assert.Contains(raised.Reasons, r => r is { Rule: "vendor.agrees", Effect: "raised to medium" });
    }

    [Fact]
    public void TheVendorsSeverityRaisesAndNeverLowers()
    {
        Assert.Equal(Severity.High, RuleFiles.Search("ketamine", more: d => d.VendorSeverity = 5).Severity);
        Assert.Equal(Severity.Critical, RuleFiles.Search("painless ways to die", more: d => d.VendorSeverity = 1).Severity);
    }

    [Fact]
    public void ACriticalThemeIsNeverLoweredBelowHigh()
    {
        // Words in the address of a page: the modifier for visits lowers, the floor holds.
        var pack = """
            {"pack":"p","version":"1","language":"en","rules":[
              {"id":"a","theme":"grooming","severity":"high","all":[["sweet secret"]],"explain":"x","positive":["sweet secret"],"negative":[]}],
             "modifiers":[{"id":"m","fields":["url"],"steps":-1,"explain":"x"}]}
            """;
        var draft = new EventDraft { Kind = ActivityKind.Visit };
        draft.Set(EventField.Url, "https://forum.test/sweet-secret"u8);
        var visited = new Assessor(RuleSet.Parse(RuleFiles.Taxonomy, [("p", Encoding.UTF8.GetBytes(pack))], [])).Assess(draft, "", default);
        Assert.Equal(("grooming", Severity.High), (visited.ParentTheme, visited.Severity));
        Assert.Equal(["lowered to medium", "raised to high"], visited.Reasons.Skip(1).Take(2).Select(r => r.Effect));
    }

    [Fact]
    public void ThePupilsOwnMessageIsHateSpeechWhatASearchIsNot()
    {
        Assert.Equal((Risk.Content, "racism"), (RuleFiles.Search("muslims are vermin") is var s ? s.Risk : default, s.Theme));
        Assert.Equal((Risk.Conduct, "hate_speech"), (RuleFiles.Typed("muslims are vermin") is var t ? t.Risk : default, t.Theme));
    }

    [Fact]
    public void AnExcuseIsShownAsAReasonAndGraveWordsAreRecordedAllTheSame()
    {
        var assessment = RuleFiles.Search("suicide methods in hamlet essay");
        Assert.Equal((Severity.Low, "suicide"), (assessment.Severity, assessment.ParentTheme));
        Assert.Contains(assessment.Reasons, r => r is { Rule: "suicide.method", Effect: "excluded" });
        Assert.Contains(assessment.Reasons, r => r is { Rule: "modifier.excused", Effect: "suicide low" });
    }

    [Theory]
    [InlineData("i want to kill myself for my drama homework", "suicide")]
    [InlineData("essay: how to hang myself", "suicide")]
    [InlineData("i am going to end my life tonight lol jk", "suicide")]
    [InlineData("my stepdad touches me at night in minecraft", "medium")]
    [InlineData("my parents are forcing me to marry my cousin gcse", "medium")]
    [InlineData("how to k1ll mys3lf for my drama homework", "suicide")]
    public void WhoeverSpeaksOfThemselvesIsReadByAPersonWhateverIsPastedBehind(string text, string theme)
    {
        var (typed, searched) = (RuleFiles.Typed(text), RuleFiles.Search(text));
        Assert.Equal((Severity.Medium, Severity.Medium), (typed.Severity, searched.Severity));
        Assert.Contains(theme, typed.Reasons.Single(r => r.Rule == "modifier.excused").Effect, StringComparison.Ordinal);
    }

    [Fact]
    public void WhoTellsOfHarmIsProtectedAlsoWhereAnExcuseStandsNearItAndSomethingGraverIsFound()
    {
        var assessment = RuleFiles.Typed(
            "my stepdad touches me at night in minecraft and then we had pasta for tea and watched the match with my cousin until late and now i want to kill myself tonight");
        Assert.Equal((Severity.Critical, "suicide", Audience.DslOnly), (assessment.Severity, assessment.ParentTheme, assessment.Audience));
        Assert.Contains(assessment.Reasons, r => r is { Effect: "excluded", Matched: var matched } && matched.Contains("stepdad", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("suicide methods in hamlet essay")]
    [InlineData("how to die in roblox on purpose")]
    public void WithoutAWordOfThemselvesAnExcuseLeavesItRecorded(string text) => Assert.Equal(Severity.Low, RuleFiles.Search(text).Severity);

    [Fact]
    public void AnExcuseQuotesTheWordsThatExcuse()
    {
        var reason = RuleFiles.Search("suicide methods in hamlet essay").Reasons.First(r => r.Rule == "suicide.method");
        Assert.EndsWith("Not counted: 'essay' stands near it.", reason.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExcuseDoesNotOutweighAVendorThatIsSure() =>
        Assert.Equal(Severity.High, RuleFiles.Search("suicide methods in hamlet essay", more: d => d.VendorBreach = true).Severity);

    [Fact]
    public void AnExcuseOfWordsThatAreNotGraveLeavesNothing() =>
        Assert.Equal(Severity.None, RuleFiles.Search("free vpn history lesson worksheet essay").Severity);

    [Theory]
    [InlineData("i am going to kill myself tonight and then they cant call me chicken")]
    [InlineData("i tried to kill myself last week because he left me")]
    [InlineData("nobody cares if i dare or not, i want to end my life tonight")]
    public void WordsThatOftenStandBesideDespairExcuseNothing(string text) =>
        Assert.Equal((Severity.Critical, "suicide"), (RuleFiles.Typed(text) is var a ? a.Severity : default, a.ParentTheme));

    [Fact]
    public void AReportThatAPersonWroteIsReadByAPersonWhateverItsWords()
    {
        var report = RuleFiles.Typed("the fountain next to the gym is dripping", more: d => d.Kind = ActivityKind.Report);
        Assert.Equal((Severity.Medium, "help_seeking", Audience.DslOnly), (report.Severity, report.Theme, report.Audience));
        Assert.Contains(report.Reasons, r => r.Rule == "modifier.report");
        Assert.Equal(Severity.None, RuleFiles.Typed("the fountain next to the gym is dripping").Severity);
    }

    [Fact]
    public void AConspiracyTaleIsCountedAndNeverAlerts() =>
        Assert.Equal(Severity.Low, RuleFiles.Search("flat earth proof nasa lying", more: d => d.VendorSeverity = 5).Severity);

    [Fact]
    public void ARawRecordIsReadForGraveWordsOnly()
    {
        var assessor = new Assessor(RuleFiles.Shipped);
        Assert.Equal("suicide", assessor.AssessText("GET /?q=painless+ways+to+die 200"u8).Theme);
        Assert.Same(Assessment.None, assessor.AssessText("GET /?q=free+porn 200"u8));
    }

    [Theory]
    [InlineData("<134>Nov 25 20:00:00 pc-1 agent: i want to kill myself")]
    [InlineData("<134>Nov 25 20:00:00 laptop-7 agent: i want to kill myself")]
    [InlineData("<134>Nov 25 20:00:00 lab-1 agent: i want to kill myself")]
    [InlineData("{\"app\":\"Minecraft\",\"user\":\"a.pupil\",\"said\":\"i want to kill myself\"}")]
    public void NothingInARawRecordExcusesGraveWords(string record) =>
        Assert.Equal(("suicide", Severity.Critical), (new Assessor(RuleFiles.Shipped).AssessText(Encoding.UTF8.GetBytes(record)) is var a ? a.ParentTheme : "", a.Severity));

    [Fact]
    public void TheSameEventGivesTheSameAssessment() =>
        Assert.Equal(RuleFiles.Typed("send nudes or ill leak them").Reasons, RuleFiles.Typed("send nudes or ill leak them").Reasons);

    [Fact]
    public void AnEventOnWhichNothingIsFoundAllocatesNothing()
    {
        var assessor = new Assessor(RuleFiles.Shipped);
        var draft = new EventDraft { Kind = ActivityKind.Search };
        draft.Set(EventField.SearchQuery, Encoding.UTF8.GetBytes("photosynthesis in seaweed, ｆｕｌｌ width and 3 l33t words"));
        draft.Set(EventField.Url, "https://www.bbc.co.uk/bitesize/topics/z%20x"u8);
        draft.Set(EventField.UrlHost, "www.bbc.co.uk"u8);
        draft.AddCategory("Education and Reference (English)"u8);
        draft.Set(EventField.UserAsSent, "EXAMPLE\\a.pupil"u8);
        draft.AddUnmapped("note"u8, "photosynthesis in seaweed"u8);
        assessor.Assess(draft, "smoothwall", default);
        assessor.Assess(draft, "smoothwall", default);
        assessor.AssessLeftOver(draft);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Assert.Same(Assessment.None, assessor.AssessLeftOver(draft));
            Assert.Same(Assessment.None, assessor.Assess(draft, "smoothwall", default));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
