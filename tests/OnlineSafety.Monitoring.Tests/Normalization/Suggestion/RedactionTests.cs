using System.Text.Json;
using System.Text.RegularExpressions;
using OnlineSafety.Monitoring.App.Commands;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.Web.Sources;

namespace OnlineSafety.Monitoring.Tests.Normalization.Suggestion;

/// <summary>A contractor sees the proposal and must see no child in it.</summary>
public sealed partial class RedactionTests
{
    private static readonly JsonSerializerOptions Readable = new(Proposal.Json) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // What our own sentences, field names and lists of words say is said of anybody's records.
    private static readonly HashSet<string> Own =
    [
        .. Directory.GetFiles(Repository.Path("src", "OnlineSafety.Monitoring", "Normalization", "Suggestion"), "*.cs", SearchOption.AllDirectories)
            .Append(Repository.Path("schemas", "suggest.json"))
            .SelectMany(file => Words().Matches(File.ReadAllText(file)).Select(match => match.Value.ToLowerInvariant())),
        "when", "typed", "mappings",
    ];

    private static readonly string[] Personal =
    [
        "Zephyrine Quillfeather", "quillfeather.z", "ACADEMIA\\quillfeather", "zephyrine@pupilrealm.example", "selfinjuryforum", "hurtingmyselftonight", "07700900123",
        "12 Elderberry Crescent", "diagnosiswhisper", "https://secretdiary.example.test/zephyrine/quillfeather?entry=unhappiness",
    ];

    [Fact]
    public void NoPieceOfAUserPageSearchOrTextIsInTheResult()
    {
        // A few at a time: a proposal shows the form of three values of a column.
        foreach (var values in Personal.Concat(NaughtyStrings.All.Where(text => text.Length > 0)).Chunk(4))
        {
            AssertSilent(Captured.Suggest([.. Enumerable.Range(0, values.Length).Select(i => Told(values, i))]), values);
        }

        AssertSilent(Captured.Suggest([.. Enumerable.Range(0, Personal.Length).Select(i => Told(Personal, i))]), Personal, least: 10);
    }

