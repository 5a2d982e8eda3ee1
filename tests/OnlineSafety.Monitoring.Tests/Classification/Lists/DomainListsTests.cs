using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Lists;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification.Lists;

public sealed class DomainListsTests
{
    [Theory]
    [InlineData("casino.example", "bets")]
    [InlineData("WWW.Casino.Example", "bets")]
    [InlineData("a.b.c.d.e.casino.example", "bets")]
    [InlineData("both.example", "bets,vapes")]
    [InlineData("xn--mnchen-3ya.example", "vapes")]
    [InlineData("m\u00fcnchen.example", "vapes")]
    [InlineData("192.0.2.7", "vapes")]
    [InlineData("mycasino.example", "")]
    [InlineData("example", "")]
    [InlineData("casino.example.org", "")]
    [InlineData("2.7", "")]
    public void AHostIsOnTheListsThatHoldItOrADomainItLiesIn(string host, string lists)
    {
        var all = new DomainLists([List("vapes", "drugs", "both.example", "xn--mnchen-3ya.example", "192.0.2.7"), List("bets", "gambling", "casino.example", "both.example")]);
        var found = new List<int>();
        all.Find(Encoding.UTF8.GetBytes(host), found);
        Assert.Equal(lists, string.Join(',', found.Order().Select(number => all.Lists[number].Name)));
    }

    [Fact]
    public void OfAHundredThousandHostsEachIsFoundAndNoOtherIs()
    {
        var all = new DomainLists([List("many", "drugs", [.. Enumerable.Range(0, 100_000).Select(i => $"site{i}.example")])]);
        Assert.InRange(all.Bytes, 100_000 * 8, 100_000 * 8 * 4);
        for (var i = 0; i < 200_000; i++)
        {
            var found = new List<int>();
            all.Find(Encoding.UTF8.GetBytes($"www.site{i}.example"), found);
            Assert.Equal(i < 100_000, found.Count == 1);
        }
    }

    [Fact]
    public void ALookupAllocatesNothing()
    {
        var hosts = new ListedHosts(new DomainLists([List("bets", "gambling", "casino.example")]));
        var found = new List<int>(4);
        var (listed, quiet) = (Encoding.UTF8.GetBytes("www.casino.example"), Encoding.UTF8.GetBytes("www.lesson.example"));
        hosts.Find(listed, found);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            found.Clear();
            hosts.Find(quiet, found);
            hosts.Find(listed, found);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Single(found);
    }

    [Theory]
    [InlineData(DeviceAction.Blocked, "Low")]
    [InlineData(DeviceAction.Allowed, "Medium")]
    internal void ABareVisitIsLowAndWhatWasLetThroughAlthoughItMustNotMedium(DeviceAction action, string expected)
    {
        var assessment = Visit("gambling", draft => draft.Action = action);
        Assert.Equal((expected, "gambling"), (assessment.Severity.ToString(), assessment.Theme));
        var reason = assessment.Reasons.Single(r => r.Rule == "list.test");
        Assert.Equal("www.listed.example", reason.Matched);
        Assert.Contains(reason.Version, reason.Explanation, StringComparison.Ordinal);
        Assert.Contains("CC0", reason.Explanation, StringComparison.Ordinal);
        Assert.Equal(Severity.None, reason.Without!.Severity);
    }

    [Fact]
    public void EvenOfAGraveThemeAListAloneIsNeverMoreThanMedium() => Assert.Equal(Severity.Medium, Visit("csam", draft => draft.Action = DeviceAction.Allowed).Severity);

    [Fact]
    public void AStatisticsOnlyThemeIsNoConcern()
    {
        var assessment = Visit("piracy", draft => draft.Action = DeviceAction.Allowed);
        Assert.Equal(Severity.None, assessment.Severity);
    }

    [Fact]
    public void WhereThereAreWordsTheListIsNotedAndDecidesNothing()
    {
        var assessment = Visit("gambling", draft => draft.Set(EventField.SearchQuery, "maths revision"u8));
        Assert.Equal(Severity.None, assessment.Severity);
    }

    [Fact]
    public void WhoAsksForHelpIsProtectedOnWhateverListTheSiteIs()
    {
        var pack = """{"pack":"p","version":"1","language":"en","rules":[{"id":"r","theme":"help_seeking","severity":"low","all":[["start"]],"explain":"x","positive":["start"],"negative":[]}]}""";
        var assessment = Visit("suicide", draft => draft.Action = DeviceAction.Allowed, ("p", Encoding.UTF8.GetBytes(pack)));
        Assert.Equal(("suicide", Audience.DslOnly), (assessment.Theme, assessment.Audience));
        Assert.Equal(["suicide", "help_seeking"], assessment.Themes);
    }

    [Fact]
    public void AListIsPartOfTheRulesVersion()
    {
        var one = Rules(List("test", "gambling", "listed.example")).Version;
        Assert.Equal(one, Rules(List("test", "gambling", "listed.example")).Version);
        Assert.NotEqual(one, Rules(List("test", "gambling", "other.example")).Version);
        Assert.NotEqual(one, Rules(List("test", "drugs", "listed.example")).Version);
        Assert.NotEqual(one, RuleSet.Parse(RuleFiles.Taxonomy, [], []).Version);
    }

    [Fact]
    public void AThemeThatThereIsNotIsAnError()
    {
        var error = Assert.Throws<RuleException>(() => Rules(List("test", "fishing", "listed.example")));
        Assert.Contains("fishing", error.Message, StringComparison.Ordinal);
    }

    internal static DomainList List(string name, string theme, params string[] hosts)
    {
        ulong[] hashes = [.. hosts.Select(host => DomainHash.Of(Encoding.UTF8.GetBytes(host))).Order()];
        return new DomainList(new DomainListInfo(name, theme, "CC0", "", DomainList.VersionOf(hashes), new DateOnly(2026, 11, 1)) { Hosts = hashes.Length }, hashes);
    }

    private static RuleSet Rules(DomainList list, params (string Name, ReadOnlyMemory<byte> Json)[] packs) => RuleSet.Parse(RuleFiles.Taxonomy, packs, [], lists: new DomainLists([list]));

    private static Assessment Visit(string theme, Action<EventDraft> more, params (string Name, ReadOnlyMemory<byte> Json)[] packs)
    {
        var draft = new EventDraft { Kind = ActivityKind.Visit };
        draft.Set(EventField.Url, "https://www.listed.example/start"u8);
        draft.Set(EventField.UrlHost, "www.listed.example"u8);
        more(draft);
        var assessor = new Assessor(Rules(List("test", theme, "listed.example"), packs));
        var context = new AssessContext(PersonRole.Pupil, "KS3");
        return assessor.Explain(assessor.Assess(draft, "smoothwall", context), draft, "smoothwall", context);
    }
}
