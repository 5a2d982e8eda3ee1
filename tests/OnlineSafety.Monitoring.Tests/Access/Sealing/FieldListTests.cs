using System.Text.Json;
using Json.Schema;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Access.Sealing;

public sealed class FieldListTests
{
    private static readonly JsonElement List = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("schemas", "fields.json"))).RootElement;

    [Fact]
    public void TheListFitsItsSchema()
    {
        var schema = JsonSchema.FromText(File.ReadAllText(Repository.Path("schemas", "fields.schema.json")));
        Assert.True(schema.Evaluate(List).IsValid);
    }

    [Fact]
    public void EveryColumnSaysWhyItIsKeptAsItIs()
    {
        var reasons = List.GetProperty("reasons").EnumerateObject().Select(reason => reason.Name).ToHashSet(StringComparer.Ordinal);
        Assert.All(Columns(), column => Assert.Contains(column.Value.GetProperty("why").GetString()!, reasons));
        Assert.Equal(reasons.Order(StringComparer.Ordinal), Columns().Select(column => column.Value.GetProperty("why").GetString()!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void WhatTheListCallsSealedIsWhatTheProgramSeals()
    {
        // The log has keys of its own, one a day.
        var listed = Columns().Where(column => column.Value.GetProperty("kept").GetString() == "sealed").Select(column => column.Name).Where(name => name != "intake_segment.payload");
        Assert.Equal(SealedField.All.Select(field => field.Name).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Name, JsonElement Value)> Columns() => List.GetProperty("tables").EnumerateObject()
        .SelectMany(table => table.Value.GetProperty("columns").EnumerateObject().Select(column => ($"{table.Name}.{column.Name}", column.Value)));
}
