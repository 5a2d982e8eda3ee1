using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>A browser asks with every key what a search might become: one person typing is one alert, told once.</summary>
[Collection(PostgresCollection.Name)]
public sealed class KeystrokeTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    private const string Grave = "painless ways to kill myself";

    [Fact]
    public async Task TheKeysOfOneGraveSearchAreOneAlertToldOnceAndTheSearchJoinsIt()
    {
        await AddStaffAsync("dsl");
        foreach (var end in new[] { " t", " to", " ton", " toni", " tonig", " tonigh", " tonight", " tonight p", " tonight pl", " tonight ple" })
        {
            await AppendAsync(Key("ada", Grave + end));
            await DrainAsync();
        }

        Assert.Equal([10, 1L], await AlertAndNoticesAsync());

        await AppendAsync(Search("ada", Grave + " tonight please"));
        await DrainAsync();
        Assert.Equal([11, 1L], await AlertAndNoticesAsync());
    }

    [Fact]
    public async Task TheKeysBeforeTheWordsAreGraveAreCountedAlone()
    {
        await AddStaffAsync("dsl");
        for (var length = 3; length <= Grave.Length; length++)
        {
            await AppendAsync(Key("ben", Grave[..length]));
        }

        await DrainAsync();
        var events = await QueryAsync("SELECT severity FROM onlinesafety.event");
        Assert.InRange(events.Count, 1, Grave.Length / 2);
        Assert.All(events, row => Assert.True((short)row[0] >= (short)Severity.High));
        var alert = Assert.Single(await QueryAsync("SELECT severity FROM onlinesafety.alert"));
        Assert.Equal((short)Severity.Critical, alert[0]);
        // Told when it began, and again only as it became graver.
        Assert.InRange((await QueryAsync("SELECT 1 FROM onlinesafety.notification")).Count, 1, 2);
    }

    private async Task<object[]> AlertAndNoticesAsync() =>
        Assert.Single(await QueryAsync("SELECT event_count, (SELECT count(*) FROM onlinesafety.notification) FROM onlinesafety.alert"));

    private static string Key(string user, string typed) =>
        Line(user, "https://www.google.com/complete/search?client=chrome&q=" + Uri.EscapeDataString(typed), "200", "0", "", "Search Engines", "");
}
