using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>Whoever assessed records before somebody was erased, and has not recorded them yet.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ErasureFenceTests(PostgresFixture postgres) : ReplayedRetentionScene(postgres)
{
    private const string Child = "annabel.quick";
    private const string Twin = "annabel.quickly";

    [Fact]
    public async Task AWorkerThatDoesNotKnowOfTheErasureYetBringsNobodyBack()
    {
        await AddPersonAsync(Child);
        await AppendAsync(Search(Twin, "capital of spain"));
        var worker = Worker();
        await PassesAsync(worker);
        // Received, and not assessed yet; what the worker knows of the school is a moment old.
        await AppendAsync(Search(Child, "capital of france"), Search(Twin, "capital of france"));
        await EraseAsync();

        await PassesAsync(worker);

        Assert.Equal((0, 2), (await CountAsync("event", $"subject_key = '{await KeyAsync("user:" + Child)}'"), await CountAsync("event")));
        Assert.True((await VerifyAsync()).Clean);
    }

    [Fact]
    public async Task AReplayThatReadItsRecordsBeforeTheErasureBringsNobodyBack()
    {
        var target = await AddMappedAsync();
        await AppendToAsync(target, ReplayScene.Line("pc-1", Grave, Child), ReplayScene.Line("pc-2", Grave, Twin));
        await DrainAsync();
        // By the new mapping it is the child's.
        var replay = await BeginReplayAsync(target, ReplayScene.Kv(user: "pc"));
        using var chunk = await replay.ReadAsync();
        await AddPersonAsync(Child);
        await EraseAsync();

        Assert.True((await replay.WriteAsync(chunk)).Stale);

        Assert.Equal(0, await CountAsync("event", $"subject_key = '{await KeyAsync("user:" + Child)}'"));
    }

    [Fact]
    public async Task AReplayThatReadARecordBeforeANameWasTakenOutOfItWritesItNotBack()
    {
        var target = await AddMappedAsync();
        await AppendToAsync(target, ReplayScene.Line(Twin, $"{Grave} because of {Child}"));
        await DrainAsync();
        await ResolveAsync(Twin, "false-alert");
        await AddPersonAsync(Child);
        await HideAsync();
        var replay = await BeginReplayAsync(target, ReplayScene.Kv());
        // It knows already whom to hide, and reads what is not rewritten yet.
        using var chunk = await replay.ReadAsync();
        await EraseAsync();

        Assert.True((await replay.WriteAsync(chunk)).Stale);

        await AssertGoneAsync(Child);
    }

    [Fact]
    public async Task AnErasureWaitsForWhatIsBeingRecorded()
    {
        await AddPersonAsync(Child);
        Task<ErasureProof> erasing;
        await using (var recording = await Installation[DatabaseRole.Process].OpenAsync(School, Officer, CancellationToken.None))
        {
            await using (var batch = recording.Batch())
            {
                batch.BatchCommands.Add(Monitoring.Processing.RecordSql.LockCommand(School));
                await batch.ExecuteNonQueryAsync();
            }

            erasing = EraseAsync();
            for (var waits = 0; (long)(await Installation.Store.RunAsync("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))! == 0; waits++)
            {
                Assert.True(waits < 600, "Nobody waits for the lock.");
                await Task.Delay(50);
            }

            Assert.Equal(0, await CountAsync("erased_subject"));
        }

        await erasing;
        Assert.NotEqual(0, await CountAsync("erased_subject"));
    }

    private static async Task PassesAsync(Monitoring.Processing.StreamWorker worker)
    {
        for (var i = 0; i < 20 && await worker.PassAsync(DateOnly.MinValue, CancellationToken.None); i++)
        {
        }
    }

    private Task<ErasureProof> EraseAsync() => Eraser().RunAsync(School, Child, [], "asked", Officer, CancellationToken.None);

    /// <summary>As an erasure that was killed after its first transaction leaves it.</summary>
    private async Task HideAsync()
    {
        await Installation.Store.RunAsync("""
            CREATE FUNCTION onlinesafety.dies() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$;
            CREATE TRIGGER dies BEFORE UPDATE ON onlinesafety.evidence FOR EACH ROW EXECUTE FUNCTION onlinesafety.dies()
            """);
        await Assert.ThrowsAsync<Npgsql.PostgresException>(EraseAsync);
        await Installation.Store.RunAsync("DROP TRIGGER dies ON onlinesafety.evidence");
        Assert.Equal(1, await CountAsync("erasure", "finished_at IS NULL"));
    }
}
