using System.Text.Json;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>Strings that break what shows or stores text; see <c>vectors/naughty-strings/README.md</c>.</summary>
internal static class NaughtyStrings
{
    private static readonly Lazy<IReadOnlyList<string>> s_all = new(() => JsonSerializer.Deserialize<string[]>(
        File.ReadAllBytes(Repository.Path("tests", "OnlineSafety.Monitoring.Tests", "vectors", "naughty-strings", "naughty-strings.json")))!);

    public static IReadOnlyList<string> All => s_all.Value;
}
