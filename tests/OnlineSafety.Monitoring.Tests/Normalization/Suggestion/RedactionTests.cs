using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Normalization.Suggestion;

/// <summary>A contractor sees the proposal and must see no child in it.</summary>
public sealed partial class RedactionTests
{
    private static readonly JsonSerializerOptions Readable = new(Monitoring.Normalization.Suggestion.Suggestion.Json) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Personal =
    [
        "Zephyrine Quillfeather", "quillfeather.z", "ACADEMIA\\quillfeather", "zephyrine@pupilrealm.example", "selfinjuryforum", "hurtingmyselftonight", "07700900123",
        "12 Elderberry Crescent", "diagnosiswhisper", "https://secretdiary.example.test/zephyrine/quillfeather?entry=unhappiness",
    ];

    [Fact]
    public void NoPieceOfAUserPageSearchOrTextIsInTheResult()
    {
        var values = NaughtyStrings.All.Where(text => text.Length > 0).Concat(Personal).ToList();
        var records = new List<RawRecord>();
        for (var i = 0; i < values.Count; i++)
        {
            var (user, text, search) = (values[i], values[(i * 7 + 1) % values.Count], values[(i * 13 + 2) % values.Count]);
            records.Add(Captured.Json(JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["when"] = $"2026-03-02T09:{i % 60:00}:07Z", ["user"] = user, ["typed"] = text, ["search"] = search,
                ["url"] = $"https://{i}host.example.test/{Uri.EscapeDataString(text)}?q={Uri.EscapeDataString(search)}", ["action"] = i % 2 == 0 ? "blocked" : "allowed",
            })));
        }

        AssertSilent(Captured.Suggest(records), values);
    }

    [Fact]
    public void ValuesThatStandWhereNamesDoAreNotInTheResult()
    {
        List<RawRecord> records =
        [
            // A table without a header, keys that are pupils, words that look like keys.
            Captured.Csv("quillfeather.z,https://secretdiary.example.test/,hurtingmyselftonight\na.patel,https://b.example.test/,maths\n"),
            .. Enumerable.Range(0, 30).Select(i => Captured.Json($$$"""{"time":"2026-03-02T09:14:07Z","url":"https://a.example.test/{{{i}}}","seen":{"{{{(i == 3 ? "quillfeather" : $"pupil{i}name")}}}":"selfinjuryforum"}}""")),
            .. Enumerable.Range(0, 30).Select(i => Captured.Line($"<14>Mar  2 09:14:07 fw1 web: ts=177244284{i % 10} user=a.patel url=https://a.example.test/ msg={(i == 5 ? "diagnosiswhisper hurtingmyselftonight=never zephyrine=quillfeather" : "ok then")}")),
        ];
        AssertSilent(Captured.Suggest(records), Personal);
    }

    [Fact]
    public void AWordIsShownWhenItIsKnownOrManyPeopleHaveIt()
    {
        var rows = Enumerable.Range(0, 20).Select(i => $"2026-03-02 09:14:{i:00},user{(char)('a' + i)},https://a.example.test/,{(i < 8 ? "Blocked" : i < 18 ? "Sandboxed" : "Quillfeathered")}");
        var suggestion = Captured.Suggest(Captured.Csv("Time,User,URL,Action\n" + string.Join('\n', rows)));
        var text = JsonSerializer.Serialize(suggestion, Monitoring.Normalization.Suggestion.Suggestion.Json);
        Assert.Contains("Sandboxed", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Quillfeathered", text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("SCHOOL\\j.smith07", "AAAAAA\\a.aaaaa99")]
    [InlineData("caf\u00e9 \u202E", "aaax x")]
    [InlineData("", "")]
    public void AMaskKeepsTheFormAlone(string value, string mask) => Assert.Equal(mask, Masking.Mask(value));

    private static void AssertSilent(Monitoring.Normalization.Suggestion.Suggestion suggestion, IEnumerable<string> values)
    {
        // What our own sentences, field names and lists of words say is said of anybody's records.
        var folder = Repository.Path("src", "OnlineSafety.Monitoring", "Normalization", "Suggestion");
        var own = Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories).Append(Repository.Path("schemas", "suggest.json"))
            .SelectMany(file => Words().Matches(File.ReadAllText(file)).Select(match => match.Value.ToLowerInvariant()))
            .Concat(["when", "typed", "mappings"]).ToHashSet(StringComparer.Ordinal);
        var result = JsonSerializer.Serialize(suggestion, Readable);
        var shown = Words().Matches(result).Select(match => match.Value.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var tokens = values.SelectMany(value => Words().Matches(value).Select(match => match.Value.ToLowerInvariant()))
            .Where(token => !own.Contains(token) && token.Any(letter => letter is not ('a' or '9' or 'x'))).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(tokens.Count > 10);
        Assert.All((string[])["quillfeather", "selfinjuryforum", "hurtingmyselftonight", "secretdiary"], word => Assert.Contains(word, tokens));
        Assert.DoesNotContain(tokens, shown.Contains);
    }

    [GeneratedRegex(@"[\p{L}\p{N}]{4,}")]
    private static partial Regex Words();
}
