using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;

/// <summary>Reading again what was recorded: exact, once, and to the right desk.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ReplayTests(PostgresFixture postgres) : ReplayScene(postgres)
{
    [Fact]
    public async Task TheSameReplayTwiceChangesNothing()
    {
        await AddStaffAsync("dsl");
        var target = await AddCaptureAsync();
        for (var i = 0; i < 6; i++)
        {
            await AppendToAsync(target, Line("ada", Grave), Line("bob" + i, "where can i buy cocaine"), "nothing that a mapping reads");
            await DrainAsync();
        }

        await MapAsync(target, Kv());
        var (tables, alerts) = (await TablesAsync(target), await AlertsAsync());
        for (var i = 0; i < 2; i++)
        {
            await Mappings.ApplyAsync(target, 1, from: null, to: null, Operator, CancellationToken.None);
            await RunJobsAsync();
            AssertSame(tables, await TablesAsync(target));
            AssertSame(alerts, await AlertsAsync());
        }

        Assert.Empty((await VerifyAsync()).Breaks);
    }

    [Fact]
    public async Task AClassActivityIsTheSameWhenItIsReadAgain()
    {
        var target = await AddCaptureAsync();
        await MapAsync(target, Kv());
        for (var i = 0; i < 4; i++)
        {
            await AppendToAsync(target, Line($"p{i}", "where can i buy cocaine"), Line($"q{i}", "where can i buy cocaine"), Line($"p{i}", "capital of france"));
            await DrainAsync();
        }

        var (tables, alerts) = (await TablesAsync(target), await AlertsAsync());
        Assert.Equal([4], (await QueryAsync("SELECT event_count FROM onlinesafety.alert WHERE subject_key LIKE 'cohort:%'")).Select(row => (int)row[0]));
        await Mappings.ApplyAsync(target, 1, from: null, to: null, Operator, CancellationToken.None);
        await RunJobsAsync(new ProcessingOptions { ChunkEvents = 5 });
        AssertSame(tables, await TablesAsync(target));
        AssertSame(alerts, await AlertsAsync());
    }

    [Fact]
    public async Task AReplayBesideLiveTrafficLosesAndDoublesNothing()
    {
        await AddStaffAsync("dsl");
        var target = await AddCaptureAsync();
        for (var i = 0; i < 30; i++)
        {
            await AppendToAsync(target, Line("early" + i, Grave), Line("early" + i, "capital of france"));
            await DrainAsync();
        }

        await ApplyAsync(target, Kv());
        var live = Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
            {
                await AppendToAsync(target, Line("early" + (i % 30), Grave), Line("late" + i, Grave));
                await DrainAsync();
            }
        });
        await RunJobsAsync();
        await live;
        await DrainAsync();

        // Each person has one alert; each grave record is in exactly one.
        Assert.Equal(70, (await QueryAsync("SELECT DISTINCT subject_key FROM onlinesafety.event")).Count);
        Assert.Equal(30 + 80, (await QueryAsync("SELECT 1 FROM onlinesafety.event WHERE alert_id IS NOT NULL")).Count);
        Assert.Equal(110L, Assert.Single(await QueryAsync("SELECT sum(event_count) FROM onlinesafety.alert"))[0]);
        Assert.Equal(0L, Assert.Single(await QueryAsync("SELECT count(*) FROM onlinesafety.alert WHERE subject_key IS NULL"))[0]);
        Assert.Equal(0L, Assert.Single(await QueryAsync("""
            SELECT count(*) FROM onlinesafety.alert a WHERE event_count <> (SELECT count(*) FROM onlinesafety.event e WHERE e.alert_id = a.alert_id)
            """))[0]);
        await AssertBalancedAsync(concern: 140);
    }

    [Fact]
    public async Task AKilledReplayGoesOnAndEndsWithTheSameRows()
    {
        await AddStaffAsync("dsl");
        var straight = await AddCaptureAsync();
        var other = await Installation.AddSourceAsync("unknown");
        await Installation.Store.RunAsync($"UPDATE onlinesafety.source SET capture = true WHERE source_id = '{other.Source}'");
        foreach (var target in new[] { straight, other })
        {
            for (var i = 0; i < 8; i++)
            {
                await AppendToAsync(target, Line("ada", Grave), Line("bob" + i, "where can i buy cocaine"), Line("bob", "capital of france"));
                await DrainAsync();
            }
        }

        await MapAsync(straight, Kv());
        // One block a chunk, so that there are places between which to die; each worker dies after one of them.
        var job = await ApplyAsync(other, Kv());
        var killed = 0;
        for (; killed < 30; killed++)
        {
            using var kill = new CancellationTokenSource();
            await DieAfterOneChunkAsync(other, kill);
            await Installation.Store.RunAsync("UPDATE onlinesafety.source_job SET lease_until = '-infinity'");
            if (await QueryAsync($"SELECT 1 FROM onlinesafety.source_job WHERE job_id = '{job}' AND state = 'done'") is { Count: 1 })
            {
                break;
            }
        }

        Assert.InRange(killed, 1, 29);
        AssertSame(await TablesAsync(straight), await TablesAsync(other));
        Assert.Equal(
            (await ResultAsync(straight, (await QueryAsync($"SELECT job_id FROM onlinesafety.source_job WHERE source_id = '{straight.Source}'")).ConvertAll(r => (Guid)r[0])[0])).GetRawText(),
            (await ResultAsync(other, job)).GetRawText());
        Assert.Empty((await VerifyAsync()).Breaks);
    }

    [Fact]
    public async Task WithoutTheFenceALiveRecordOfTheOldMappingIsLeftBehind()
    {
        // The control: what the fence is for. A source row that does not tell of the change is what a Record without a fence sees.
        var target = await AddCaptureAsync();
        var worker = Worker();
        await AppendToAsync(target, Line("ada", "capital of france"));
        await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
        await ApplyAsync(target, Kv());
        await RunJobsAsync();
        await Installation.Store.RunAsync($"UPDATE onlinesafety.source SET mapping_version = 0, capture = true WHERE source_id = '{target.Source}'");
        await AppendToAsync(target, Line("bob", "capital of spain"));
        await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
        await Installation.Store.RunAsync($"UPDATE onlinesafety.source SET mapping_version = 1, capture = false WHERE source_id = '{target.Source}'");
        await DrainAsync();

        Assert.Equal(1, (await VerifyAsync()).Captured);
    }

    [Fact]
    public async Task AnAlertAboutNobodyThatTurnsOutToBeAboutTheDslIsNoLongerShownToTheDsl()
    {
        var dsl = await AddStaffAsync("dsl", "d.lead");
        var head = await AddStaffAsync("head", "h.teacher");
        var target = await AddCaptureAsync();
        await AppendToAsync(target, Line("d.lead", Grave));
        await DrainAsync();
        var reader = Actor.Member(dsl, "dsl", ["dsl"]);
        Assert.Equal((1, 1), await SeenAsync(reader));
        await Installation.Store.RunAsync("UPDATE onlinesafety.notification SET state = 'sent'");

        var result = await MapAsync(target, Kv());

        Assert.Equal((0, 0), await SeenAsync(reader));
        Assert.Equal((1, 1), await SeenAsync(Actor.Member(head, "head", ["head"])));
        Assert.Equal(["head", dsl, "user:d.lead"], Assert.Single(await QueryAsync("SELECT route, subject_staff, subject_key FROM onlinesafety.alert")));
        Assert.Equal([head, "due", "route"], Assert.Single(await QueryAsync("SELECT staff_id, state, cause FROM onlinesafety.notification WHERE NOT withdrawn")));
        Assert.Contains("recalled", result.GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAlertAboutAMemberOfStaffLeavesTheDeskOfTheDslWhoWasToldOfIt()
    {
        var dsl = await AddStaffAsync("dsl", "d.lead");
        await AddStaffAsync("head", "h.teacher");
        await Installation.Store.RunAsync($"INSERT INTO onlinesafety.person (school_id, person_id, account, role) VALUES ('{Protex.School}', gen_random_uuid(), 't.cook', 2)");
        var target = await AddCaptureAsync();
        await AppendToAsync(target, Line("t.cook", Grave));
        await DrainAsync();
        await Installation.Store.RunAsync("UPDATE onlinesafety.notification SET state = 'sent'");
        Assert.Equal((1, 1), await SeenAsync(Actor.Member(dsl, "dsl", ["dsl"])));

        await MapAsync(target, Kv());

        Assert.Equal("head", Assert.Single(await QueryAsync("SELECT route FROM onlinesafety.alert"))[0]);
        Assert.Equal((0, 0), await SeenAsync(Actor.Member(dsl, "dsl", ["dsl"])));
    }

    [Fact]
    public async Task AnEventOfAnotherDeskLeavesAnAlertThatHoldsOthers()
    {
        var dsl = await AddStaffAsync("dsl", "d.lead");
        await AddStaffAsync("head", "h.teacher");
        var target = await AddCaptureAsync();
        await AppendToAsync(target, Line("ada", Grave), Line("d.lead", Grave + " tonight"));
        await DrainAsync();
        // First the device is taken for the person: both are one alert.
        await MapAsync(target, Kv(user: "pc"));
        await MapAsync(target, Kv());

        var alerts = await QueryAsync("""
            SELECT a.route, count(e.*), min(e.subject_key), a.event_count FROM onlinesafety.alert a LEFT JOIN onlinesafety.event e USING (school_id, alert_id)
            GROUP BY a.alert_id, a.route, a.event_count ORDER BY 1, 2
            """);
        Assert.Equal(["dsl 1 user:ada 1", "head 1 user:d.lead 1"], alerts.ConvertAll(r => $"{r[0]} {r[1]} {r[2]} {r[3]}"));
        Assert.Equal((1, 1), await SeenAsync(Actor.Member(dsl, "dsl", ["dsl"])));
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.alert WHERE route = 'dsl' AND convert_from(reasons, 'UTF8') LIKE '%tonight%'"));
    }

    [Fact]
    public async Task AnAlertThatAnEventLeftDoesNotQuoteItEvenIfAnotherJoinsItAtTheSameTime()
    {
        await AddStaffAsync("dsl", "d.lead");
        await AddStaffAsync("head", "h.teacher");
        var target = await AddCaptureAsync();
        await MapAsync(target, Kv(user: "pc", more: ",\"ignore\":[\"typed\"]"));
        const string Wish = "i want to die";
        await AppendToAsync(target, Line("d.lead", Grave), Line("ada", Wish), Line("ada", Wish), $"who=\"ada\" pc=\"pc-1\" act=deny typed=\"{Wish}\" url=https://www.example.org/");
        await DrainAsync();
        const string Quoting = "SELECT event_count FROM onlinesafety.alert WHERE route = 'dsl' AND convert_from(reasons, 'UTF8') LIKE '%kill%'";
        Assert.Equal(3, Assert.Single(await QueryAsync(Quoting))[0]);

        // The last line is of concern only by this mapping, and is then of the person whose alert it was.
        await MapAsync(target, Kv(extra: ",\"text\":\"typed\""));

        Assert.Equal(3, Assert.Single(await QueryAsync("SELECT event_count FROM onlinesafety.alert WHERE route = 'dsl'"))[0]);
        Assert.Empty(await QueryAsync(Quoting));
        Assert.Single(await QueryAsync("SELECT 1 FROM onlinesafety.alert WHERE route = 'head' AND convert_from(reasons, 'UTF8') LIKE '%kill%'"));
    }

    [Fact]
    public async Task WhatAMappingOfItsOwnTakesForACategoryIsNotShownToWhoSetsItUpWhileItIsRare()
    {
        var target = await AddCaptureAsync();
        await MapAsync(target, Kv(extra: ",\"categories\":\"q\""));
        await AppendToAsync(target, [Line("ada", "my own secret"), .. Enumerable.Repeat(Line("ada", "often"), 20)]);
        await DrainAsync();

        var listed = await new SourceRegister(Installation[DatabaseRole.Setup], TimeProvider.System)
            .UnmappedAsync(await Installation.Seals.OfAsync(target.School, CancellationToken.None), words: true, Actor.Service("test"), CancellationToken.None);
        Assert.Equal(["(withheld: it came fewer than 20 times)", "often"], listed.Where(u => u.Kind == "category").Select(u => u.Value!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task APreviewSaysWhatChangesAndChangesNothing()
    {
        await AddStaffAsync("dsl");
        var target = await AddCaptureAsync();
        await AppendToAsync(target, Line("ada", Grave), Line("bob", "where can i buy cocaine"), Line("bob", "capital of france"), "nothing");
        await DrainAsync();
        var (tables, alerts) = (await TablesAsync(target), await AlertsAsync());
        var version = await Mappings.StoreAsync(target, Encoding.UTF8.GetBytes(Kv()), "", Operator, CancellationToken.None);
        var asked = await Desk.RequestAsync(target, JobKind.Preview, version, from: null, to: null, Operator, CancellationToken.None);
        await RunJobsAsync();

        var preview = await ResultAsync(target, asked);
        AssertSame(tables, await TablesAsync(target));
        AssertSame(alerts, await AlertsAsync());
        var result = await MapAsync(target, Kv());
        Assert.Equal(["cat", "pc"], preview.GetProperty("fields").EnumerateArray().Select(f => f.GetString()));
        foreach (var part in new[] { "records", "notRead", "events", "before", "after", "alerts", "unmapped" })
        {
            Assert.Equal(result.GetProperty(part).GetRawText(), preview.GetProperty(part).GetRawText());
        }
    }

    [Fact]
    public async Task WhatAReplayWritesIsInTheNextDigestsWindow()
    {
        var target = await AddCaptureAsync();
        await AppendToAsync(target, Line("ada", "capital of france"));
        await DrainAsync();
        // A digest whose window ends after the server's clock: what is written later must still be in a later window.
        await Installation.Store.RunAsync($"INSERT INTO onlinesafety.digest VALUES ('{target.School}', '2026-11-25', now(), now() + interval '1 hour', false, '', now())");
        await MapAsync(target, Kv());
        Assert.Equal(true, Assert.Single(await QueryAsync("""
            SELECT bool_and(t.recorded_at >= d.window_to) FROM onlinesafety.digest d,
                (SELECT recorded_at FROM onlinesafety.event UNION ALL SELECT recorded_at FROM onlinesafety.counter_block) t
            """))[0]);
    }

    [Fact]
    public async Task WhatTheLogCanNoLongerOpenStaysAsItWas()
    {
        var target = await AddCaptureAsync();
        for (var i = 0; i < 3; i++)
        {
            await AppendToAsync(target, Line("ada", Grave));
            await DrainAsync();
        }

        await Installation.Store.RunAsync($"UPDATE onlinesafety.intake_segment SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE first_seq = 2 AND source_id = '{target.Source}'");
        var result = await MapAsync(target, Kv());
        Assert.Equal((2, 1), (result.GetProperty("records").GetInt32(), result.GetProperty("notRead").GetInt32()));
        Assert.Equal(["", "captured", ""], (await QueryAsync("SELECT review FROM onlinesafety.event ORDER BY seq")).ConvertAll(r => (string)r[0]));
    }

    [Fact]
    public async Task WhatTheDatabaseRefusesStaysAsItWasAndTheRestIsReplayed()
    {
        await AddStaffAsync("dsl");
        var target = await AddCaptureAsync();
        foreach (var who in new[] { "ada", "poison", "bob" })
        {
            await AppendToAsync(target, Line(who, Grave));
            await DrainAsync();
        }

        await Installation.Store.RunAsync($"ALTER TABLE onlinesafety.event ADD CONSTRAINT refuses CHECK (subject_key <> '{await KeyAsync("user:poison")}')");
        var result = await MapAsync(target, Kv());

        Assert.Equal((2, 1), (result.GetProperty("records").GetInt32(), result.GetProperty("notRead").GetInt32()));
        Assert.Equal((2, 2), (result.GetProperty("events").GetProperty("before").GetInt32(), result.GetProperty("events").GetProperty("after").GetInt32()));
        Assert.Equal(["user:ada", "captured", "user:bob"], (await QueryAsync("SELECT COALESCE(subject_key, review) FROM onlinesafety.event ORDER BY seq")).ConvertAll(r => (string)r[0]));
        Assert.Empty((await VerifyAsync()).Breaks);
    }

    [Fact]
    public async Task ACancelledReplayStopsAndAnotherMappingSupersedesAnUnfinishedOne()
    {
        var target = await AddCaptureAsync();
        await AppendToAsync(target, Line("ada", "capital of france"));
        await DrainAsync();
        var first = await ApplyAsync(target, Kv(user: "pc"));
        Assert.True(await Desk.CancelAsync(target.School, first, Operator, CancellationToken.None));
        await RunJobsAsync();
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.event"));

        var second = await ApplyAsync(target, Kv(user: "pc"));
        var third = await ApplyAsync(target, Kv());
        await RunJobsAsync();
        Assert.Equal(
            ["cancelled", "cancelled", "done"],
            new[] { first, second, third }.Select(id => (string)QueryAsync($"SELECT state FROM onlinesafety.source_job WHERE job_id = '{id}'").GetAwaiter().GetResult()[0][0]));
        Assert.Equal("user:ada", Assert.Single(await QueryAsync("SELECT subject_key FROM onlinesafety.event"))[0]);
    }

    private async Task DieAfterOneChunkAsync(SourceKey target, CancellationTokenSource kill)
    {
        var before = await DoneAsync(target);
        var running = Runner(new ProcessingOptions { ChunkSegments = 1, ChunkBytes = 4096, ChunkPlainBytes = 4096 }).RunNextAsync(kill.Token);
        for (var i = 0; i < 2000 && !running.IsCompleted && await DoneAsync(target) == before; i++)
        {
            await Task.Delay(5);
        }

        await kill.CancelAsync();
        await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<long> DoneAsync(SourceKey target) =>
        (long)(await QueryAsync($"SELECT done FROM onlinesafety.source_job WHERE source_id = '{target.Source}'"))[0][0];

    private async Task<List<string>> AlertsAsync() => (await QueryAsync("""
        SELECT a::text FROM onlinesafety.alert a UNION ALL SELECT n::text FROM onlinesafety.notification n
        UNION ALL SELECT concat_ws(' ', stream_id, seq, part, alert_id) FROM onlinesafety.event ORDER BY 1
        """)).ConvertAll(r => (string)r[0]);

    private async Task<(int Alerts, int Events)> SeenAsync(Actor actor)
    {
        await using var session = await Installation[DatabaseRole.Console].OpenAsync(Protex.School, actor, CancellationToken.None);
        await using var select = session.Command("SELECT (SELECT count(*) FROM alert)::int, (SELECT count(*) FROM event WHERE alert_id IS NOT NULL)::int");
        await using var row = await select.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt32(0), row.GetInt32(1));
    }
}
