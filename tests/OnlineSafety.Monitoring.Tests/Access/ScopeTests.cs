using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Access;

/// <summary>A setting that outlives its transaction would carry one school's scope to the next user of a pooled connection.</summary>
public sealed partial class ScopeTests
{
    [Fact]
    public void EverySettingIsLocalToItsTransaction()
    {
        var settings = Sources().SelectMany(file => Setting().Matches(File.ReadAllText(file)).Select(match => $"{Path.GetFileName(file)}: {match.Value}")).ToList();

        Assert.NotEmpty(settings);
        Assert.All(settings, setting => Assert.EndsWith(", true)", setting, StringComparison.Ordinal));
    }

    [Fact]
    public void NoStatementSetsAScopeOrARoleForASession() =>
        Assert.Empty(Sources().Where(file => ForASession().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName));

    [Theory]
    [InlineData("SET app.school = 'x'", true)]
    [InlineData("SET SESSION app.staff = 'x'", true)]
    [InlineData("SET ROLE onlinesafety_owner", true)]
    [InlineData("SET LOCAL app.school = 'x'", false)]
    [InlineData("UPDATE source SET role = 1", false)]
    [InlineData("UPDATE source\n    SET role = 1", false)]
    public void WhatIsLookedForIsFound(string sql, bool found) => Assert.Equal(found, ForASession().IsMatch($"\"{sql}\""));

    private static IEnumerable<string> Sources() => Directory.EnumerateFiles(Repository.Path("src"), "*.cs", SearchOption.AllDirectories)
        .Concat(Directory.EnumerateFiles(Repository.Path("src"), "*.sql", SearchOption.AllDirectories))
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            && !file.Contains($"{Path.DirectorySeparatorChar}bin{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    [GeneratedRegex(@"set_config\([^)]*\)", RegexOptions.None, 1000)]
    private static partial Regex Setting();

    [GeneratedRegex("[\"\n;] *SET (SESSION +)?(app\\.|ROLE(?! *=)|SESSION AUTHORIZATION)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ForASession();
}
