using System.Text.Json;
using Json.Schema;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class SchemaTests
{
    public static TheoryData<string, string> Files
    {
        get
        {
            var files = new TheoryData<string, string>
            {
                { "model.schema.json", "schemas/models/en.json" },
                { "model-recipe.schema.json", "schemas/models/en.recipe.json" },
                { "sentences.schema.json", "schemas/models/en.sentences.json" },
                { "sentences-recipe.schema.json", "schemas/models/en.sentences.recipe.json" },
            };
            foreach (var edition in RuleFiles.Editions)
            {
                files.Add("taxonomy.schema.json", Path.GetRelativePath(RuleFiles.Root, edition));
            }

            foreach (var pack in RuleFiles.Packs)
            {
                files.Add("rulepack.schema.json", Path.GetRelativePath(RuleFiles.Root, pack));
            }

            foreach (var map in Directory.GetFiles(Path.Combine(RuleFiles.Root, "schemas/vendors"), "categories.json", SearchOption.AllDirectories))
            {
                files.Add("categories.schema.json", Path.GetRelativePath(RuleFiles.Root, map));
            }

            return files;
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void ShippedFilesFitTheirSchema(string schema, string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(RuleFiles.Root, file)));
        Assert.True(Schema(schema).Evaluate(json.RootElement).IsValid);
    }

    [Fact]
    public void AMisspeltPropertyDoesNotFit()
    {
        using var json = JsonDocument.Parse("""{"pack":"p","version":"1","language":"en","ruels":[]}""");
        Assert.False(Schema("rulepack.schema.json").Evaluate(json.RootElement).IsValid);
    }

    private static JsonSchema Schema(string name) => JsonSchema.FromText(File.ReadAllText(Path.Combine(RuleFiles.Root, "schemas", name)));
}
