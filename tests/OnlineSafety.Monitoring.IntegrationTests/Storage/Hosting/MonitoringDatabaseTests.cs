using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.IntegrationTests.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage.Hosting;

public sealed class MonitoringDatabaseTests : EmbeddedPostgresTest
{
    [Fact]
    public async Task AMigrationMayTakeLongerThanAServerMayTakeToRecover()
    {
        await using var service = await OpenAsync(ClusterUse.Serve, TimeSpan.FromSeconds(60));
        await using var connection = new NpgsqlConnection(service.Embedded!.ConnectionString(EmbeddedPostgres.Superuser, RoleConnections.DefaultDatabase) + ";Pooling=false");
        await connection.OpenAsync(Limit);
        await using var holding = await connection.BeginTransactionAsync(Limit);
        await using (var hold = new NpgsqlCommand("LOCK TABLE onlinesafety_migration.history IN ACCESS EXCLUSIVE MODE", connection))
        {
            await hold.ExecuteNonQueryAsync(Limit);
        }

        var slow = OpenAsync(ClusterUse.Command, TimeSpan.FromSeconds(1));
        await Task.Delay(TimeSpan.FromSeconds(4), Limit);
        Assert.False(slow.IsCompleted, slow.Exception?.Message);
        await holding.RollbackAsync(Limit);

        await using var opened = await slow;
    }

    [Fact]
    public async Task AServerThatDoesNotRecoverInTimeIsSaidToHaveNot()
    {
        await using var service = await OpenAsync(ClusterUse.Serve, TimeSpan.FromSeconds(1));

        var error = await Assert.ThrowsAsync<DatabaseUnusableException>(() => service.WhileRecoveringAsync(token => Task.Delay(Timeout.Infinite, token), Limit));

        Assert.Contains("within 1 s", error.Message, StringComparison.Ordinal);
    }

    private Task<MonitoringDatabase> OpenAsync(ClusterUse use, TimeSpan recoversWithin) => MonitoringDatabase.OpenAsync(
        new MonitoringDatabaseOptions { DataDirectory = Data, Use = use, RecoversWithin = recoversWithin }, NullLoggerFactory.Instance, TimeProvider.System, Limit);
}
