using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>Legal holds against whatever lets go of rows: clocks, erasures, replays.</summary>
[Collection(PostgresCollection.Name)]
public sealed class HoldTests(PostgresFixture postgres) : ReplayedRetentionScene(postgres)
{
    [Fact]
    public async Task AHoldWinsOverEveryClockUntilItIsLifted()
    {
        await AppendAsync(Search("held", Grave), Search("other", Grave), Search("watched", "capital of france"), Search("free", "capital of france"));
        await DrainAsync();
        await ResolveAsync("held", "false-alert");
        await ResolveAsync("other", "false-alert");
        var holds = Holds();
        var number = (int)(await Installation.Store.RunAsync($"SELECT number FROM onlinesafety.alert WHERE subject_key = '{await KeyAsync("user:held")}'"))!;
        var onAlert = await holds.PlaceOnAlertAsync(School, new AlertReference(null, number), "police", Officer, CancellationToken.None);
        var onPerson = await holds.PlaceOnPersonAsync(School, "WATCHED@school.example", "inquiry", Officer, CancellationToken.None);
        await KeepAsync();

        await MoveClockAsync(365 * 40);
        var report = await RetainAsync();

        Assert.Equal(["user:held"], (await QueryAsync("SELECT subject_key FROM onlinesafety.alert")).ConvertAll(row => (string)row[0]));
        Assert.Equal(
            ["user:held", "user:watched"],
            (await QueryAsync("SELECT subject_key FROM onlinesafety.event")).ConvertAll(row => (string)row[0]).Order(StringComparer.Ordinal));
        Assert.Equal(2, await CountAsync("evidence"));
        Assert.Equal((1L, 1L), (report.Clocks.Single(clock => clock.Clock == "dismissedDays").Held, report.Clocks.Single(clock => clock.Clock == "eventsDays").Held));
        // Not by the owner either, and not by a superuser.
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => Installation.Store.RunAsync("DELETE FROM onlinesafety.alert"));

