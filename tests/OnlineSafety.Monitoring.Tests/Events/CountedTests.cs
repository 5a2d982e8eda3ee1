using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Events;

public sealed partial class CountedTests
{
    [Theory]
    [InlineData(0, "0 alerts")]
    [InlineData(1, "1 alert")]
    [InlineData(2, "2 alerts")]
    [InlineData(1_200, "1,200 alerts")]
    public void OneIsOneAndAllElseAreMany(long number, string words) => Assert.Equal(words, Counted.Of(number, "alert"));

    [Fact]
    public void AWordMayHaveAPluralOfItsOwn() =>
        Assert.Equal(("1 entry", "2 entries", "waits", "wait"), (Counted.Of(1, "entry", "entries"), Counted.Of(2, "entry", "entries"), Counted.Word(1, "waits", "wait"), Counted.Word(0, "waits", "wait")));

    /// <summary>Nobody else decides whether a word takes its plural: a number beside a fixed plural reads "1 alerts" sooner or later.</summary>
    [Fact]
    public void NothingElseChoosesBetweenOneAndMany()
    {
        var own = new[] { "Counted.cs" };
        var found = Directory.EnumerateFiles(Repository.Path("src"), "*.*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".cs" or ".razor" && !own.Contains(Path.GetFileName(file)) && !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => File.ReadLines(file).Where(line => Chosen().IsMatch(line)).Select(line => $"{Path.GetFileName(file)}: {line.Trim()}"));

        Assert.Empty(found);
    }

    // "== 1 ?" before a word of letters, and "(s)" behind one.
    [GeneratedRegex("""(==|is) 1 \? \$?"[^"]*[a-z]{3}|\b[a-z]{3,}\(s\)""")]
    private static partial Regex Chosen();
}
