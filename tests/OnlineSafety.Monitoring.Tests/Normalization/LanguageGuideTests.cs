using System.Text;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Normalization.Samples;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Normalization;

/// <summary>The guide teaches by examples: each mapping, record and event of <c>schemas/vendors/README.md</c>.</summary>
public sealed class LanguageGuideTests
{
    private static readonly MappingSet Shared = Packs.Load();

    public static TheoryData<int> Examples() => [.. Enumerable.Range(0, Blocks().Count(block => block.Kind.StartsWith("json", StringComparison.Ordinal)))];

    [Fact]
    public void ThereIsAnExampleForEachShape() => Assert.True(Examples().Count >= 12);

    [Theory]
    [MemberData(nameof(Examples))]
    public void EveryExampleBecomesTheEventItShows(int number)
    {
        var blocks = Blocks();
        var at = blocks.FindIndex(0, block => block.Kind.StartsWith("json", StringComparison.Ordinal) && number-- == 0);
        var (mapping, record, expected) = (blocks[at], blocks[at + 1], blocks[at + 2]);
        Assert.Equal(("record", "event"), (record.Kind.Split(' ')[0], expected.Kind));

        var file = Encoding.UTF8.GetBytes(mapping.Kind == "json file" ? mapping.Text : Whole(mapping.Text));
        SchemaTests.AssertValid(SchemaTests.Mapping, file, mapping.Text);
        var pack = Shared.Compile(product: null, file);
        var reading = Assert.Single(new SampleReader(Shared, pack, "example", Packs.London, Packs.ReceivedAt)
            .Read(Door.Http, record.Kind.Split(' ')[1], [Encoding.UTF8.GetBytes(record.Text)]));

        Assert.Equal("", reading.Result.Reason);
        var actual = JsonNode.Parse(EventJson.Serialize(Assert.Single(reading.Events).Event))!["data"]!;
        AssertPart(JsonNode.Parse(expected.Text)!, actual, "$");
    }

    private static string Whole(string members)
    {
        var mapping = JsonNode.Parse(members)!.AsObject();
        var names = mapping["categoryNames"];
        mapping.Remove("categoryNames");
        (mapping["id"], mapping["version"], mapping["status"], mapping["source"]) = ("example.part", 1, "documented", "the guide");
        var file = new JsonObject { ["product"] = "example", ["mappings"] = new JsonArray(mapping) };
        if (names is not null)
        {
            file["categoryNames"] = names;
        }

        return file.ToJsonString();
    }

    /// <summary>Members that the example shows must be there; lists must be the same.</summary>
    private static void AssertPart(JsonNode expected, JsonNode? actual, string path)
    {
        if (expected is not JsonObject members)
        {
            Assert.True(JsonNode.DeepEquals(expected, actual), $"{path}: shown {expected.ToJsonString()}, got {actual?.ToJsonString() ?? "nothing"}");
            return;
        }

        foreach (var (name, value) in members)
        {
            AssertPart(value!, actual?[name], $"{path}.{name}");
        }
    }

    private static List<(string Kind, string Text)> Blocks()
    {
        var blocks = new List<(string, string)>();
        var text = File.ReadAllText(Repository.Path("schemas", "vendors", "README.md"));
        var parts = ("\n" + text).Split("\n```");
        for (var i = 1; i + 1 < parts.Length; i += 2)
        {
            var end = parts[i].IndexOf('\n', StringComparison.Ordinal);
            blocks.Add((parts[i][..end], parts[i][(end + 1)..]));
        }

        return blocks;
    }
}
