using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Storage;
using OnlineSafety.Monitoring.Storage.Hosting;

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

    private static Task MigrateAsync(TestDatabase template, CancellationToken cancellationToken) => MigrateAsync(template, migration: null, cancellationToken);

    private static async Task MigrateAsync(TestDatabase template, string? migration, CancellationToken cancellationToken)
    {
        await DatabaseSetup.BootstrapAsync(new NpgsqlConnectionStringBuilder(template.ConnectionString) { Pooling = false }.ConnectionString, template.Name, cancellationToken);
        await template.RunAsync($"ALTER DATABASE {template.Name} OWNER TO {DatabaseRoles.Owner}", cancellationToken);
        await DatabaseSetup.MigrateAsync(RoleConnections.LoggingInAsOwner(template.ConnectionStringFor(DatabaseRoles.Owner)), migration, cancellationToken);
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
