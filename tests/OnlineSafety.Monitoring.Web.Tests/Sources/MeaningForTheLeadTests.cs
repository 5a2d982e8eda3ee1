namespace OnlineSafety.Monitoring.Web.Tests.Sources;

/// <summary>What a safeguarding lead reads of a source that needs attention: what it means, and whose task it is.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class MeaningForTheLeadTests(ConsoleFixture console)
{
    private const string Heading = "What this means for you";

    private readonly Rooms _rooms = new(console);

    [Theory]
    [InlineData("silent", "Nothing that pupils do there is seen here.")]
    [InlineData("clock skewed", "Some of what pupils do there may go unseen")]
    public async Task TheLeadReadsWhatIsUnseenAndWhoMendsItAndItReadsWhatToTry(string state, string meaning)
    {
        var school = await _rooms.AddSchoolAsync();
        var (lead, _) = await _rooms.AddStaffAsync(school, "Dora Lead", "dsl");
        var (it, _) = await _rooms.AddStaffAsync(school, "Ira Tech", "it");
        var (source, key) = await _rooms.AddSourceAsync(school, "senso", "Hall");
        await _rooms.SendAsync(source, key, "application/json", PlantedRecords.Senso(TimeProvider.System.GetUtcNow()));
        await _rooms.UntilAsync($"SELECT COALESCE(sum(records), 0) FROM source_health WHERE source_id = '{source}'", 1);
        await _rooms.StandsAsync(school, source, state, "It stands so.");

        var page = await ReadAsync($"/sources/{source}", lead);
        Assert.Contains(Heading, page, StringComparison.Ordinal);
        Assert.Contains(meaning, page, StringComparison.Ordinal);
        Assert.Contains("Mending it is for IT: Ira Tech.", page, StringComparison.Ordinal);
        Assert.DoesNotContain(Heading, await ReadAsync($"/sources/{source}", it), StringComparison.Ordinal);
        Assert.Contains($"Hall ({state}).", await ReadAsync("/sources", lead), StringComparison.Ordinal);
    }

    private async Task<string> ReadAsync(string path, string key)
    {
        using var answer = await _rooms.GetAsync(path, key);
        return await answer.Content.ReadAsStringAsync();
    }
}
