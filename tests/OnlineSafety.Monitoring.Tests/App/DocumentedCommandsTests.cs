using System.CommandLine;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.App;

/// <summary>Whoever follows a text of ours finds every command and switch that it names.</summary>
public sealed partial class DocumentedCommandsTests
{
    private static readonly RootCommand Root = CommandLine.Root(TimeProvider.System);

    public static TheoryData<string> Texts => [.. TextFiles().Select(file => Path.GetRelativePath(Repository.Root, file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Texts))]
    public void EveryCommandOfATextIsThere(string file) =>
        Assert.Empty(File.ReadLines(Repository.Path(file)).SelectMany((line, at) => FaultsOf(line).Select(fault => $"{file}:{at + 1}: {fault}")));

    [Fact]
    public void CommandsAreFoundInTheTexts() =>
        Assert.True(TextFiles().SelectMany(File.ReadLines).Sum(line => Named().Count(line)) > 40);

    [Theory]
    [InlineData("run `onlinesafety source paint S`", "source paint")]
    [InlineData("    onlinesafety sources --colour", "--colour")]
    [InlineData("`onlinesafety source list --school S` and `onlinesafety nonsense`", "nonsense")]
    [InlineData("onlinesafety mapping check mapping.json   # or --all", null)]
    [InlineData("onlinesafety is not run here, and onlinesafety-0001 is a name", null)]
    public void WhatIsNotThereIsSaid(string line, string? said)
    {
        var faults = FaultsOf(line).ToList();
        Assert.Equal(said is null ? 0 : 1, faults.Count);
        Assert.All(faults, fault => Assert.Contains(said!, fault, StringComparison.Ordinal));
    }

    private static IEnumerable<string> FaultsOf(string line)
    {
        foreach (Match match in Named().Matches(line))
        {
            var command = (Command)Root;
            var options = new List<Option>(Root.Options.Where(option => option.Recursive));
            string? fault = null;
            foreach (var word in match.Value.Split('#', '|', ';')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1))
            {
                if (word.StartsWith("--", StringComparison.Ordinal))
                {
                    var name = word.TrimEnd(',', '.', ')', ':', '"').Split('=')[0];
                    fault ??= command.Options.Concat(options).Any(option => option.Name == name) ? null : $"{match.Value} has no switch {name}";
                }
                else if (command.Subcommands.Count > 0)
                {
                    var next = command.Subcommands.FirstOrDefault(sub => sub.Name == word.TrimEnd(',', '.', ')', ':', '"'));
                    fault ??= next is null ? $"there is no command {match.Value}" : null;
                    command = next ?? command;
                }
            }

            if (fault is not null)
            {
                yield return fault;
            }
        }
    }

    private static IEnumerable<string> TextFiles() => new[] { "*.md", "*.txt" }
        .SelectMany(pattern => new[] { "schemas", "deploy", "src", "tests" }.SelectMany(folder => Directory.EnumerateFiles(Repository.Path(folder), pattern, SearchOption.AllDirectories)))
        .Concat(Directory.EnumerateFiles(Repository.Root, "*.md"))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && Named().IsMatch(File.ReadAllText(file)));

    // To the end of the code span or line. In prose the name is followed by a verb; nothing of ours is called so.
    [GeneratedRegex(@"(?<![\w/.-])onlinesafety (?!is |and |are |the |will )[a-z-]+[^`\r\n]*", RegexOptions.CultureInvariant)]
    private static partial Regex Named();
}
