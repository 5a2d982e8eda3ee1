using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.IntakeLog;

[Collection(PostgresCollection.Name)]
public sealed class PostgresIntakeLogTests(PostgresFixture postgres) : IntakeLogContract
{
    private static readonly Actor Reader = Actor.Service("test");
    private TestInstallation _installation = null!;
    private PostgresIntakeLog _log = null!;

    internal override IIntakeLog Log => _log;

    public override async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        _log = await StartAsync();
    }

    public override async Task DisposeAsync()
    {
        await _log.DisposeAsync();
        await _installation.DisposeAsync();
    }

    internal override Task<SourceKey> AddSourceAsync(Guid? school = null) => _installation.AddSourceAsync(school: school);

    internal override async Task<List<RawRecord>> ReadBackAsync(SourceKey target)
    {
        var records = new List<RawRecord>();
        var reader = new SegmentReader(_installation[DatabaseRole.Process], new DataKeyRing(_installation[DatabaseRole.Process], _installation.Master));
        await using var session = await _installation[DatabaseRole.Process].OpenAsync(target.School, Reader, CancellationToken.None);
        foreach (var (stream, day) in await StreamsAsync(session, target))
        {
            foreach (var stored in await reader.ReadAsync(target.School, stream, day, 1, 10_000, long.MaxValue, CancellationToken.None))
            {
                var opened = await reader.OpenAsync(stored, CancellationToken.None);
                Assert.Equal("", opened.Damage);
                records.AddRange(opened.Records);
            }
        }

        return records;
    }

    [Fact]
    public async Task AppendsThatWaitTogetherShareACommit()
    {
        var target = await AddSourceAsync();
        await Task.WhenAll(Enumerable.Range(0, 2000).Select(i => Log.AppendAsync(target, Some.Batch($"line {i}"), delivery: null, CancellationToken.None)));

        var segments = (long)(await _installation.Store.RunAsync("SELECT count(*) FROM onlinesafety.intake_segment"))!;
        Assert.InRange(segments, 1, 200);
    }

    [Fact]
    public async Task LosingEveryConnectionAgainAndAgainLosesAndDoublesNothing()
    {
        var target = await AddSourceAsync();
        using var stop = new CancellationTokenSource();
        var killer = Task.Run(async () =>
        {
            for (var i = 0; i < 40 && !stop.IsCancellationRequested; i++)
            {
                await _installation.Store.RunAsync(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'onlinesafety_ingest' AND datname = current_database()");
                await Task.Delay(15);
            }
        });

        // Plain appends, without delivery ids: what is answered is stored exactly once, also when the answer to COMMIT was lost.
        var acknowledged = new List<string>();
        for (var i = 0; i < 400; i++)
        {
            var lines = Enumerable.Range(0, 4).Select(k => $"{i}-{k}").ToArray();
            await Task.WhenAll(lines.Select(line => Log.AppendAsync(target, Some.Batch(line), delivery: null, CancellationToken.None)));
            acknowledged.AddRange(lines);
        }

        await stop.CancelAsync();
        await killer;
        var stored = (await ReadBackAsync(target)).ConvertAll(r => Encoding.UTF8.GetString(r.Payload.Span));
        Assert.Equal(acknowledged.Order(), stored.Order());
        var report = await VerifyAsync();
        Assert.Empty(report.Breaks);
        Assert.Equal(1600, report.Waiting);
    }

    [Fact]
    public async Task AKeyThatCannotBeUsedTurnsAwayItsOwnSchoolAlone()
    {
        // In one batch of appends, so that they would share one commit.
        var locked = await AddSourceAsync();
        var target = await AddSourceAsync();
        await SpoilKeyAsync(locked);
        await using var log = Create(new IntakeLogOptions { Writers = 1 });
        var turnedAway = log.AppendAsync(locked, Some.Batch("locked"), delivery: null, CancellationToken.None);
        var stored = log.AppendAsync(target, Some.Batch("open"), delivery: null, CancellationToken.None);
        await log.StartAsync(CancellationToken.None);

        Assert.Equal(1, (await stored).Count);
        await Assert.ThrowsAsync<IntakeUnavailableException>(() => turnedAway);
        Assert.Equal("open", Encoding.UTF8.GetString(Assert.Single(await ReadBackAsync(target)).Payload.Span));
    }

    [Fact]
    public async Task ASchoolThatLeftIsTurnedAwayAlone()
    {
        var left = await AddSourceAsync();
        var target = await AddSourceAsync();
        await _installation.Store.RunAsync($"UPDATE onlinesafety.school SET closed_at = now() WHERE school_id = '{left.School}'");
        await using var log = Create(new IntakeLogOptions { Writers = 1 });
        var turnedAway = log.AppendAsync(left, Some.Batch("left"), delivery: null, CancellationToken.None);
        var stored = log.AppendAsync(target, Some.Batch("open"), delivery: null, CancellationToken.None);
        await log.StartAsync(CancellationToken.None);

        Assert.Equal(1, (await stored).Count);
        await Assert.ThrowsAsync<IntakeUnavailableException>(() => turnedAway);
    }

    [Fact]
    public async Task WhatFailedBeforeAnythingWasSentEndsNoStream()
    {
        var locked = await AddSourceAsync();
        var target = await AddSourceAsync();
        await SpoilKeyAsync(locked);
        await using var log = Create(new IntakeLogOptions { Writers = 1 });
        await log.StartAsync(CancellationToken.None);
        var first = await log.AppendAsync(target, Some.Batch("first"), delivery: null, CancellationToken.None);
        for (var sent = 0; sent < 3; sent++)
        {
            await Assert.ThrowsAsync<IntakeUnavailableException>(() => log.AppendAsync(locked, Some.Batch("again"), delivery: null, CancellationToken.None));
        }

        var second = await log.AppendAsync(target, Some.Batch("second"), delivery: null, CancellationToken.None);
        Assert.Equal((first.Stream, first.First + 1), (second.Stream, second.First));
        Assert.True((await VerifyAsync()).Clean);
    }

    [Theory]
    [InlineData("UPDATE onlinesafety.intake_segment SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE first_seq = 3", "was changed")]
    [InlineData("UPDATE onlinesafety.intake_segment SET received_to = received_to + interval '1 second' WHERE first_seq = 3", "was changed")]
    [InlineData("DELETE FROM onlinesafety.intake_segment WHERE first_seq = 3", "sequences 3 to 3 are missing")]
    [InlineData("DELETE FROM onlinesafety.intake_segment WHERE first_seq = 5", "the tail is cut")]
    [InlineData("UPDATE onlinesafety.intake_segment SET previous_hash = hash WHERE first_seq = 2", "does not follow")]
    public async Task VerifyNamesWhatWasTamperedWith(string tamper, string expected)
    {
        var target = await AddSourceAsync();
        for (var i = 0; i < 5; i++)
        {
            await Log.AppendAsync(target, Some.Batch("a web filter line that is long enough to hold a byte to flip " + i), delivery: null, CancellationToken.None);
        }

        var before = await VerifyAsync();
        Assert.Equal((5, 5, true), (before.Segments, before.Stored, before.Clean));
        await _installation.Store.RunAsync(tamper);
        var after = await VerifyAsync();
        Assert.Contains(after.Breaks, b => b.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ADamagedSegmentIsReportedAndItsNeighboursAreRead()
    {
        var target = await AddSourceAsync();
        for (var i = 0; i < 3; i++)
        {
            await Log.AppendAsync(target, Some.Batch("line " + i), delivery: null, CancellationToken.None);
        }

        await _installation.Store.RunAsync("UPDATE onlinesafety.intake_segment SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE first_seq = 2");
        var reader = new SegmentReader(_installation[DatabaseRole.Process], new DataKeyRing(_installation[DatabaseRole.Process], _installation.Master));
        await using var session = await _installation[DatabaseRole.Process].OpenAsync(target.School, Reader, CancellationToken.None);
        var (stream, day) = Assert.Single(await StreamsAsync(session, target));
        var opened = new List<OpenedSegment>();
        foreach (var stored in await reader.ReadAsync(target.School, stream, day, 1, 10, long.MaxValue, CancellationToken.None))
        {
            opened.Add(await reader.OpenAsync(stored, CancellationToken.None));
        }

        Assert.Equal(["", "damaged", ""], opened.Select(o => o.Damage));
        Assert.Equal("line 2", Encoding.UTF8.GetString(opened[2].Records[0].Payload.Span));
    }

    [Fact]
    public async Task TheBytesInTheDatabaseShowNothingOfTheRecords()
    {
        var target = await AddSourceAsync();
        const string Secret = "how-to-recognise-this-text";
        await Log.AppendAsync(target, Some.Batch(string.Join(' ', Enumerable.Repeat(Secret, 50))), delivery: null, CancellationToken.None);

        var found = (long)(await _installation.Store.RunAsync(
            $"SELECT count(*) FROM onlinesafety.intake_segment WHERE position('{Secret}'::bytea IN payload) > 0"))!;
        Assert.Equal(0, found);
    }

    [Fact]
    public async Task AnotherRunOfTheWriterStartsAStreamOfItsOwn()
    {
        var target = await AddSourceAsync();
        await Log.AppendAsync(target, Some.Batch("first run"), delivery: null, CancellationToken.None);
        await using var second = await StartAsync();
        var result = await second.AppendAsync(target, Some.Batch("second run"), delivery: null, CancellationToken.None);

        Assert.Equal(1, result.First);
        Assert.Equal(2L, await _installation.Store.RunAsync("SELECT count(*) FROM onlinesafety.intake_stream"));
    }

    [Fact]
    public async Task WhenTheDatabaseStaysAwayTheSenderIsToldToTryAgain()
    {
        var target = await AddSourceAsync();
        await _installation.Store.RunAsync("REVOKE INSERT ON onlinesafety.intake_segment FROM onlinesafety_ingest");
        await Assert.ThrowsAsync<IntakeUnavailableException>(() => Log.AppendAsync(target, Some.Batch("x"), delivery: null, CancellationToken.None));
        await _installation.Store.RunAsync("GRANT INSERT ON onlinesafety.intake_segment TO onlinesafety_ingest");

        await Log.AppendAsync(target, Some.Batch("x"), delivery: null, CancellationToken.None);
        Assert.Single(await ReadBackAsync(target));
    }

    private async Task<PostgresIntakeLog> StartAsync()
    {
        var log = Create(new IntakeLogOptions());
        await log.StartAsync(CancellationToken.None);
        return log;
    }

    private PostgresIntakeLog Create(IntakeLogOptions options) => new(
        _installation[DatabaseRole.Ingest], _installation.Master, new IntakeSignal(), Options.Create(options),
        TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);

    private Task<VerifyReport> VerifyAsync() => new LogVerifier(_installation[DatabaseRole.Process]).VerifyAsync(source: null, progress: null, CancellationToken.None);

    /// <summary>Its key of the day opens no more.</summary>
    private async Task SpoilKeyAsync(SourceKey source)
    {
        await Log.AppendAsync(source, Some.Batch("makes the key of the day"), delivery: null, CancellationToken.None);
        await _installation.Store.RunAsync(
            $"UPDATE onlinesafety.data_key SET wrapped = set_byte(wrapped, 20, get_byte(wrapped, 20) # 1) WHERE school_id = '{source.School}'");
    }

    private static async Task<List<(Guid Stream, DateOnly Day)>> StreamsAsync(Session session, SourceKey target)
    {
        var streams = new List<(Guid, DateOnly)>();
        await using var select = session.Command("SELECT stream_id, day FROM intake_stream WHERE school_id = $1 AND source_id = $2 ORDER BY opened_at");
        select.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = target.School });
        select.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = target.Source });
        await using var rows = await select.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            streams.Add((rows.GetGuid(0), rows.GetFieldValue<DateOnly>(1)));
        }

        return streams;
    }
}
