using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests;

/// <summary>The dependency rule of the design, read from the source itself.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Library = Path.Combine(Repository.Root, "src", "OnlineSafety.Monitoring");

    [Theory]
    [InlineData("Events", "")]
    [InlineData("Normalization", "Events")]
    [InlineData("Classification", "Events")]
    public void ThePureRoomsUseNothingElse(string room, string allowed)
    {
        var permitted = allowed.Split(' ', StringSplitOptions.RemoveEmptyEntries).Append(room).ToList();
        foreach (var (file, text) in Sources(room))
        {
            foreach (var used in RoomsNamed(text))
            {
                Assert.True(permitted.Contains(used), $"{file} uses {used}");
            }

            Assert.False(Impure().IsMatch(text), $"{file} reaches outside: {Impure().Match(text).Value}");
        }
    }

    [Fact]
    public void NpgsqlAndEntityFrameworkStayInTheRoomsThatStore()
    {
        string[] allowed = ["Storage", "IntakeLog", "Processing", "Alerts", "Sources", "People", "Access", "Notifications", "Digests", "Retention"];
        foreach (var room in Directory.GetDirectories(Library).Select(Path.GetFileName).Where(r => !allowed.Contains(r) && r is not ("bin" or "obj")))
        {
            foreach (var (file, text) in Sources(room!))
            {
                Assert.False(Database().IsMatch(text), $"{file} knows the database");
            }
        }
    }

    [Fact]
    public void NoStatementIsBuiltFromText()
    {
        // Parameters only. What is put into a statement here is a constant of the program; such places are listed.
        string[] constants = ["DatabaseSetup.cs", "Database.cs"];
        foreach (var (file, text) in Directory.GetDirectories(Library).SelectMany(d => Sources(Path.GetFileName(d)!)))
        {
            if (!constants.Contains(Path.GetFileName(file)))
            {
                // FromSql turns the holes of its text into parameters itself.
                var built = BuiltSql().Match(text.Replace("FromSql($", "FromSql(", StringComparison.Ordinal));
                Assert.False(built.Success, $"{file}: {built.Value}");
            }
        }
    }

    [Fact]
    public void ThePureRoomsAreThere()
    {
        // The tests above would pass on an empty directory.
        Assert.True(Sources("Normalization").Count > 5);
        Assert.True(Sources("Classification").Count > 5);
        Assert.True(Sources("Events").Count > 5);
    }

    private static List<(string File, string Text)> Sources(string room) =>
        [.. Directory.GetFiles(Path.Combine(Library, room), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .Select(f => (Path.GetRelativePath(Library, f), File.ReadAllText(f)))];

    private static IEnumerable<string> RoomsNamed(string text) => RoomName().Matches(text).Select(m => m.Groups[1].Value).Distinct();

    [GeneratedRegex(@"OnlineSafety\.Monitoring\.([A-Z]\w+)")]
    private static partial Regex RoomName();

    [GeneratedRegex(@"\b(TimeProvider|ILogger|HttpClient|File\.(Read|Write|Open|Exists|Create)|Directory\.|Console\.|Environment\.(?!NewLine)|Random\b|Guid\.NewGuid|DateTime(Offset)?\.(Utc)?Now|Task\b|async\b)")]
    private static partial Regex Impure();

    [GeneratedRegex(@"\busing (Npgsql|Microsoft\.EntityFrameworkCore)")]
    private static partial Regex Database();

    // A constant built from constants is a constant.
    [GeneratedRegex(@"(?<!const string \w+\s*=\s*)\$""+[^""]*\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b[^""]*\{")]
    private static partial Regex BuiltSql();
}
