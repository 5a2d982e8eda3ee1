using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Processing;

/// <summary>Records and streams that would hold up everything behind them.</summary>
[Collection(PostgresCollection.Name)]
public sealed class HostileRecordTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Grave = "painless ways to kill myself";

    private TestInstallation _installation = null!;
    private PostgresIntakeLog _log = null!;
    private StreamWorker _worker = null!;

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        _log = new PostgresIntakeLog(
            _installation[DatabaseRole.Ingest], _installation.Master, new IntakeSignal(), Options.Create(new IntakeLogOptions()),
            TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);
        await _log.StartAsync(CancellationToken.None);
        var database = _installation[DatabaseRole.Process];
        _worker = new StreamWorker(
            Guid.NewGuid(), database, _installation.Master, new StreamContexts(database, new PeopleDirectory(database, _installation.Seals, TimeProvider.System), new SchoolRuleDirectory(database, TimeProvider.System), _installation.Seals, Repository.Rules, TimeProvider.System, NullLogger<StreamContexts>.Instance),
            Repository.Rules, new NotificationSignals(), Options.Create(new ProcessingOptions { ChunkPlainBytes = 64 * 1024 }), TimeProvider.System, NullLogger<StreamWorker>.Instance);
    }

    public async Task DisposeAsync()
    {
        await _log.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task ADeviceNameThatNoIndexCanHoldIsStillAnAlert()
    {
        var target = await _installation.AddSourceAsync("protex");
        var host = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4000));
        var line = ProcessingScene.Line(
            "-", "https://www.google.com/search?q=kill", "403", "450", "*DENIED* Banned search term found: " + Grave, "Banned Phrases", Grave, host);
        await AppendAsync(target, line);
        await AppendAsync(target, line);
        await PassAsync(4);
        Assert.Equal(2, await NumberAsync("SELECT event_count FROM onlinesafety.alert"));
    }

    [Fact]
    public async Task AnUnknownCategoryCutInsideACharacterIsStillCounted()
    {
        var target = await _installation.AddSourceAsync("protex");
        await AppendAsync(target, ProcessingScene.Line("a", "https://www.example.org/", "200", "0", "", new string('x', 199) + "\U0001F600 and more", ""));
        await PassAsync(2);
        Assert.Equal(1, await NumberAsync("SELECT count(*)::int FROM onlinesafety.unmapped WHERE kind = 'category'"));
    }

    [Fact]
    public async Task AKnownUnmappedValueIsCountedOnItsOwnLineAlsoWhenThereIsRoomForNoMore()
    {
        var target = await _installation.AddSourceAsync("protex");
        var line = ProcessingScene.Line("a", "https://www.example.org/", "200", "0", "", "Quite New", "");
        await AppendAsync(target, line);
        await PassAsync(2);
        await _installation.Store.RunAsync(
            "INSERT INTO onlinesafety.unmapped SELECT school_id, source_id, 'category', 'n' || n, 1, now(), now() FROM onlinesafety.source, generate_series(1, 1000) n");
        await AppendAsync(target, line);
        await PassAsync(2);
        Assert.Equal(2, await NumberAsync("SELECT count::int FROM onlinesafety.unmapped WHERE sealed IS NOT NULL"));
    }

    [Theory]
    [InlineData("ALTER TABLE onlinesafety.event ADD CONSTRAINT refuses CHECK (subject_key <> ALL ('{poison}'))")]
    [InlineData("DELETE FROM onlinesafety.intake_segment WHERE first_seq = 1")]
    public async Task StreamsThatCannotGoOnDoNotHoldUpTheOthers(string damage)
    {
        // More of them than a worker claims at once, and all older than the stream that matters.
        var poison = new List<string>();
        for (var i = 0; i < 9; i++)
        {
            var poisoned = await _installation.AddSourceAsync("protex");
            poison.Add((await _installation.Seals.OfAsync(poisoned.School, CancellationToken.None)).Index("user:poison"));
            await AppendAsync(poisoned, ProcessingScene.Search("poison", Grave));
            await AppendAsync(poisoned, ProcessingScene.Search("poison", Grave));
        }

        await _installation.Store.RunAsync(damage.Replace("{poison}", $"{{{string.Join(',', poison)}}}", StringComparison.Ordinal));
        var good = await _installation.AddSourceAsync("protex");
        await AppendAsync(good, ProcessingScene.Search("j.example", Grave));
        await _installation.Store.RunAsync("UPDATE onlinesafety.intake_stream SET last_received_at = now() WHERE last_seq = 1");
        await PassAsync(3);
        Assert.Equal(1, await NumberAsync($"SELECT count(*)::int FROM onlinesafety.alert WHERE school_id = '{good.School}'"));
    }

    [Fact]
    public async Task WhatPacksWellDoesNotFillTheMemoryAllAtOnce()
    {
        var target = await _installation.AddSourceAsync("protex");
        for (var i = 0; i < 8; i++)
        {
            await AppendAsync(target, new string('a', 64 * 1024));
        }

        await PassAsync(1);
        Assert.Equal(8, await NumberAsync("SELECT count(*)::int FROM onlinesafety.counter_block"));
    }

    [Fact]
    public async Task VerifyOfARunningServiceSeesNoBreakInWhatArrivesMeanwhile()
    {
        var first = await _installation.AddSourceAsync("protex");
        var second = await _installation.AddSourceAsync("protex");
        await AppendAsync(first, ProcessingScene.Search("a.example", Grave));
        await AppendAsync(second, ProcessingScene.Search("b.example", Grave));
        var report = await new LogVerifier(_installation[DatabaseRole.Process]).VerifyAsync(source: null, (done, _) => Task.Run(async () =>
        {
            if (done == 1)
            {
                await AppendAsync(first, ProcessingScene.Search("a.example", Grave));
                await AppendAsync(second, ProcessingScene.Search("b.example", Grave));
                await PassAsync(3);
            }
        }).GetAwaiter().GetResult(), CancellationToken.None);
        Assert.Empty(report.Breaks);
        Assert.Equal((2, 2), (report.Stored, report.Waiting));
    }

    private async Task PassAsync(int passes)
    {
        for (var i = 0; i < passes; i++)
        {
            await _worker.PassAsync(DateOnly.MinValue, CancellationToken.None);
        }
    }

    private Task<AppendResult> AppendAsync(SourceKey target, string line) => _log.AppendAsync(target, Some.Batch(line), delivery: null, CancellationToken.None);

    private async Task<int> NumberAsync(string sql) => (int)(await _installation.Store.RunAsync(sql) ?? 0);
}
