using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.IntakeLog;

/// <summary>
/// What an attacker with all rights in the database can do to a chain without leaving a fault in it, and that a head which was printed before tells.
/// </summary>
[Collection(PostgresCollection.Name)]
public sealed class AnchoredChainTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 11, 25);
    private TestInstallation _installation = null!;
    private PostgresIntakeLog _log = null!;
    private SourceKey _target;

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        _log = new PostgresIntakeLog(
            _installation[DatabaseRole.Ingest], _installation.Master, new IntakeSignal(), Options.Create(new IntakeLogOptions()),
            TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);
        await _log.StartAsync(CancellationToken.None);
        _target = await _installation.AddSourceAsync();
        await AppendAsync(5);
    }

    public async Task DisposeAsync()
    {
        await _log.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task AHeadThatWasPrintedIsStillInTheChainAfterItGrew()
    {
        var anchor = await PrintedAsync();
        await AppendAsync(3);

        var heads = await Anchors.HeadsOfAsync(anchor, CancellationToken.None);
        var report = await VerifyAsync(heads);
        Assert.True(report.Clean, string.Join('\n', report.Breaks));
        Assert.Equal((1, 8), (report.Anchored, report.Stored));
    }

    [Theory]
    [InlineData("UPDATE onlinesafety.intake_segment SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE first_seq = 3", "written anew")]
    [InlineData("DELETE FROM onlinesafety.intake_segment WHERE first_seq >= 4", "cut off")]
    public async Task AChainMadeAnewIsCleanInItselfAndTheAnchorTells(string tamper, string expected)
    {
        var heads = await Anchors.HeadsOfAsync(await PrintedAsync(), CancellationToken.None);
        await _installation.Store.RunAsync(tamper);
        await ChainAnewAsync();

        // The control: without what was printed nobody can tell.
        Assert.True((await VerifyAsync([])).Clean);
        var report = await VerifyAsync(heads);
        Assert.Contains(expected, Assert.Single(report.Breaks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStreamThatIsGoneWithEverythingInItIsMissed()
    {
        var heads = await Anchors.HeadsOfAsync(await PrintedAsync(), CancellationToken.None);
        await _installation.Store.RunAsync("DELETE FROM onlinesafety.intake_segment; DELETE FROM onlinesafety.intake_stream");

        Assert.True((await VerifyAsync([])).Clean);
        Assert.Contains("no such stream", Assert.Single((await VerifyAsync(heads)).Breaks), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ADigestMadeToFitTheNewChainHasAnotherAnchor()
    {
        var anchor = await PrintedAsync();
        await _installation.Store.RunAsync("UPDATE onlinesafety.intake_segment SET payload = set_byte(payload, 40, get_byte(payload, 40) # 1) WHERE first_seq = 3");
        await ChainAnewAsync();
        await _installation.Store.RunAsync("DELETE FROM onlinesafety.digest");
        Assert.NotEqual(anchor, await PrintedAsync());

        Assert.Empty(await Anchors.HeadsOfAsync(anchor, CancellationToken.None));
    }

    private DigestAnchors Anchors => new(_installation[DatabaseRole.Notify]);

    private async Task AppendAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await _log.AppendAsync(_target, Some.Batch("a web filter line that is long enough to hold a byte to flip " + i), delivery: null, CancellationToken.None);
        }
    }

    private Task<VerifyReport> VerifyAsync(IReadOnlyCollection<HeadAnchor> heads) =>
        new LogVerifier(_installation[DatabaseRole.Process]).VerifyAsync(source: null, heads, progress: null, CancellationToken.None);

    /// <summary>Makes the digest of the day and returns the anchor in it, as its readers have it.</summary>
    private async Task<DayAnchor> PrintedAsync()
    {
        // The day's window begins when the school was added, and the stream was heard since.
        await _installation.Store.RunAsync("UPDATE onlinesafety.intake_stream SET last_received_at = now()");
        var maker = new DigestMaker(
            _installation[DatabaseRole.Notify], new PolicyDirectory(BankHolidays.None, NullLogger.Instance), new NotificationSignals(), NullLogger<DigestMaker>.Instance);
        Assert.True(await maker.MakeAsync(_target.School, Day, late: false, CancellationToken.None));
        var content = DigestContent.FromJson((byte[])(await _installation.Store.RunAsync("SELECT content FROM onlinesafety.digest"))!);
        return DayAnchor.Of(content.Day, content.Heads.Select(head => head.Anchor));
    }

    /// <summary>Computes every hash again, as whoever can write all tables can.</summary>
    private async Task ChainAnewAsync()
    {
        await using var source = NpgsqlDataSource.Create(_installation.Store.ConnectionString);
        await using var connection = await source.OpenConnectionAsync();
        var previous = SegmentHeader.Genesis;
        var last = 0L;
        foreach (var (header, payload) in await SegmentsAsync(connection))
        {
            var chained = header with { PreviousHash = previous };
            previous = chained.Hash(payload);
            last = header.Last;
            await RunAsync(connection, "UPDATE onlinesafety.intake_segment SET previous_hash = $1, hash = $2 WHERE first_seq = $3", chained.PreviousHash.ToArray(), previous.ToArray(), header.First);
        }

        await RunAsync(connection, "UPDATE onlinesafety.intake_stream SET head_hash = $1, last_seq = $2", previous.ToArray(), last);
    }

    private static async Task<List<(SegmentHeader Header, byte[] Payload)>> SegmentsAsync(NpgsqlConnection connection)
    {
        var segments = new List<(SegmentHeader, byte[])>();
        await using var select = new NpgsqlCommand(
            "SELECT school_id, source_id, stream_id, day, first_seq, last_seq, received_from, received_to, codec, key_id, payload FROM onlinesafety.intake_segment ORDER BY first_seq", connection);
        await using var rows = await select.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            segments.Add((new SegmentHeader(
                rows.GetGuid(0), rows.GetGuid(1), rows.GetGuid(2), rows.GetFieldValue<DateOnly>(3), rows.GetInt64(4), rows.GetInt64(5),
                rows.GetFieldValue<DateTimeOffset>(6), rows.GetFieldValue<DateTimeOffset>(7), (SegmentCodec)rows.GetInt16(8), rows.GetGuid(9), SegmentHeader.Genesis), rows.GetFieldValue<byte[]>(10)));
        }

        return segments;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }
}
