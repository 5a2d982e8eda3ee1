using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Tests.Classification;

/// <summary>Texts of so many hits that they are read in stretches: nothing hides behind them, and what is found is what one reading would find.</summary>
public sealed class StretchTests
{
    private const string Grave = "i want to kill myself";

    private static readonly CompiledRules Rules = RuleFiles.Shipped.Rules;

    public static TheoryData<int, string> Fillers => new()
    {
        { 2_000, "dead" }, { 20_000, "dead" }, { 2_000, "1" }, { 20_000, "1" }, { 10_000, "you die" },
    };

    [Theory]
    [MemberData(nameof(Fillers))]
    public void AGravePhraseIsFoundBehindAWordThatIsRepeatedThousandsOfTimes(int times, string filler)
    {
        var text = Repeated(filler, times, " ") + " " + Grave;
        Assert.True(Hits(text) > 1024);
        foreach (var field in (EventField[])[EventField.SearchQuery, EventField.Text, EventField.App, EventField.VendorReason])
        {
            var draft = new EventDraft { Kind = ActivityKind.Typed };
            draft.Set(field, Encoding.UTF8.GetBytes(text));
            AssertGrave(new Assessor(RuleFiles.Shipped).Assess(draft, "smoothwall", default));
        }

        AssertGrave(RuleFiles.Visit("https://www.bbc.co.uk/" + text.Replace(' ', '-')));
        AssertGrave(new Assessor(RuleFiles.Shipped).AssessText(Encoding.UTF8.GetBytes($$"""{"list":[{{Repeated(filler, times, ",")}}],"said":"{{Grave}}"}""")));
    }

    [Theory]
    [InlineData("i want to kill myself", "")]
    [InlineData("i want to kill myself", "well in the end it was only so in minecraft")]
    [InlineData("", "in minecraft it was well so and then i want to kill myself")]
    [InlineData("suicide methods", "for the hamlet essay and then painless ways to die")]
    public void WhatStandsAcrossTheEndOfAStretchIsFoundAsIfThereWereNone(string before, string behind)
    {
        var (narrow, whole) = (new FieldReader(Rules, mostHits: 1), new FieldReader(Rules, int.MaxValue));
        var stretch = 2 * RuleMatcher.Reach(Rules);
        var found = 0;
        for (var words = (stretch / 2) - 40; words < stretch + 40; words++)
        {
            var text = $"{Repeated("dead", words, " ")} {before} {behind} {Repeated("dead", stretch, " ")}";
            var expected = Read(whole, EventField.Text, text, "");
            Assert.Equal(expected, Read(narrow, EventField.Text, text, ""));
            found += expected.Contains("suicide.", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.Equal(stretch / 2 + 80, found);
    }

    [Fact]
    public void AnyLongTextIsReadInStretchesAsAtOnce()
    {
        var (narrow, whole) = (new FieldReader(Rules, mostHits: 1), new FieldReader(Rules, int.MaxValue));
        var random = new Random(7);
        string[] texts = [.. ShortWayTests.Cases()];
        string[] hosts = ["", "", "www.bbc.co.uk", "freevpn-proxy.test", "omegle.com", "slots.bet365.com", "quiet.test"];
        var (excused, plain, contexts) = (0, 0, 0);
        for (var i = 0; i < 300; i++)
        {
            // Some few sentences again and again among many, so that a rule has a finding in several stretches.
            var few = Enumerable.Range(0, 10).Select(_ => texts[random.Next(texts.Length)]).ToList();
            var text = string.Join(' ', Enumerable.Range(0, 20 + random.Next(200)).Select(_ => random.Next(3) > 0 ? few[random.Next(few.Count)] : random.Next(4) > 0 ? "lorem ipsum" : texts[random.Next(texts.Length)]));
            var host = hosts[random.Next(hosts.Length)];
            var field = host.Length > 0 ? EventField.Url : random.Next(2) == 0 ? EventField.Text : EventField.SearchQuery;
            var expected = Read(whole, field, text, host);
            Assert.Equal(expected, Read(narrow, field, text, host));
            excused += expected.Contains("excused", StringComparison.Ordinal) ? 1 : 0;
            plain += expected.Contains("counts", StringComparison.Ordinal) ? 1 : 0;
            contexts += whole.Context >= 0 ? 1 : 0;
            Assert.Equal(whole.ContextOf(Encoding.UTF8.GetBytes(text)), narrow.ContextOf(Encoding.UTF8.GetBytes(text)));
        }

        Assert.True(excused > 100 && plain > 100 && contexts > 100, $"{excused} excused, {plain} not, {contexts} with a context");
    }

    // The order of findings is that of the stretches; it decides nothing but the order of reasons.
    private static string Read(FieldReader reader, EventField field, string text, string host)
    {
        var findings = new List<Finding>();
        reader.Read(field, Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetBytes(host), RulesAsked.Deciding, findings);
        var lines = findings.OrderBy(f => f.Rule).Select(f => $"{Rules.Rules[f.Rule].Id} {(f.Excuse < 0 ? "counts" : "excused")} {f}");
        return string.Join('\n', lines.Append($"context {reader.Context}"));
    }

    private static void AssertGrave(Assessment assessment) =>
        Assert.Equal(("suicide", true), (assessment.ParentTheme, assessment.Severity >= Severity.High));

    private static string Repeated(string word, int times, string between) => string.Join(between, Enumerable.Repeat(word, times));

    private static int Hits(string text)
    {
        var (tokens, hits) = (new TokenBuffer(Rules.Phrases.Lexicon), new List<PhraseHit>());
        tokens.Read(Encoding.UTF8.GetBytes(text));
        Rules.Phrases.Find(tokens.Tokens, 0, tokens.Tokens.Length, 0, hits, new PhraseMemo(Rules.Phrases));
        return hits.Count;
    }
}
