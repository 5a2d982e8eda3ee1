using System.Net;

namespace OnlineSafety.Monitoring.Web.Tests.Sources;

/// <summary>A mapping that somebody writes asks something of the records, and its preview answers by counts.</summary>
[Collection(ConsoleCollection.Name)]
public sealed class MappingTriesTests(ConsoleFixture console)
{
    private const string Mapping = """
        {"product": "unknown", "mappings": [{"id": "unknown.who", "version": 1, "status": "unverified", "ask": "What it is.", "source": "seen here", "shape": {"type": "json"}, "fields":
          {"user": "$.who", "action": {"rules": [{"when": [{"field": "$.who", "startsWith": "a"}], "is": "blocked"}], "default": "allowed"}}}]}
        """;

    private readonly Rooms _rooms = new(console);

    [Theory]
    [InlineData(19, true)]
    [InlineData(20, false)]
    public async Task OfThoseWrittenByHandTwentyAreTriedADay(int before, bool tried)
    {
        var school = await _rooms.AddSchoolAsync();
        var (key, _) = await _rooms.AddStaffAsync(school, "Ira Tech", "it");
        var (source, _) = await _rooms.AddSourceAsync(school, "unknown", "New filter", capture: true);
        await _rooms.RunAsync($"INSERT INTO source_mapping SELECT '{school}', '{source}', n, '{{}}', now() - interval '2 days' FROM generate_series(1, 30) AS n");
        await _rooms.RunAsync($"INSERT INTO source_mapping SELECT '{school}', '{source}', 30 + n, '{{}}', now() - interval '1 hour' FROM generate_series(1, {before}) AS n");

        using var answer = await _rooms.PostAsync($"/sources/{source}/onboard/preview", key, ("mapping", Mapping));

        var said = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == (tried ? HttpStatusCode.Redirect : HttpStatusCode.BadRequest), $"{(int)answer.StatusCode} {said}");
        Assert.Equal(!tried, said.Contains("no more are", StringComparison.Ordinal));
        Assert.Equal(30 + before + (tried ? 1 : 0), await _rooms.NumberAsync($"SELECT count(*) FROM source_mapping WHERE source_id = '{source}'"));
    }
}
