using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>Workers side by side, and what they do when something breaks: no record is lost, none counts twice, no other stream waits.</summary>
[Collection(PostgresCollection.Name)]
public sealed class StreamWorkerTests(PostgresFixture postgres) : ProcessingScene(postgres)
{
    [Fact]
    public async Task ManyWorkersAtOnceRecordEverySequenceOnce()
    {
        await AddStaffAsync("dsl");
        var second = await Installation.AddSourceAsync("protex", Protex.School);
        for (var i = 0; i < 60; i++)
        {
            await Log.AppendAsync(i % 2 == 0 ? Protex : second, Some.Batch(Search("pupil" + (i % 7), "painless ways to kill myself")), delivery: null, CancellationToken.None);
        }

        // Leases are set aside: every worker may take every stream, and only the fence keeps them apart.
        var workers = Enumerable.Range(0, 6).Select(_ => Worker()).ToList();
        using var freeing = new SemaphoreSlim(1);
        await Task.WhenAll(workers.Select(async worker =>
        {
            for (var i = 0; i < 40; i++)
            {
                // One at a time: two of these would lock the same rows in different orders.
                await freeing.WaitAsync();
                await Installation.Store.RunAsync("UPDATE onlinesafety.checkpoint SET lease_until = '-infinity', worker_id = NULL");
                freeing.Release();
                await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
            }
        }));

        Assert.Equal(60, (await QueryAsync("SELECT 1 FROM onlinesafety.event")).Count);
        Assert.Equal(7, (await QueryAsync("SELECT 1 FROM onlinesafety.alert")).Count);
        Assert.Equal(60L, Assert.Single(await QueryAsync("SELECT sum(event_count) FROM onlinesafety.alert"))[0]);
        await AssertBalancedAsync(concern: 60);
    }

    [Fact]
    public async Task LosingConnectionsDuringProcessingChangesNothing()
    {
        await AddStaffAsync("dsl");
        for (var i = 0; i < 40; i++)
        {
            await AppendAsync(Search("pupil" + i, "painless ways to kill myself"), Visit("pupil" + i, "https://www.bbc.co.uk/", "News"));
        }

        using var stop = new CancellationTokenSource();
        var killer = Task.Run(async () =>
        {
            for (var i = 0; i < 60 && !stop.IsCancellationRequested; i++)
            {
                await Installation.Store.RunAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'onlinesafety_process' AND datname = current_database()");
                await Task.Delay(7);
            }
        });
        await PassUntilNothingWaitsAsync(Worker());
        await stop.CancelAsync();
        await killer;
        await PassUntilNothingWaitsAsync(Worker());

        Assert.Equal(40, (await QueryAsync("SELECT 1 FROM onlinesafety.alert")).Count);
        Assert.Equal(40, (await QueryAsync("SELECT 1 FROM onlinesafety.notification")).Count);
        await AssertBalancedAsync(concern: 40, counted: 40);
    }

    /// <summary>
    /// However often a connection breaks: those that the last kill broke are found out one by one, and a stream that lost its connection rests for a
    /// moment, so that nothing due does not yet mean nothing waiting.
    /// </summary>
    private async Task PassUntilNothingWaitsAsync(StreamWorker worker)
    {
        var end = Environment.TickCount64 + 60_000;
        for (var waiting = true; waiting; await Task.Delay(5))
        {
            Assert.True(Environment.TickCount64 < end, "Something still waits.");
            try
            {
                waiting = await worker.PassAsync(DateOnly.MinValue, CancellationToken.None) || (await VerifyAsync()).Waiting > 0;
            }
            catch (Exception error) when (error is Npgsql.NpgsqlException or IOException or InvalidOperationException)
            {
                // Again.
            }
        }
    }

