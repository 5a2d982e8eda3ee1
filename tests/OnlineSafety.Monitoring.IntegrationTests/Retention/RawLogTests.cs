using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>Days of the intake log: when they fall, and what stays of them.</summary>
[Collection(PostgresCollection.Name)]
public sealed class RawLogTests(PostgresFixture postgres) : RetentionScene(postgres)
{
    [Fact]
    public async Task WhatWasNotReadYetOrIsReadAgainDoesNotFall()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await MoveClockAsync(40);
        Assert.Contains("not all of it was read yet", (await RetainAsync()).Clocks[0].Why, StringComparison.Ordinal);
        await DrainAsync();
        await Installation.Store.RunAsync($"""
            INSERT INTO onlinesafety.source_job (school_id, job_id, source_id, kind, state, requested_at) VALUES ('{School}', '{School}', '{Protex.Source}', 'replay', 'running', now());
            INSERT INTO onlinesafety.source_job_stream (school_id, job_id, stream_id, ordinal, day, next_seq, last_seq)
                SELECT '{School}', '{School}', stream_id, 0, day, 1, 1 FROM onlinesafety.intake_stream
            """);
        Assert.Contains("being read again", (await RetainAsync()).Clocks[0].Why, StringComparison.Ordinal);
        Assert.Equal(1, await CountAsync("data_key"));

        await Installation.Store.RunAsync("UPDATE onlinesafety.source_job SET state = 'done', finished_at = now()");
        await RetainAsync();
        Assert.Equal(0, await CountAsync("data_key"));
    }

    [Fact]
    public async Task ADayWhoseKeyIsNotThereFallsWithItsStreamsAndNotBefore()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await DrainAsync();
        await MoveClockAsync(40);
        await Installation.Store.RunAsync("DELETE FROM onlinesafety.data_key");

        await using (var session = await Retention.OpenAsync(School, Officer, CancellationToken.None))
        {
            await session.RowsAsync(RetentionSql.DropEmptyDay, [], row => 0, CancellationToken.None);
            await session.CommitAsync(CancellationToken.None);
        }

        Assert.Equal(1, await CountAsync("intake_segment"));
        await RetainAsync();
        Assert.Equal((0, 0, 1), (await CountAsync("intake_segment"), await CountAsync("intake_stream"), await CountAsync("intake_tombstone")));
        await AssertWholeAsync(fallen: 1);
    }

    [Fact]
    public async Task ADayThatAWriterWithAWrongClockFillsDoesNotFall()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await DrainAsync();
        await MoveClockAsync(40);
        foreach (var (table, column) in new[] { ("intake_stream", "opened_at"), ("data_key", "created_at") })
        {
            // Begun a moment ago, of a day that the writer's clock takes for today's.
            await Installation.Store.RunAsync($"UPDATE onlinesafety.{table} SET {column} = {column} + interval '40 days'");
            Assert.Contains("less than two days ago", (await RetainAsync()).Clocks[0].Why, StringComparison.Ordinal);
            Assert.Equal((1, 1), (await CountAsync("data_key"), await CountAsync("intake_segment")));
            await Installation.Store.RunAsync($"UPDATE onlinesafety.{table} SET {column} = {column} - interval '40 days'");
        }

        await RetainAsync();
        Assert.Equal((0, 0), (await CountAsync("data_key"), await CountAsync("intake_segment")));
    }

    [Fact]
    public async Task HeadsThatWerePrintedHoldAfterTheirRecordsFell()
    {
        await AppendAsync(Search("blocked", "capital of france"));
        await AppendAsync(Search("blocked", "capital of spain"));
        await DrainAsync();
        var head = (await QueryAsync("SELECT stream_id, last_seq, head_hash FROM onlinesafety.intake_stream")).Select(row => new HeadAnchor((Guid)row[0], (long)row[1], (byte[])row[2])).Single();
        await MoveClockAsync(40);
        await RetainAsync();

        Assert.Empty((await VerifyAsync(head)).Breaks);
        var earlier = await VerifyAsync(head with { Last = 1 });
        Assert.Equal((0, 1L), (earlier.Breaks.Count, earlier.Unprovable));
        // Controls: another hash, a later end, a stream that never was, a tombstone that was written anew.
        Assert.Single((await VerifyAsync(head with { Hash = new byte[32] })).Breaks);
        Assert.Single((await VerifyAsync(head with { Last = 9 })).Breaks);
        Assert.Single((await VerifyAsync(head with { Stream = Guid.NewGuid() })).Breaks);
        await Installation.Store.RunAsync("UPDATE onlinesafety.intake_tombstone SET head_hash = sha256('')");
        Assert.Single((await VerifyAsync(head)).Breaks);
    }

    [Fact]
    public async Task ADayThatFallsBetweenLookingItsStreamUpAndWalkingItIsNoBreak()
    {
        // Two are walked at once, so that the third is not begun when the first is.
        await AppendToAsync(await Installation.AddSourceAsync("protex"), Search("blocked", "capital of spain"));
        await AppendToAsync(await Installation.AddSourceAsync("protex"), Search("blocked", "capital of italy"));
        await AppendAsync(Search("blocked", "capital of france"));
        await DrainAsync();
        await MoveClockAsync(40);

        var report = await VerifyWhileAsync(() => RetainAsync());

        Assert.Equal(0, await CountAsync("data_key", $"school_id = '{School}'"));
        Assert.Empty(report.Breaks);
        Assert.Equal((2, 2, 1, 1), (report.Streams, report.Stored, report.FallenStreams, report.Fallen));
    }

    [Fact]
    public async Task AStreamIsVerifiedAsItStoodWhenItsWalkBegan()
    {
        await AppendAsync(Search("blocked", Grave));
        await DrainAsync();

        var report = await VerifyWhileAsync(() => Installation.Store.RunAsync("UPDATE onlinesafety.counter_block SET concern = concern - 1, counted = counted + 1"));

        Assert.Empty(report.Breaks);
        // Control: from then on it is seen.
        Assert.NotEmpty((await VerifyAsync()).Breaks);
    }

    /// <summary>Does something as soon as the first segment was read.</summary>
    private Task<VerifyReport> VerifyWhileAsync(Func<Task> act)
    {
        var acted = false;
        return new LogVerifier(Installation[DatabaseRole.Process]).VerifyAsync(
            source: null,
            (_, _) =>
            {
                if (!acted)
                {
                    acted = true;
                    Task.Run(act).GetAwaiter().GetResult();
                }
            },
            CancellationToken.None);
    }

    private Task<VerifyReport> VerifyAsync(HeadAnchor anchor) =>
        new LogVerifier(Installation[DatabaseRole.Process]).VerifyAsync(source: null, [anchor], progress: null, CancellationToken.None);
}
