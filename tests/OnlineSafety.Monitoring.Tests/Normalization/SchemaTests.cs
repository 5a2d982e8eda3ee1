using System.Text.Json.Nodes;
using System.Text.Json;
using Json.Schema;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Normalization;

public sealed class SchemaTests
{
    internal static readonly JsonSchema Mapping = JsonSchema.FromText(File.ReadAllText(Repository.Path("schemas", "mapping.schema.json")));
    private static readonly JsonSchema Event = JsonSchema.FromText(File.ReadAllText(Repository.Path("schemas", "event.schema.json")));

    [Fact]
    public void EveryMappingFileFitsTheSchema()
    {
        var files = Packs.Files().ToList();
        Assert.Equal(Packs.Products.Length + 1, files.Count);
        Assert.All(files, file => AssertValid(Mapping, file.Json, file.Vendor));
    }

    [Fact]
    public void EveryExpectedEventFitsTheSchema()
    {
        var events = 0;
        foreach (var file in Packs.Products.SelectMany(product => Directory.GetFiles(Path.Combine(Packs.Folder(product), "expected"))))
        {
            foreach (var e in JsonNode.Parse(File.ReadAllBytes(file))!.AsArray().SelectMany(record => record!["events"]!.AsArray()))
            {
                AssertValid(Event, JsonSerializer.SerializeToUtf8Bytes(e), file);
                events++;
            }
        }

        Assert.True(events > 40);
    }

    [Fact]
    public void EveryExampleOfTheMappingSchemaIsAcceptedByWhatItExplains()
    {
        // An example that its own sub-schema refuses would teach people mistakes.
        using var schema = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("schemas", "mapping.schema.json")));
        var definitions = schema.RootElement.GetProperty("$defs");
        var shown = 0;
        foreach (var definition in definitions.EnumerateObject().Where(d => d.Value.TryGetProperty("examples", out _)))
        {
            var wrapped = $$"""{"$schema":"https://json-schema.org/draft/2020-12/schema","$ref":"#/$defs/{{definition.Name}}","$defs":{{definitions.GetRawText()}}}""";
            var part = JsonSchema.FromText(wrapped);
            foreach (var example in definition.Value.GetProperty("examples").EnumerateArray())
            {
                AssertValid(part, JsonSerializer.SerializeToUtf8Bytes(example), definition.Name);
                shown++;
            }
        }

        Assert.True(shown > 5);
    }

    [Theory]
    [InlineData("""{"product":"x","mappings":[{"id":"x.y","version":1,"status":"unverified","source":"s","shape":{"type":"json"},"fields":{}}]}""")]
    [InlineData("""{"product":"x","mappings":[{"id":"x.y","version":1,"status":"documented","source":"s","shape":{"type":"xml"},"fields":{}}]}""")]
    [InlineData("""{"product":"x","mappings":[{"id":"x.y","version":1,"status":"documented","source":"s","shape":{"type":"json"},"fields":{"action":{"default":"burned"}}}]}""")]
    public void WhatIsWrongIsRefusedByTheSchema(string json)
    {
        using var document = JsonDocument.Parse(json);
        Assert.False(Mapping.Evaluate(document.RootElement).IsValid);
    }

    internal static void AssertValid(JsonSchema schema, ReadOnlyMemory<byte> json, string name)
    {
        using var document = JsonDocument.Parse(json);
        var results = schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        var errors = results.Details!.Where(d => d.Errors is { Count: > 0 }).Select(d => $"{d.InstanceLocation}: {string.Join("; ", d.Errors!.Values)}");
        Assert.True(results.IsValid, $"{name}: {string.Join(Environment.NewLine, errors)}");
    }
}