    [Fact]
    public async Task ADamagedSegmentDoesNotHoldUpWhatFollowsAndVerifyNamesIt()
    {
        await AddStaffAsync("dsl");
        await AppendAsync(Search("a.example", "painless ways to kill myself"));
        await AppendAsync(Search("b.example", "painless ways to kill myself"));
        await AppendAsync(Search("c.example", "painless ways to kill myself"));
        await Installation.Store.RunAsync("UPDATE onlinesafety.intake_segment SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE first_seq = 2");
        await DrainAsync();

        Assert.Equal(["user:a.example", "user:c.example"], (await QueryAsync("SELECT subject_key FROM onlinesafety.alert ORDER BY 1")).ConvertAll(r => (string)r[0]));
        Assert.Equal("damaged", Assert.Single(await QueryAsync("SELECT review FROM onlinesafety.event WHERE seq = 2"))[0]);
        var report = await VerifyAsync();
        Assert.True(report.Balanced);
        Assert.Contains("was changed", Assert.Single(report.Breaks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatTheDatabaseRefusesAgainAndAgainIsKeptForReviewAndTheStreamGoesOn()
    {
        await AddStaffAsync("dsl");
        await AppendAsync(Search("poison", "painless ways to kill myself"));
        await AppendAsync(Search("j.example", "painless ways to kill myself"));
        await Installation.Store.RunAsync($$"""
            CREATE FUNCTION onlinesafety.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN IF NEW.subject_key = '{{await KeyAsync("user:poison")}}' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON onlinesafety.event FOR EACH ROW EXECUTE FUNCTION onlinesafety.refuse();
            """);
        var worker = Worker();
        for (var i = 0; i < 300 && (await QueryAsync("SELECT 1 FROM onlinesafety.event")).Count < 2; i++)
        {
            await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
            await Task.Delay(100);
        }

        var events = await QueryAsync("SELECT e.review, a.needs_review, COALESCE(a.subject_key, '') FROM onlinesafety.event e JOIN onlinesafety.alert a USING (school_id, alert_id) ORDER BY e.seq");
        Assert.Equal(2, events.Count);
        Assert.Equal(["refused", true], events[0][..2]);
        Assert.StartsWith("cohort:copies:", (string)events[0][2], StringComparison.Ordinal);
        Assert.Equal(["", false, "user:j.example"], events[1]);
        Assert.Equal(2, (await QueryAsync("SELECT 1 FROM onlinesafety.evidence")).Count);
        Assert.Equal(0, worker.Stubborn);
        await AssertBalancedAsync(concern: 1, review: 1);
    }

    [Fact]
    public async Task ALongStreamStaysWithWhoeverRecordsIt()
    {
        var lease = new ProcessingOptions().Lease;
        await AppendAsync(Search("ada", "volcanoes"));
        await Worker().PassAsync(DateOnly.MinValue, CancellationToken.None);

        // The lease of the claim, which was before, would end before that.
        Assert.Equal(true, Assert.Single(await QueryAsync($"SELECT next_seq = 2 AND lease_until >= updated_at + interval '{lease.TotalSeconds} seconds' FROM onlinesafety.checkpoint"))[0]);
    }

    [Fact]
    public async Task ATransactionThatHoldsEnoughEventsEndsInsideASegmentAndAnotherWorkerGoesOnThere()
    {
        await AddStaffAsync("dsl");
        await AppendAsync([.. Enumerable.Range(1, 7).Select(i => Search("pupil" + i, "painless ways to kill myself"))]);
        await Installation.Store.RunAsync("ALTER TABLE onlinesafety.event ADD CONSTRAINT refuses CHECK (seq < 5)");
        await Worker(new ProcessingOptions { ChunkEvents = 2 }).PassAsync(DateOnly.MinValue, CancellationToken.None);
        Assert.Equal(5L, Assert.Single(await QueryAsync("SELECT next_seq FROM onlinesafety.checkpoint"))[0]);

        await Installation.Store.RunAsync("ALTER TABLE onlinesafety.event DROP CONSTRAINT refuses");
        await DrainAsync();

        Assert.Equal(
            ["1-2", "3-4", "5-7"],
            (await QueryAsync("SELECT first_seq || '-' || last_seq FROM onlinesafety.counter_block ORDER BY first_seq")).ConvertAll(r => (string)r[0]));
        Assert.Equal(7, (await QueryAsync("SELECT 1 FROM onlinesafety.alert")).Count);
        Assert.Equal(7, (await QueryAsync("SELECT 1 FROM onlinesafety.evidence")).Count);
        await AssertBalancedAsync(concern: 7);
    }

    [Fact]
    public async Task WhoIsLearnedOfWhileABacklogIsReadCountsForTheRestOfIt()
    {
        await AddStaffAsync("head");
        await AddStaffAsync("dsl", "d.lead");
        await AppendAsync(Search("a.example", "painless ways to kill myself"), Search("b.example", "painless ways to kill myself"), Search("d.lead2", "painless ways to kill myself"));
        // As somebody adds the second account while the first chunk is recorded. The second may be assessed already; the third is not before the first is recorded.
        await Installation.Store.RunAsync("""
            CREATE FUNCTION onlinesafety.learn() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
                BEGIN UPDATE onlinesafety.staff SET accounts = ARRAY['d.lead', 'd.lead2'] WHERE 'd.lead' = ANY (accounts); RETURN NEW; END $$;
            CREATE TRIGGER learn BEFORE INSERT ON onlinesafety.event FOR EACH ROW WHEN (NEW.seq = 1) EXECUTE FUNCTION onlinesafety.learn();
            """);
        await Worker(new ProcessingOptions { ChunkEvents = 1 }, new HastyTime()).PassAsync(DateOnly.MinValue, CancellationToken.None);

        Assert.Equal(["dsl", "dsl", "head"], (await QueryAsync("SELECT route FROM onlinesafety.event ORDER BY seq")).ConvertAll(r => (string)r[0]));
    }

    /// <summary>Whatever is known is old at the next look.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => Interlocked.Add(ref _now, 2 * TimestampFrequency * (long)PeopleDirectory.Fresh.TotalSeconds);
    }

    [Fact]
    public async Task ALockThatIsHeldLongHoldsUpItsOwnStreamAlone()
    {
        var elsewhere = await Installation.AddSourceAsync("protex");
        await AppendAsync(Visit("a", "https://www.bbc.co.uk/", "News"));
        await Log.AppendAsync(elsewhere, Some.Batch(Visit("b", "https://www.bbc.co.uk/", "News")), delivery: null, CancellationToken.None);
        await using var holding = Npgsql.NpgsqlDataSource.Create(Installation.Store.ConnectionString);
        await using (var connection = await holding.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            // As a digest holds it while it is made.
            await using var hold = new Npgsql.NpgsqlCommand("SELECT pg_advisory_xact_lock(hashtextextended('digest:' || $1::text, 0))", connection);
            hold.Parameters.AddWithValue(Protex.School);
            await hold.ExecuteNonQueryAsync();
            await Worker().PassAsync(DateOnly.MinValue, CancellationToken.None);

            Assert.Equal(elsewhere.School, Assert.Single(await QueryAsync("SELECT school_id FROM onlinesafety.counter_block"))[0]);
        }

        await Task.Delay(600);
        await DrainAsync();
        await AssertBalancedAsync(counted: 2);
    }

    /// <summary>It may be an append that is about to commit, so it is waited for; but what the source sends all day must not wait behind a segment that is lost.</summary>
    [Fact]
    public async Task AHoleInAStreamIsWaitedForThenListedAsMissingAndVerifyNamesIt()
    {
        await AddStaffAsync("dsl");
        await AppendAsync(Search("a.example", "painless ways to kill myself"));
        await AppendAsync(Search("b.example", "painless ways to kill myself"), Search("c.example", "painless ways to kill myself"));
        await AppendAsync(Search("d.example", "painless ways to kill myself"));
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.intake_segment WHERE first_seq = 2");
        var time = new ManualTimeProvider(DateTimeOffset.UtcNow);
        // A segment may be longer than what is read at once; what is behind the hole is seen all the same.
        var worker = Worker(new ProcessingOptions { ChunkBytes = 1, ChunkSegments = 1 }, time);
        for (var minute = 0; minute < 5; minute++)
        {
            await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
            Assert.Equal(2L, Assert.Single(await QueryAsync("SELECT next_seq FROM onlinesafety.checkpoint"))[0]);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(1, worker.Stubborn);
        await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);

        Assert.Equal(5L, Assert.Single(await QueryAsync("SELECT next_seq FROM onlinesafety.checkpoint"))[0]);
        Assert.Equal([[1L, ""], [2L, "missing"], [3L, "missing"], [4L, ""]], await QueryAsync("SELECT seq, review FROM onlinesafety.event ORDER BY seq"));
        Assert.Equal(["user:a.example", "user:d.example"], (await QueryAsync("SELECT subject_key FROM onlinesafety.alert ORDER BY 1")).ConvertAll(r => (string)r[0]));
        Assert.Equal(["missing", 2L], Assert.Single(await QueryAsync("SELECT value, count FROM onlinesafety.unmapped WHERE kind = 'record'")));
        Assert.Equal(0, worker.Stubborn);
        Assert.Contains((await VerifyAsync()).Breaks, named => named.Contains("sequences 2 to 3 are missing", StringComparison.Ordinal));
    }

    [Fact]
    public async Task WhatNothingFollowsIsNoHoleToStepOver()
    {
        await AppendAsync(Visit("a", "https://www.bbc.co.uk/", "News"));
        await AppendAsync(Visit("a", "https://www.bbc.co.uk/", "News"));
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.intake_segment WHERE first_seq = 2");
        var time = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var worker = Worker(time: time);
        for (var minute = 0; minute < 8; minute++)
        {
            await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
            time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(2L, Assert.Single(await QueryAsync("SELECT next_seq FROM onlinesafety.checkpoint"))[0]);
    }

    [Fact]
    public async Task AStreamThatEndsAtAHoleRestsAlsoWhenWhatIsBeforeItHadToBeKeptPlainly()
    {
        await AppendAsync(Search("poison", "painless ways to kill myself"));
        await AppendAsync(Visit("a", "https://www.bbc.co.uk/", "News"));
        await AppendAsync(Visit("a", "https://www.bbc.co.uk/", "News"));
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.intake_segment WHERE first_seq = 2");
        await Installation.Store.RunAsync($"ALTER TABLE onlinesafety.event ADD CONSTRAINT refuses CHECK (subject_key <> '{await KeyAsync("user:poison")}')");
        var worker = Worker();
        var failed = 0;
        for (var i = 0; i < 1000 && (await QueryAsync("SELECT 1 FROM onlinesafety.checkpoint WHERE next_seq = 2")).Count == 0; i++)
        {
            failed += await worker.PassAsync(DateOnly.MinValue, CancellationToken.None) ? 1 : 0;
            await Task.Delay(20);
        }

        // Three refusals and the one that kept it plainly; the hole was met beside each and is no failure of its own.
        Assert.Equal(4, failed);
        Assert.False(await worker.PassAsync(DateOnly.MinValue, CancellationToken.None));
    }
}
