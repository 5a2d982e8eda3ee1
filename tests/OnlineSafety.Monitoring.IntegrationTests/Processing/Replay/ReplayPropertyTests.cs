using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;

/// <summary>
/// Whatever a source was read by before: once it is read again by a mapping, its tables are those of a source that was read by it from the first byte.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class ReplayPropertyTests(PostgresFixture postgres) : ReplayScene(postgres)
{
    private static readonly string[] People = ["ada", "bob", "eve", "t.cook", "d.lead", ""];

    // None is grave as plain text, so that none alerts before the replay: what an alert holds may differ from a fresh run, and has tests of its own.
    private static readonly string[] Searches = ["capital of france", "where can i buy cocaine", "free vpn for school", "buy vape online no id", "photosynthesis"];

    private static readonly string[] Variants =
    [
        Kv(), Kv(user: "pc"), Kv(query: "cat"), Kv(user: "pc", query: "who"), Kv(extra: ",\"categories\":\"cat\""), Kv().Replace("\"deny\"", "\"permit\"", StringComparison.Ordinal),
        Kv().Replace("\"requires\":[\"act\"]", "\"requires\":[\"nowhere\"]", StringComparison.Ordinal),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task TablesAfterAReplayAreThoseOfAFreshRun(int seed)
    {
        var random = new Random(seed);
        var (replayed, fresh) = (await AddCaptureAsync(), await FreshSchoolAsync());
        var last = Variants[random.Next(Variants.Length)];
        await MapAsync(fresh, last);
        var options = new ProcessingOptions { ChunkEvents = random.Next(1, 8) };
        for (var batch = 0; batch < 8; batch++)
        {
            var lines = Enumerable.Range(0, random.Next(1, 9)).Select(_ => RandomLine(random)).ToArray();
            await AppendToAsync(replayed, lines);
            await AppendToAsync(fresh, lines);
            await DrainAsync();
            if (random.Next(4) == 0)
            {
                await MapAsync(replayed, Variants[random.Next(Variants.Length)]);
            }
        }

        // Alerts that a mapping before the last one raised would be kept; here there is nothing yet that they could hold.
        await Installation.Store.RunAsync("""
            UPDATE onlinesafety.event SET alert_id = NULL;
            ALTER TABLE onlinesafety.alert_step DISABLE TRIGGER append_only;
            DELETE FROM onlinesafety.alert_step;
            ALTER TABLE onlinesafety.alert_step ENABLE TRIGGER append_only;
            ALTER TABLE onlinesafety.alert DISABLE TRIGGER alert_goes;
            DELETE FROM onlinesafety.alert;
            ALTER TABLE onlinesafety.alert ENABLE TRIGGER alert_goes
            """);
        await ApplyAsync(replayed, last);
        await RunJobsAsync(options);

        AssertSame(await TablesAsync(fresh), await TablesAsync(replayed));
        Assert.Empty((await VerifyAsync()).Breaks);
    }

    private static string RandomLine(Random random) => random.Next(6) switch
    {
        0 => "who=" + People[random.Next(People.Length)],
        1 => "nothing in it",
        _ => Line(People[random.Next(People.Length)], Searches[random.Next(Searches.Length)], "pc-" + random.Next(3)),
    };

    private async Task<SourceKey> FreshSchoolAsync()
    {
        var target = await Installation.AddSourceAsync("unknown");
        await Installation.Store.RunAsync($"""
            UPDATE onlinesafety.source SET capture = true WHERE source_id = '{target.Source}';
            INSERT INTO onlinesafety.person (school_id, person_id, account, role)
                SELECT s, gen_random_uuid(), 't.cook', 2 FROM unnest(ARRAY['{target.School}', '{Protex.School}']::uuid[]) s
            """);
        return target;
    }
}
