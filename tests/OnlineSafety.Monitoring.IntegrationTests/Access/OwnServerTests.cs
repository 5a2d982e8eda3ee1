using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.IntegrationTests.Access;

public sealed class OwnServerTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task APooledConnectionOfASuperuserStaysInItsRole()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);

        for (var use = 0; use < 3; use++)
        {
            await using var session = await database[DatabaseRole.Ingest].OpenAcrossAsync(InstallationDatabase.Tester, default);
            await using var command = session.Command("RESET ROLE; SELECT current_user::text");
            Assert.Equal("onlinesafety_ingest", await command.ExecuteScalarAsync());
        }
    }

    [Fact]
    public async Task OpeningASecondTimeChangesNothing()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var school = await database.AddSchoolAsync();

        var options = new MonitoringDatabaseOptions { DataDirectory = "unused", Connection = database.Test.ConnectionString };
        await using var again = await MonitoringDatabase.OpenAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);

        Assert.Equal(school, Assert.Single(await new Monitoring.Sources.SchoolRegister(again[DatabaseRole.Setup]).ListAsync(InstallationDatabase.Tester, default)).SchoolId);
    }

    [Fact]
    public async Task AnOrdinaryUserWhoMayMakeRolesAndDatabasesIsEnough()
    {
        await using var database = await postgres.Server.CreateAsync();
        var user = $"builder_{database.Name}";
        await database.RunAsync($"CREATE ROLE {user} LOGIN CREATEROLE CREATEDB");
        var name = $"{database.Name}_made";
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionStringFor(user)) { Database = name }.ConnectionString;
        try
        {
            var options = new MonitoringDatabaseOptions { DataDirectory = "unused", Connection = connection };
            await using var opened = await MonitoringDatabase.OpenAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);

            Assert.Empty(await new Monitoring.Sources.SchoolRegister(opened[DatabaseRole.Setup]).ListAsync(InstallationDatabase.Tester, default));
        }
        finally
        {
            await database.RunAsync($"DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        }
    }

    [Fact]
    public async Task AUserWhoMayNotIsToldTheStatementsToRunAndTheyAreEnough()
    {
        await using var database = await postgres.Server.CreateAsync();
        var user = $"plain_{database.Name}";
        await database.RunAsync($"CREATE ROLE {user} LOGIN");
        var options = new MonitoringDatabaseOptions { DataDirectory = "unused", Connection = database.ConnectionStringFor(user) };

        var error = await Assert.ThrowsAsync<DatabaseUnusableException>(
            () => MonitoringDatabase.OpenAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default));

        Assert.Contains($"GRANT onlinesafety_owner, ", error.Message, StringComparison.Ordinal);
        // Roles and database stand in this test; what remains of the advice must do.
        foreach (var statement in OwnServer.SqlToRun(user, database.Name).Split('\n').Where(s => s.StartsWith("GRANT", StringComparison.Ordinal) || s.StartsWith("CREATE SCHEMA", StringComparison.Ordinal)))
        {
            await database.RunAsync(statement);
        }

        await using var opened = await MonitoringDatabase.OpenAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default);
        Assert.Empty(await new Monitoring.Sources.SchoolRegister(opened[DatabaseRole.Setup]).ListAsync(InstallationDatabase.Tester, default));
    }

    [Fact]
    public async Task ARoleThatRowLevelSecurityDoesNotBindIsRefusedAtStart()
    {
        await using var database = await InstallationDatabase.CreateAsync(postgres.Server);
        var options = new MonitoringDatabaseOptions
        {
            DataDirectory = "unused",
            RoleConnections = Enum.GetValues<DatabaseRole>().ToDictionary(role => role, _ => database.Test.ConnectionString),
        };

        var error = await Assert.ThrowsAsync<DatabaseUnusableException>(
            () => MonitoringDatabase.OpenAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default));

        Assert.Contains("superuser", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AServerThatIsNotThereIsSaidInOneSentence()
    {
        var options = new MonitoringDatabaseOptions { DataDirectory = "unused", Connection = "Host=127.0.0.1;Port=1;Username=x;Timeout=2" };

        var error = await Assert.ThrowsAsync<DatabaseUnusableException>(
            () => MonitoringDatabase.OpenAsync(options, NullLoggerFactory.Instance, TimeProvider.System, default));

        Assert.StartsWith("The database at 127.0.0.1:1 cannot be reached:", error.Message, StringComparison.Ordinal);
    }
}
