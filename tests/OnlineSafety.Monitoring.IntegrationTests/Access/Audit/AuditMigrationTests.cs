using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Storage;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.Storage.Migrations;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Audit;

public sealed class AuditMigrationTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Chained = "0022_audit_chain";

    [Fact]
    public async Task RecordsFromBeforeTheChainAreChainedInTheirOrder()
    {
        await using var database = await postgres.Server.CreateAsync();
        await DatabaseSetup.BootstrapAsync(new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false }.ConnectionString, database.Name, default);
        var owner = RoleConnections.LoggingInAsOwner(database.ConnectionStringFor(DatabaseRoles.Owner));
        await MigrateAsync(owner, Chained);
        await database.RunAsync("""
            INSERT INTO onlinesafety.school (school_id, name) SELECT ('5b0c4d3e-0000-4000-8000-00000000000' || n)::uuid, 'School ' || n FROM generate_series(1, 3) n;
            INSERT INTO onlinesafety.access_record (school_id, at, actor_kind, actor_id, actor_name, action, object)
                SELECT ('5b0c4d3e-0000-4000-8000-00000000000' || 1 + n % 2)::uuid, '2026-11-25 09:14:07.123456Z'::timestamptz + n * interval '1 minute', 'staff', gen_random_uuid(),
                       'Zoë Example', 'alert.show', 'object ' || n
                FROM generate_series(1, 40) n
            """);

        await DatabaseSetup.MigrateAsync(owner, default);

        await using var source = NpgsqlDataSource.Create(RoleConnections.LoggingInAs(database.ConnectionStringFor("onlinesafety_audit"), DatabaseRole.Audit));
        var report = await new AuditVerifier(new Database(source, DatabaseRole.Audit)).VerifyAsync(school: null, [], progress: null, default);
        Assert.True(report.Clean, string.Join('\n', report.Breaks));
        Assert.Equal((3, 40), (report.Schools, report.Entries));
        Assert.Equal(
            string.Join(',', Enumerable.Range(1, 20).Select(n => $"object {2 * n}")),
            await database.RunAsync("SELECT string_agg(object, ',' ORDER BY seq) FROM onlinesafety.access_record WHERE school_id = '5b0c4d3e-0000-4000-8000-000000000001'"));
        Assert.Equal(true, await database.RunAsync("SELECT relforcerowsecurity FROM pg_class WHERE oid = 'onlinesafety.access_record'::regclass"));
    }

    // By the files themselves: the framework cannot stop at a migration whose name begins with no date.
    private static async Task MigrateAsync(string owner, string before)
    {
        await using var source = NpgsqlDataSource.Create(owner);
        await RunAsync(source, """CREATE TABLE onlinesafety_migration.history ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL)""");
        var files = typeof(DatabaseSetup).Assembly.GetManifestResourceNames().Where(name => name.StartsWith("Migrations.", StringComparison.Ordinal))
            .Select(name => name["Migrations.".Length..]).Where(name => string.CompareOrdinal(name, before) < 0).Order(StringComparer.Ordinal);
        foreach (var file in files)
        {
            await RunAsync(source, SqlFile.Read(file));
            await RunAsync(source, $"INSERT INTO onlinesafety_migration.history VALUES ('{Path.GetFileNameWithoutExtension(file)}', '10')");
        }
    }

    private static async Task RunAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