    private static RawRecord Told(string[] values, int i)
    {
        var (user, text, search) = (values[i], values[(i + 1) % values.Length], values[(i + 2) % values.Length]);
        return Captured.Json(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["when"] = $"2026-03-02T09:{i % 60:00}:07Z", ["user"] = user, ["typed"] = text, ["search"] = search,
            ["url"] = $"https://{i}host.example.test/{Uri.EscapeDataString(text)}?q={Uri.EscapeDataString(search)}", ["action"] = i % 2 == 0 ? "blocked" : "allowed",
        }));
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
        AssertSilent(Captured.Suggest(records), Personal, least: 10);
    }

    [Fact]
    public void AChildsNameAsAKeyIsShownByItsFormAndCanStillBeMapped()
    {
        var nested = Enumerable.Range(0, 6).Select(i => Captured.Json($$"""{"at":"2026-03-02T09:14:0{{i}}Z","Emily Carter":{"query":"how to {{i}}","cat":"Games"},"pupils":{"zephyrine_quillfeather":{"site":"https://a.example.test/{{i}}"} } }"""));
        var column = Captured.Csv("Time,URL,Emily Carter,Zephyrine\n" + string.Join('\n', Enumerable.Range(0, 6).Select(i => $"2026-03-02 09:14:0{i},https://a.example.test/{i},drew a map {i},x{i}")));
        var pairs = Enumerable.Range(0, 6).Select(i => Captured.Line($"<14>Mar  2 09:14:07 fw1 web: ts=177244284{i} zephyrine=a.patel url=https://a.example.test/{i} did=denied"));
        foreach (var records in (RawRecord[][])[[.. nested], [column], [.. pairs]])
        {
            var proposal = Captured.Suggest(records);
            var page = JsonSerializer.Serialize(ProposalForm.View(Guid.NewGuid(), proposal), Readable);
            var terminal = JsonSerializer.Serialize(proposal.Shown(), Readable) + string.Join('\n', SourceSuggestCommand.Questions(proposal).Concat(SourceSuggestCommand.Tried(proposal)));
            foreach (var name in (string[])["emily", "carter", "zephyrine", "quillfeather"])
            {
                Assert.DoesNotContain(name, page, StringComparison.OrdinalIgnoreCase);
                Assert.DoesNotContain(name, terminal, StringComparison.OrdinalIgnoreCase);
            }

            // By its number it is taken, and what is edited by hand has the names again before it is stored.
            var label = proposal.Veiled.Keys.First(known => proposal.Shapes[0].Names.Contains(known));
            Assert.Contains("(#", label, StringComparison.Ordinal);
            var (mapping, _) = ProposalEdits.Apply(proposal, [], ["group=" + NameLabels.Switch(label)]);
            Assert.Contains(proposal.Veiled[label], JsonDocument.Parse(mapping).RootElement.GetProperty("mappings")[0].GetProperty("fields").GetProperty("group").ToString(), StringComparison.Ordinal);
            Assert.Equal(Captured.Read(proposal.Mapping, records).Count, Captured.Read(proposal.Revealed(proposal.Shown().Mapping), records).Count);
            Assert.DoesNotContain(proposal.Veiled[label], proposal.Without($"no field {proposal.Veiled[label]}"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("$.user.email", "$.user.email")]
    [InlineData("Client IP", "Client IP")]
    [InlineData("column16", "column16")]
    [InlineData("^device.name", "^device.name")]
    [InlineData("$.Emily Carter.query", "$.Aaaaa Aaaaaa.query")]
    [InlineData("emily.user", "aaaaa.user")]
    [InlineData("$.20081234.url", "$.99999999.url")]
    [InlineData("user_emily", "aaaa_aaaaa")]
    [InlineData("$.evt_time", "$.evt_time")]
    [InlineData("$.query_txt", "$.query_txt")]
    public void OnlyWordsThatProductsUseAreShownOfAName(string name, string shown) => Assert.Equal(shown, Captured.Vocabulary.Plain.FormOf(name));

    [Fact]
    public void WhatAPreviewLeavesOverSaysNoChildsName()
    {
        var fields = new LeftOverFields(Captured.Vocabulary.Plain);
        var record = Captured.Json("""{"user":"x","Emily":{"score":"1"},"category":"b"}""");
        var pack = Captured.Mappings.Compile("unknown", System.Text.Encoding.UTF8.GetBytes(
            """{"product":"unknown","mappings":[{"id":"unknown.json","version":1,"status":"inferred","source":"t","shape":{"type":"json","records":["$"]},"fields":{"user":"$.user"}}]}"""));
        new Normalizer(Captured.Mappings).Normalize(record, pack, Packs.London, new Noting(fields));
        Assert.Contains("category", fields.Names);
        Assert.DoesNotContain(fields.Names, name => name.Contains("Emily", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(fields.Names, name => name.StartsWith("Aaaaa.", StringComparison.Ordinal));
    }

    private sealed class Noting(LeftOverFields fields) : IEventSink
    {
        public void OnEvent(EventDraft draft, int part) => fields.Note(draft);
    }

    [Fact]
    public void AWordIsShownOnlyWhenItIsKnownHoweverManyHaveIt()
    {
        var rows = Enumerable.Range(0, 20).Select(i => $"2026-03-02 09:14:{i:00},user{(char)('a' + i)},https://a.example.test/,{(i < 8 ? "Blocked" : i < 18 ? "Sandboxed" : "Quillfeathered")}");
        var suggestion = Captured.Suggest(Captured.Csv("Time,User,URL,Action\n" + string.Join('\n', rows)));
        var text = JsonSerializer.Serialize(suggestion, Proposal.Json);
        Assert.Contains("Blocked", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Sandboxed", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Quillfeathered", text, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("SCHOOL\\j.smith07", "AAAAAA\\a.aaaaa99")]
    [InlineData("caf\u00e9 \u202E", "aaax x")]
    [InlineData("", "")]
    public void AMaskKeepsTheFormAlone(string value, string mask) => Assert.Equal(mask, Masking.Mask(value));

    private static void AssertSilent(Proposal suggestion, IEnumerable<string> values, int least = 0)
    {
        var result = JsonSerializer.Serialize(suggestion, Readable);
        var shown = Words().Matches(result).Select(match => match.Value.ToLowerInvariant()).ToHashSet(StringComparer.Ordinal);
        var tokens = values.SelectMany(value => Words().Matches(value).Select(match => match.Value.ToLowerInvariant()))
            .Where(token => !Own.Contains(token) && token.Any(letter => letter is not ('a' or '9' or 'x'))).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(tokens.Count >= least);
        Assert.DoesNotContain(tokens, shown.Contains);
    }

    [GeneratedRegex(@"[\p{L}\p{N}]{4,}")]
    private static partial Regex Words();
}
