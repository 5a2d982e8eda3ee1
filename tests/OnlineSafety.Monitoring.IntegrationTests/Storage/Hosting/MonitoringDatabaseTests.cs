using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.IntegrationTests.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage.Hosting;

public sealed class MonitoringDatabaseTests : EmbeddedPostgresTest
{
    // Longer than anything else that is waited for: the clock knows it by that.
    private static readonly TimeSpan RecoversWithin = TimeSpan.FromHours(1);

    private readonly HeldTimers _time = new(RecoversWithin);

    [Fact]
    public async Task AMigrationMayTakeLongerThanAServerMayTakeToRecover()
    {
        await using var service = await OpenAsync(ClusterUse.Serve);
        await using var connection = new NpgsqlConnection(service.Embedded!.ConnectionString(EmbeddedPostgres.Superuser, RoleConnections.DefaultDatabase) + ";Pooling=false");
        await connection.OpenAsync(Limit);
        await using var holding = await connection.BeginTransactionAsync(Limit);
        await using (var hold = new NpgsqlCommand("LOCK TABLE onlinesafety_migration.history IN ACCESS EXCLUSIVE MODE", connection))
        {
            await hold.ExecuteNonQueryAsync(Limit);
        }

        var slow = OpenAsync(ClusterUse.Command);
        while (await AskAsync(service.Embedded, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'onlinesafety_owner'") is 0L)
        {
            Assert.False(slow.IsCompleted, slow.Exception?.Message);
            await Task.Delay(20, Limit);
        }

        // It migrates, and no limit runs meanwhile that could end.
        Assert.Equal(0, _time.Waiting);
        await holding.RollbackAsync(Limit);

        await using var opened = await slow;
    }

    [Fact]
    public async Task AServerThatDoesNotRecoverInTimeIsSaidToHaveNot()
    {
        await using var service = await OpenAsync(ClusterUse.Serve);
        var waiting = service.WhileRecoveringAsync(token => Task.Delay(Timeout.Infinite, token), Limit);
        Assert.Equal(1, _time.Waiting);

        _time.FallDue();

        var error = await Assert.ThrowsAsync<DatabaseUnusableException>(() => waiting);
        Assert.Contains("within 3600 s", error.Message, StringComparison.Ordinal);
    }

    private Task<MonitoringDatabase> OpenAsync(ClusterUse use) => MonitoringDatabase.OpenAsync(
        new MonitoringDatabaseOptions { DataDirectory = Data, Use = use, RecoversWithin = RecoversWithin }, NullLoggerFactory.Instance, _time, Limit);
}
