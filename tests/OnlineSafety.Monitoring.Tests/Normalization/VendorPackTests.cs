using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Tests.Normalization;

public sealed class VendorPackTests
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly MappingSet Mappings = Packs.Load();

    public static TheoryData<string, string> Samples() => Packs.Samples();

    /// <summary>Set ONLINESAFETY_WRITE_EXPECTED=1 to write what comes out, then read the difference before committing it.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void EverySampleBecomesItsExpectedEvents(string product, string file)
    {
        var sample = Packs.Index(product).Single(s => s.File == file);
        var actual = Render(Packs.Run(Mappings, product, sample));
        var path = Path.Combine(Packs.Folder(product), "expected", file + ".json");
        if (Environment.GetEnvironmentVariable("ONLINESAFETY_WRITE_EXPECTED") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.ReadAllText(path), actual);
    }

    [Fact]
    public void EverySampleFileIsInTheIndex()
    {
        foreach (var product in Packs.Products)
        {
            var files = Directory.GetFiles(Path.Combine(Packs.Folder(product), "samples")).Select(Path.GetFileName).Where(name => name != "index.json");
            Assert.Equal(files.Order(StringComparer.Ordinal), Packs.Index(product).Select(s => s.File).Order(StringComparer.Ordinal));
        }
    }

    private static string Render(List<Packs.ReadRecord> records)
    {
        var list = new JsonArray();
        foreach (var (result, events) in records)
        {
            list.Add(new JsonObject
            {
                ["outcome"] = result.Outcome.ToString().ToLowerInvariant(),
                ["reason"] = result.Reason,
                ["mapping"] = result.Mapping,
                ["events"] = new JsonArray([.. events.Select(e => JsonNode.Parse(EventJson.Serialize(e)))]),
            });
        }

        return list.ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }
}
