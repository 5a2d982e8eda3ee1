using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.IntakeLog;

/// <summary>A server that hangs with a commit in its socket may do it long after everybody gave it up.</summary>
[Collection(PostgresCollection.Name)]
public sealed class HungServerTests(PostgresFixture postgres) : IAsyncLifetime
{
    private TestInstallation _installation = null!;
    private Database _hasty = null!;
    private PostgresIntakeLog _log = null!;

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        var connection = RoleConnections.LoggingInAs(
            _installation.Store.ConnectionStringFor(DatabaseRoles.NameOf(DatabaseRole.Ingest)), DatabaseRole.Ingest);

        // Without a wish to cancel, which the server would find when it wakes up.
        var hasty = new NpgsqlConnectionStringBuilder(connection) { CommandTimeout = 1, CancellationTimeout = -1 };
        _hasty = new Database(NpgsqlDataSource.Create(hasty.ConnectionString), DatabaseRole.Ingest);
        _log = new PostgresIntakeLog(
            _hasty, _installation.Master, new IntakeSignal(), Options.Create(new IntakeLogOptions { Patience = TimeSpan.Zero }), TimeProvider.System,
            NullLogger<PostgresIntakeLog>.Instance);
        await _log.StartAsync(CancellationToken.None);
    }

    public async Task DisposeAsync()
    {
        await _log.DisposeAsync();
        await _hasty.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Theory]
    [InlineData(true, true, 2)]
    [InlineData(true, false, 2)]
    // The control: records that nobody is said to bring again are taken for others.
    [InlineData(false, true, 3)]
    public async Task RecordsThatComeAgainAfterACommitWasGivenUpAreStoredOnce(bool kept, bool commitsFirst, long stored)
    {
        var target = await _installation.AddSourceAsync();
        await _log.AppendAsync(target, Batch("before", kept), delivery: null, CancellationToken.None);
        var backend = (int)(await _installation.Store.RunAsync(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'onlinesafety_ingest' AND datname = current_database()"))!;
        var batch = Batch("hung", kept);
        await SignalAsync("STOP", backend);
        try
        {
            await Assert.ThrowsAsync<IntakeUnavailableException>(() => _log.AppendAsync(target, batch, delivery: null, CancellationToken.None));
            if (commitsFirst)
            {
                await SignalAsync("CONT", backend);
                await UntilStoredAsync(2);
            }

            await _log.AppendAsync(target, batch.Marked(RecordFlags.PossibleDuplicate), delivery: null, CancellationToken.None);
        }
        finally
        {
            await SignalAsync("CONT", backend);
        }

        await UntilGoneAsync(backend);
        Assert.Equal(stored, await StoredAsync());
    }

    private static RecordBatch Batch(string line, bool kept)
    {
        var batch = kept ? RecordBatch.Kept() : new RecordBatch();
        batch.Add(Some.Syslog, Some.Time, RecordFlags.None, Encoding.UTF8.GetBytes(line));
        return batch;
    }

    private async Task<long> StoredAsync() =>
        (long)(await _installation.Store.RunAsync("SELECT COALESCE(sum(last_seq - first_seq + 1), 0)::bigint FROM onlinesafety.intake_segment"))!;

    private async Task UntilStoredAsync(long count)
    {
        for (var looks = 0; looks < 500 && await StoredAsync() < count; looks++)
        {
            await Task.Delay(20);
        }

        Assert.Equal(count, await StoredAsync());
    }

    private async Task UntilGoneAsync(int backend)
    {
        for (var looks = 0; looks < 500 && (bool)(await _installation.Store.RunAsync($"SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pid = {backend})"))!; looks++)
        {
            await Task.Delay(20);
        }
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
