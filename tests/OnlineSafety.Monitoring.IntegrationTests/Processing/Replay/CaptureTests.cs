using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing.Replay;

/// <summary>A source that has no mapping yet, and what becomes of its records when it gets one.</summary>
[Collection(PostgresCollection.Name)]
public sealed class CaptureTests(PostgresFixture postgres) : ReplayScene(postgres)
{
    [Fact]
    public async Task EverythingIsKeptAndGraveWordsAlertAtOnce()
    {
        await AddStaffAsync("dsl");
        var target = await AddCaptureAsync();
        await AppendToAsync(target, Line("ada", "capital of france"), Line("bob", Grave), "<190>Aug 12 09:58:13 - ERAServer[16238]: HEARTBEAT");
        await DrainAsync();

        var review = Assert.Single(await QueryAsync("SELECT seq, review, severity > 0 FROM onlinesafety.event"));
        Assert.Equal([2L, "captured", true], review);
        Assert.Equal([true, false, "dsl"], Assert.Single(await QueryAsync("SELECT needs_review, late, route FROM onlinesafety.alert")));
        Assert.Single(await QueryAsync("SELECT 1 FROM onlinesafety.notification WHERE state = 'due'"));
        var report = await VerifyAsync();
        Assert.Empty(report.Breaks);
        Assert.Equal((3, 0, 0, 1, 1, 1, 1), (report.Stored, report.Concern, report.Counted, report.Review, report.Control, report.Waiting, report.Captured));
    }

    [Fact]
    public async Task AMappingProcessesEverythingSinceTheFirstByteAndAlertsNothingTwice()
    {
        await AddStaffAsync("dsl");
        var target = await AddCaptureAsync();
        await AppendToAsync(target, Line("ada", "capital of france"), Line("bob", Grave));
        await DrainAsync();
        await AppendToAsync(target, Line("bob", "something else"));
        await DrainAsync();

        var result = await MapAsync(target, Kv());

        Assert.Equal((3, 3), (result.GetProperty("records").GetInt32(), result.GetProperty("events").GetProperty("after").GetInt32()));
        var alert = Assert.Single(await QueryAsync("SELECT subject_key, needs_review, event_count, late, severity FROM onlinesafety.alert"));
        Assert.Equal(["user:bob", false, 1, false, (short)4], alert);
        Assert.Single(await QueryAsync("SELECT 1 FROM onlinesafety.notification"));
        Assert.Equal(
            ["1 user:ada False", "2 user:bob True", "3 user:bob False"],
            (await QueryAsync("SELECT seq, subject_key, alert_id IS NOT NULL FROM onlinesafety.event ORDER BY seq")).ConvertAll(r => $"{r[0]} {r[1]} {r[2]}"));
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.unmapped"));
        await AssertBalancedAsync(concern: 3);

        // From then on it is read by its mapping.
        await AppendToAsync(target, Line("eve", Grave));
        await DrainAsync();
        Assert.Equal("user:eve", Assert.Single(await QueryAsync("SELECT subject_key FROM onlinesafety.alert WHERE number = 2"))[0]);
        await AssertBalancedAsync(concern: 4);
    }

    [Fact]
    public async Task NoRecordIsRecordedByTheOldMappingOnceTheNewOneIsApplied()
    {
        var target = await AddCaptureAsync();
        var worker = Worker();
        await AppendToAsync(target, Line("ada", "capital of france"));
        await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
        await ApplyAsync(target, Kv());

        // The worker's context is younger than the time for which it trusts it: only the fence tells.
        await AppendToAsync(target, Line("bob", "capital of spain"));
        await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.counter_block WHERE first_seq = 2"));
        await worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
        Assert.Equal([1, 0], Assert.Single(await QueryAsync("SELECT concern, captured FROM onlinesafety.counter_block WHERE first_seq = 2")));
    }

    [Fact]
    public async Task WhatOnlyAReplayFindsIsAlertedAndMarkedLate()
    {
        await AddStaffAsync("dsl");
        var target = await AddCaptureAsync();
        // A mapping that takes another field for the search finds nothing in it.
        await AppendToAsync(target, Line("ada", "where can i buy cocaine"));
        await DrainAsync();
        Assert.Empty(await QueryAsync("SELECT 1 FROM onlinesafety.alert"));

        var result = await MapAsync(target, Kv());

        Assert.Equal(1, result.GetProperty("alerts").GetProperty("raised").GetInt32());
        Assert.Equal(["user:ada", true], Assert.Single(await QueryAsync("SELECT subject_key, late FROM onlinesafety.alert")));
    }
}
