using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Shapes;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>Patterns, and columns of which the last may be missing.</summary>
public sealed class TextShapeTests
{
    private const string Visit = """{"type":"regex","pattern":"^(?<user>\\S+) visited (?<url>\\S+)( in (?<app>.+))?$"}""";

    private static readonly Mapping[] Pattern = OneMapping.Of(Visit, """{"user":"user","url":"url","app":"app"}""", "");

    private static readonly Mapping[] Columns = OneMapping.Of(
        """{"type":"csv","layouts":[{"columns":["one","when","serial","type","user","url"],"checks":{"one":"integer"},"least":5}]}""",
        """{"time":{"from":"when","formats":["yyyy/MM/dd HH:mm:ss"]},"user":"user","url":"url","text":"type","group":"serial","app":"one"}""",
        "");

    [Theory]
    [InlineData("jsmith visited https://casino.example.test/", "jsmith", "https://casino.example.test/", null)]
    [InlineData("<14>Mar  2 09:14:07 host1 app: jsmith visited https://casino.example.test/ in \u00c9diteur \u2713 2", "jsmith", "https://casino.example.test/", "\u00c9diteur \u2713 2")]
    [InlineData("\u00e9lodie visited https://casino.example.test/", "\u00e9lodie", "https://casino.example.test/", null)]
    public void NamedGroupsAreTheNames(string line, string user, string url, string? app)
    {
        var e = OneMapping.Event(Pattern, line);
        Assert.Equal((user, url, app), (e.User, e.Url, e.App));
    }

    [Fact]
    public void ALineThatDoesNotMatchIsAnotherMappings() =>
        Assert.Equal(NormalizeOutcome.Unclaimed, OneMapping.Read(Pattern, "jsmith went to https://casino.example.test/").Result.Outcome);

    [Fact]
    public void ALineLongerThanAPatternMayReadIsUnreadable()
    {
        var result = OneMapping.Read(Pattern, "jsmith visited https://casino.example.test/" + new string('x', RegexShape.MaximumLine)).Result;
        Assert.Equal((NormalizeOutcome.Unreadable, Reasons.LineTooLong), (result.Outcome, result.Reason));
    }

    [Theory]
    [InlineData("(?<user>a)\\\\k<user>")]
    [InlineData("(?=x)(?<user>a)")]
    [InlineData("(?<user>a")]
    [InlineData("(a)")]
    public void APatternThatCannotRunWithoutBacktrackingIsAnError(string pattern)
    {
        var error = OneMapping.ErrorsOf($$"""
            "shape":{"type":"regex","pattern":"{{pattern}}"},"fields":{}
            """)[0];
        Assert.Equal("/mappings/0/shape/pattern", error.Place);
    }

    [Theory]
    [InlineData("1,2026/03/02 09:14:07,0212,THREAT,jsmith", null, new string[0])]
    [InlineData("1,2026/03/02 09:14:07,0212,THREAT,jsmith,\"casino.example.test/play?a=1,2\"", "casino.example.test/play?a=1,2", new string[0])]
    [InlineData("1,2026/03/02 09:14:07,0212,THREAT,jsmith,casino.example.test,,new", "casino.example.test", new[] { "column 8" })]
    public void TheLastColumnsMayBeMissingAndFurtherOnesAreKept(string line, string? url, string[] kept)
    {
        var e = OneMapping.Event(Columns, line);
        Assert.Equal(("jsmith", url), (e.User, e.Url));
        Assert.Equal(kept, e.Unmapped.Select(pair => pair.Key));
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 9, 14, 7, TimeSpan.Zero), e.OccurredAt);
    }

    [Fact]
    public void FewerColumnsThanTheLeastAreBroken() =>
        Assert.Equal(Reasons.ColumnCount, OneMapping.Read(Columns, "1,2026/03/02 09:14:07,0212,THREAT").Result.Reason);
}
