using System.Text;
using OnlineSafety.Monitoring.Classification;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class PhraseGraphTests
{
    [Theory]
    [InlineData("want to *2 die", "i want to die", 1, 4)]
    [InlineData("want to *2 die", "want to just really die now", 0, 5)]
    [InlineData("kill~ myself", "killing myself", 0, 2)]
    [InlineData("suicide%", "sucide", 0, 1)]
    [InlineData("send (me|us|) nudes", "send nudes", 0, 2)]
    [InlineData("send (me|us|) nudes", "send us nudes", 0, 3)]
    [InlineData("look (at the|) state", "look at the state", 0, 4)]
    [InlineData("pics?", "pic", 0, 1)]
    [InlineData("kill myself", "killmyself", 0, 1)]
    [InlineData("meet {who} now", "meet my cousin now", 0, 4)]
    [InlineData("take *1 (a|) *1 pill", "take one more pill", 0, 4)]
    [InlineData("you die", "u die", 0, 2)]
    public void APhraseIsFoundWhereItStands(string phrase, string text, int start, int end) =>
        Assert.Contains(new PhraseHit(0, start, end), Find(phrase, text));

    [Theory]
    [InlineData("want to *2 die", "want to go home and not die")]
    [InlineData("want to *2 die", "i want to. die is a noun")]
    [InlineData("kill~ myself", "kill yourself")]
    [InlineData("send (me|us|) nudes", "send them nudes")]
    public void APhraseIsNotFoundWhereItDoesNotStand(string phrase, string text) => Assert.Empty(Find(phrase, text));

    [Theory]
    [InlineData("kill (me")]
    [InlineData("kill {nobody}")]
    [InlineData("*2 kill")]
    [InlineData("kill *9 me")]
    [InlineData("(a|)")]
    [InlineData("!!!")]
    public void APhraseThatCannotBeReadIsRefused(string phrase) => Assert.Throws<FormatException>(() => Find(phrase, "x"));

    [Fact]
    public void CostStaysBoundedOnATextMadeToBranch()
    {
        var hits = Find("a *8 a *8 a *8 b", string.Join(' ', Enumerable.Repeat("a", 400)));
        Assert.Empty(hits);
    }

    [Theory]
    [InlineData("homo", "homophone", false)]
    [InlineData("suicide", "suicidephone", true)]
    [InlineData("homo phone", "homophones homo phone", true)]
    [InlineData("homo", "homoweed", true)] // two grave words
    public void AShortPieceOfTwoWordsWrittenAsOneSaysNothingAlone(string phrase, string text, bool found)
    {
        var builder = new PhraseGraphBuilder();
        var syntax = new PhraseSyntax(new Dictionary<string, string[]>(), new Dictionary<string, string[]>(), builder.Guard);
        builder.Add(syntax.Read(phrase), 0);
        foreach (var other in (string[])["my", "homo%", "phone", "suicide%", "weed%"])
        {
            builder.Add(syntax.Read(other), 1);
        }

        var graph = new PhraseGraph(builder);
        var tokens = new TokenBuffer(graph.Lexicon);
        tokens.Read(Encoding.UTF8.GetBytes(text));
        var hits = new List<PhraseHit>();
        graph.Find(tokens.Tokens, 0, tokens.Tokens.Length, 0, hits, new PhraseMemo(graph));
        Assert.Equal(found, hits.Exists(hit => hit.Set == 0));
    }

    private static List<PhraseHit> Find(string phrase, string text)
    {
        var builder = new PhraseGraphBuilder();
        var syntax = new PhraseSyntax(
            new Dictionary<string, string[]> { ["who"] = ["him", "my cousin"] },
            new Dictionary<string, string[]> { ["you"] = ["u"] },
            builder.Guard);
        builder.Add(syntax.Read(phrase), 0);
        var graph = new PhraseGraph(builder);
        var tokens = new TokenBuffer(graph.Lexicon);
        tokens.Read(Encoding.UTF8.GetBytes(text));
        var hits = new List<PhraseHit>();
        graph.Find(tokens.Tokens, 0, tokens.Tokens.Length, 0, hits, new PhraseMemo(graph));
        return hits;
    }
}
