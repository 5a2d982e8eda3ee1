using System.Text.Json;
using Json.Schema;
using OnlineSafety.Monitoring.Normalization.Suggestion;
using OnlineSafety.Monitoring.TestKit;
using Vocabulary = OnlineSafety.Monitoring.Normalization.Suggestion.Vocabulary;

namespace OnlineSafety.Monitoring.Tests.Normalization.Suggestion;

public sealed class VocabularyTests
{
    // To PAN-OS an alert is a request that was let through; to others it says only that somebody was told.
    private static readonly string[] Disputed = ["alert"];

    [Fact]
    public void TheFileFitsItsSchema()
    {
        var schema = JsonSchema.FromText(File.ReadAllText(Repository.Path("schemas", "suggest.schema.json")));
        using var file = JsonDocument.Parse(File.ReadAllBytes(Repository.Path("schemas", "suggest.json")));
        Assert.True(schema.Evaluate(file.RootElement).IsValid);
    }

    [Fact]
    public void AMisspeltMemberIsAnError()
    {
        var file = File.ReadAllText(Repository.Path("schemas", "suggest.json")).Replace("\"blanks\"", "\"blnaks\"", StringComparison.Ordinal);
        Assert.Throws<JsonException>(() => Vocabulary.Parse(System.Text.Encoding.UTF8.GetBytes(file), [], []));
    }

    [Fact]
    public void EveryWordThatAPackKnowsForAnActionIsKnownAndMeansTheSame()
    {
        var known = 0;
        foreach (var (vendor, json) in Packs.Files())
        {
            using var pack = JsonDocument.Parse(json);
            foreach (var mapping in pack.RootElement.GetProperty("mappings").EnumerateArray())
            {
                if (!mapping.GetProperty("fields").TryGetProperty("action", out var action) || !action.TryGetProperty("map", out var map))
                {
                    continue;
                }

                // Y, N and numbers mean something at one vendor alone.
                foreach (var word in map.EnumerateObject().Where(word => !WordList.IsPattern(word.Name) && word.Name.Length > 2))
                {
                    var words = Captured.Vocabulary.Words[Meaning.Action];
                    Assert.True(
                        words.Find(word.Name) is { } entry && (words.Ours(entry).GetString() == word.Value.GetString() || Disputed.Contains(word.Name)),
                        $"{vendor}: {word.Name} is {word.Value}");
                    known++;
                }
            }
        }

        Assert.True(known > 10);
    }

    [Theory]
    [InlineData("client_ip", "deviceIp")]
    [InlineData("clientIP", "deviceIp")]
    [InlineData("$.client.ip", "deviceIp")]
    [InlineData("Client IP", "deviceIp")]
    [InlineData("^device.name", "deviceHost")]
    [InlineData("$.user.email", "user")]
    [InlineData("Search term", "searchQuery")]
    [InlineData("Safeguarding Categories", "theme")]
    public void ANameIsKnownHoweverItIsWritten(string name, string field)
    {
        var meaning = Enum.GetValues<Meaning>().Single(value => Meanings.FieldOf(value) == field);
        Assert.Equal(ColumnName.Exact, Captured.Vocabulary.Fit(new ColumnName(name), meaning));
    }
}
