using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Processing;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Sources;

/// <summary>A canary through the whole way: exported by the product, recognised, and nothing more.</summary>
[Collection(PostgresCollection.Name)]
public sealed class CanaryTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    private static readonly Actor Somebody = Actor.Service("test");

    [Fact]
    public async Task ASearchOrPageThatIsACanaryIsSeenAndEndsAsControl()
    {
        var (search, page) = (await AddAsync("PC 1"), await AddAsync("PC 2"));
        await AppendAsync(Search("svc.canary", search.Token), Visit("svc.canary", page.Url, "Unrated"));
        await DrainAsync();

        Assert.Equal([2L], Assert.Single(await QueryAsync("SELECT count(*) FROM onlinesafety.canary WHERE last_seen_at IS NOT NULL")));
        Assert.Equal([true, true], Assert.Single(await QueryAsync("SELECT last_canary_at IS NOT NULL, last_activity_at IS NULL FROM onlinesafety.source_health")));
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.event UNION ALL SELECT 1 FROM onlinesafety.source_activity"));
        var report = await VerifyAsync();
        Assert.Equal((2, 2), (report.Stored, report.Control));
        Assert.Empty(report.Breaks);
    }

    [Fact]
    public async Task ACanaryOfAnotherSchoolDoesNothingHere()
    {
        var elsewhere = await Installation.AddSourceAsync("protex");
        var foreign = (await Register().AddAsync(elsewhere.Source, "PC", TimeSpan.FromMinutes(15), host: null, Somebody, CancellationToken.None)).Canary;
        await AddAsync("PC 1");
        await AppendAsync(Search("svc.canary", foreign.Token), Visit("svc.canary", foreign.Url, "Unrated"));
        await DrainAsync();

        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.canary WHERE last_seen_at IS NOT NULL"));
        await AssertBalancedAsync(concern: 1, counted: 1);
    }

    [Fact]
    public async Task ActivityAndDeviceClassesAreKeptForTheWatch()
    {
        await AppendAsync(
            Line("pupil", "https://www.bbc.co.uk/bitesize", "200", "0", "", "Education", "", host: "iPad-Y7-03"), Visit("pupil", "https://www.bbc.co.uk/news", "News"), "no mapping reads this");
        await DrainAsync();

        Assert.Equal([3, 1, true], Assert.Single(await QueryAsync("SELECT records, unreadable, heard <> 0 FROM onlinesafety.source_activity")));
        Assert.Equal(["ipad"], Assert.Single(await QueryAsync("SELECT device FROM onlinesafety.source_device_day")));
        Assert.Equal(
            ["ipad", "unknown"],
            (await QueryAsync("SELECT d FROM onlinesafety.counter_block, unnest(devices) d ORDER BY 1")).ConvertAll(row => (string)row[0]));
    }

    private async Task<Canary> AddAsync(string name) =>
        (await Register().AddAsync(Protex.Source, name, TimeSpan.FromMinutes(15), host: null, Somebody, CancellationToken.None)).Canary;

    private CanaryRegister Register() => new(Installation[DatabaseRole.Setup], TimeProvider.System);
}