        await holds.LiftAsync(School, onAlert, "over", Officer, CancellationToken.None);
        await holds.LiftAsync(School, onPerson, "over", Officer, CancellationToken.None);
        await RetainAsync();
        Assert.Equal((0, 0, 0), (await CountAsync("alert"), await CountAsync("event"), await CountAsync("evidence")));
    }

    [Fact]
    public async Task ANameByWhichNobodyIsKnownIsNotHeldUnlessItIsMeant()
    {
        await AddPersonAsync("listed");
        await AppendAsync(Search("seen", "capital of france"));
        await DrainAsync();

        var refused = await Assert.ThrowsAsync<RetentionException>(() => Holds().PlaceOnPersonAsync(School, "sene", "inquiry", Officer, CancellationToken.None));
        Assert.Contains("Nobody is known by this name", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sene", refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, await CountAsync("legal_hold"));

        // On the list, or known by what came: either is somebody.
        await Holds().PlaceOnPersonAsync(School, "listed", "inquiry", Officer, CancellationToken.None);
        await Holds().PlaceOnPersonAsync(School, "seen", "inquiry", Officer, CancellationToken.None);
        await new HoldDesk(Retention, Seals) { MayBeNobody = true }.PlaceOnPersonAsync(School, "sene", "inquiry", Officer, CancellationToken.None);
        Assert.Equal(3, await CountAsync("legal_hold"));
    }

    [Fact]
    public async Task AReplayLeavesTheRowsOfWhomIsHeldAndSaysHowMany()
    {
        var target = await AddMappedAsync();
        // By the new mapping each is somebody else's: what is not held is replaced.
        await AppendToAsync(target, ReplayScene.Line("held", Grave, "pc-held"), ReplayScene.Line("free", Grave, "pc-free"), ReplayScene.Line("other", Grave, "pc-other"));
        await DrainAsync();
        await Holds().PlaceOnPersonAsync(School, "held", "inquiry", Officer, CancellationToken.None);
        var number = (int)(await QueryAsync($"SELECT number FROM onlinesafety.alert WHERE subject_key = 'user:other'"))[0][0];
        await Holds().PlaceOnAlertAsync(School, new AlertReference(null, number), "police", Officer, CancellationToken.None);
        var before = await RowsAsync();

        var result = await MapAsync(target, ReplayScene.Kv(user: "pc"));

        Assert.Equal(2, result.GetProperty("events").GetProperty("held").GetInt64());
        var after = await RowsAsync();
        Assert.Equal(before.Where(row => !row.Contains("user:free", StringComparison.Ordinal)), after.Where(row => !row.Contains("user:pc-free", StringComparison.Ordinal)));
        Assert.Equal((3, 1), (after.Count, await CountAsync("event", $"subject_key = '{await KeyAsync("user:pc-free")}'")));
        Assert.Equal(3, await CountAsync("evidence"));
        Assert.True((await VerifyAsync()).Clean);
    }

    [Fact]
    public async Task AHoldThatIsPlacedWhileAReplayHasReadItsChunkIsAskedForAgain()
    {
        var target = await AddMappedAsync();
        await AppendToAsync(target, ReplayScene.Line("held", Grave));
        await DrainAsync();
        var replay = await BeginReplayAsync(target, ReplayScene.Kv(user: "pc"));
        using var chunk = await replay.ReadAsync();
        await Holds().PlaceOnPersonAsync(School, "held", "inquiry", Officer, CancellationToken.None);

        Assert.True((await replay.WriteAsync(chunk)).Stale);

        Assert.Equal(1, await CountAsync("event", $"subject_key = '{await KeyAsync("user:held")}'"));
        // Read again it is written, and leaves the row.
        using var again = await replay.ReadAsync();
        Assert.False((await replay.WriteAsync(again)).Stale);
        Assert.Equal((1, 1), (await CountAsync("event"), await CountAsync("event", $"subject_key = '{await KeyAsync("user:held")}'")));
    }

    [Fact]
    public async Task TheDatabaseKeepsAHeldRowFromAReplayThatDidNotAsk()
    {
        await AppendAsync(Search("held", Grave));
        await DrainAsync();
        await Holds().PlaceOnPersonAsync(School, "held", "inquiry", Officer, CancellationToken.None);
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.source_job (school_id, job_id, source_id, kind, state, requested_at) VALUES ('{School}', '{School}', '{Protex.Source}', 'replay', 'running', now())
            """);
        await using var session = await Installation[DatabaseRole.Process].OpenAsync(School, Officer, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => session.ExecuteAsync("DELETE FROM event", [], CancellationToken.None));

        Assert.Equal(("42501", 1), (refused.SqlState, await CountAsync("event")));
    }

    [Fact]
    public async Task AHoldThatIsPlacedWhileAnErasureRunsIsAskedForAgain()
    {
        await AddPersonAsync("child");
        await AppendAsync(Search("child", "capital of france"));
        await DrainAsync();
        // Between hiding and deleting, which are two transactions.
        await Installation.Store.RunAsync($$"""
            CREATE FUNCTION onlinesafety.hold_meanwhile() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
            BEGIN
                INSERT INTO onlinesafety.legal_hold (school_id, hold_id, subject_keys, about, reason, author, placed_at)
                    VALUES (NEW.school_id, gen_random_uuid(), ARRAY['{{await KeyAsync("user:child")}}'], '', '', 'x', clock_timestamp());
                RETURN NULL;
            END
            $$;
            CREATE TRIGGER hold_meanwhile AFTER INSERT ON onlinesafety.erasure FOR EACH ROW EXECUTE FUNCTION onlinesafety.hold_meanwhile()
            """);

        var proof = await Eraser().RunAsync(School, "child", [], "asked", Officer, CancellationToken.None);

        Assert.StartsWith("everything: a legal hold", Assert.Single(proof.Stays), StringComparison.Ordinal);
        Assert.Equal((1, 1, 1), (await CountAsync("event"), await CountAsync("evidence"), await CountAsync("person")));
        Assert.Equal(0, await CountAsync("erasure", "finished_at IS NULL"));
        Assert.True((await AuditAsync()).Clean);
    }

    [Fact]
    public async Task AHoldWaitsForWhatLetsGoOfRows()
    {
        await AppendAsync(Search("child", Grave));
        await DrainAsync();
        Task<Guid> placing;
        await using (var erasing = await Retention.OpenAsync(School, Officer, CancellationToken.None))
        {
            await SchoolTurn.TakeAsync(erasing, School, CancellationToken.None);
            placing = Holds().PlaceOnPersonAsync(School, "child", "inquiry", Officer, CancellationToken.None);
            await UntilAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
            Assert.Equal(0, await CountAsync("legal_hold"));
        }

        await placing;
        Assert.Equal(1, await CountAsync("legal_hold"));
    }

    private async Task UntilAsync(string sql)
    {
        for (var waits = 0; (long)(await Installation.Store.RunAsync(sql))! == 0; waits++)
        {
            Assert.True(waits < 600, "Nobody waits for the lock.");
            await Task.Delay(50);
        }
    }

    private async Task<List<string>> RowsAsync() => (await QueryAsync("SELECT subject_key || ' ' || seq || ' ' || part || ' ' || encode(sha256(detail), 'hex') || ' ' || COALESCE(alert_id::text, '') FROM onlinesafety.event ORDER BY seq, part"))
        .ConvertAll(row => (string)row[0]);
}
