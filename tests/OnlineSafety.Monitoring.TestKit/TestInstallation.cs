using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Storage;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.Storage.Migrations;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>A migrated database with its role pools, for one test.</summary>
internal sealed class TestInstallation : IAsyncDisposable
{
    private readonly Dictionary<DatabaseRole, NpgsqlDataSource> _sources = [];
    private readonly Dictionary<DatabaseRole, Database> _databases = [];

    private TestInstallation(TestDatabase store)
    {
        Store = store;
        foreach (var role in Enum.GetValues<DatabaseRole>())
        {
            var connection = RoleConnections.LoggingInAs(store.ConnectionStringFor(DatabaseRoles.NameOf(role)), role);
            // Detail may be shown here: every name in a test is invented.
            var builder = new NpgsqlConnectionStringBuilder(connection) { IncludeErrorDetail = true, MaxPoolSize = 8, MinPoolSize = 0 };
            _sources[role] = NpgsqlDataSource.Create(builder.ConnectionString);
            _databases[role] = new Database(_sources[role], role);
        }
    }

    public TestDatabase Store { get; }

    public MasterKey Master { get; } = MasterKey.Of(new byte[MasterKey.Length]);

    /// <summary>What is sealed of its schools.</summary>
    public SchoolSeals Seals => field ??= new SchoolSeals(this[DatabaseRole.Process], Master, TimeProvider.System);

    public Database this[DatabaseRole role] => _databases[role];

    public static async Task<TestInstallation> CreateAsync(PostgresServer server, CancellationToken cancellationToken = default)
    {
        var store = await server.CreateAsync("installation", MigrateAsync, cancellationToken);
        return new TestInstallation(store);
    }

    /// <summary>One as an earlier version left it, to be filled and then upgraded.</summary>
    /// <param name="migration">The newest that it has.</param>
    public static async Task<TestInstallation> CreateAtAsync(PostgresServer server, string migration, CancellationToken cancellationToken = default)
    {
        var store = await server.CreateAsync("installation-" + migration, (template, token) => MigrateAsync(template, migration, token), cancellationToken);
        return new TestInstallation(store);
    }

    /// <summary>One in a database that holds it already, as a restored backup does.</summary>
    public static TestInstallation In(TestDatabase store) => new(store);

    /// <summary>Brings it to the present version.</summary>
    public Task UpgradeAsync(CancellationToken cancellationToken = default) =>
        DatabaseSetup.MigrateAsync(RoleConnections.LoggingInAsOwner(Store.ConnectionStringFor(DatabaseRoles.Owner)), cancellationToken);

    /// <summary>A school with one webhook source.</summary>
    public async Task<SourceKey> AddSourceAsync(string product = "protex", Guid? school = null)
    {
        var target = new SourceKey(school ?? Guid.NewGuid(), Guid.NewGuid());
        await using var session = await this[DatabaseRole.Setup].OpenAsync(target.School, Actor.Service("test"), CancellationToken.None);
        if (school is null)
        {
            session.Context.Schools.Add(new Sources.School { SchoolId = target.School, Name = "Test School" });
        }

        session.Context.Sources.Add(new Sources.Source
        {
            SchoolId = target.School, SourceId = target.Source, Name = product, Product = product, Door = (short)Sources.SourceDoor.Webhook,
        });
        await session.Context.SaveChangesAsync();
        await session.CommitAsync(CancellationToken.None);
        return target;
    }

    private static async Task MigrateAsync(TestDatabase template, CancellationToken cancellationToken) =>
        await DatabaseSetup.MigrateAsync(await PrepareAsync(template, cancellationToken), cancellationToken);

    // As the entity framework does it, which finds no earlier migration by ids as short as ours.
    private static async Task MigrateAsync(TestDatabase template, string last, CancellationToken cancellationToken)
    {
        var owner = new NpgsqlConnectionStringBuilder(await PrepareAsync(template, cancellationToken)) { Pooling = false };
        await using var source = NpgsqlDataSource.Create(owner.ConnectionString);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var ids = typeof(MonitoringContext).Assembly.GetTypes().SelectMany(type => type.GetCustomAttributes(typeof(MigrationAttribute), inherit: false).Cast<MigrationAttribute>())
            .Select(migration => migration.Id).Order(StringComparer.Ordinal).TakeWhile(id => string.CompareOrdinal(id, last) <= 0);
        await RunAsync("""CREATE TABLE onlinesafety_migration.history ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL)""");
        foreach (var id in ids)
        {
            await RunAsync(SqlFile.Read(id + ".sql"));
            await RunAsync($"INSERT INTO onlinesafety_migration.history VALUES ('{id}', '10.0.0')");
        }

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<string> PrepareAsync(TestDatabase template, CancellationToken cancellationToken)
    {
        await DatabaseSetup.BootstrapAsync(new NpgsqlConnectionStringBuilder(template.ConnectionString) { Pooling = false }.ConnectionString, template.Name, cancellationToken);
        await template.RunAsync($"ALTER DATABASE {template.Name} OWNER TO {DatabaseRoles.Owner}", cancellationToken);
        return RoleConnections.LoggingInAsOwner(template.ConnectionStringFor(DatabaseRoles.Owner));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var source in _sources.Values)
        {
            await source.DisposeAsync();
        }

        await Store.DisposeAsync();
    }
}
