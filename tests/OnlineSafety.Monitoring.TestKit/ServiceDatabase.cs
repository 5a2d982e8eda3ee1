using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>The database of a service under test, looked at from outside.</summary>
internal sealed partial class ServiceProcess
{
    /// <summary>Its database as a command would open it, to set schools and sources up.</summary>
    public Task<MonitoringDatabase> OpenForSetupAsync() => MonitoringDatabase.OpenAsync(
        new MonitoringDatabaseOptions { DataDirectory = Data, Connection = _server?.Service, Roles = [DatabaseRole.Setup], Use = ClusterUse.Command },
        NullLoggerFactory.Instance,
        TimeProvider.System,
        CancellationToken.None);

    /// <summary>What is sealed of its schools, for whoever sets them up.</summary>
    public SchoolSeals Seals(MonitoringDatabase database) => new(database[DatabaseRole.Setup], MasterKey.Read(Path.Combine(Data, MasterKey.FileName)), TimeProvider.System);

    /// <summary>Rows from its database, as the superuser over the private socket.</summary>
    public async Task<List<object[]>> RowsAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Superuser());
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object[]>();
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>The seal of its one school that has anything.</summary>
    public async Task<SchoolSeal> SealAsync()
    {
        var key = (await RowsAsync("SELECT school_id, key_id, wrapped FROM school_key ORDER BY created_at LIMIT 1"))[0];
        var opened = SchoolKey.Unwrap(MasterKey.Read(Path.Combine(Data, MasterKey.FileName)), (Guid)key[0], (Guid)key[1], (byte[])key[2]);
        return new SchoolSeal((Guid)key[0], [opened], opened.Id);
    }

    /// <summary>Rows with what is sealed in them opened.</summary>
    public async Task<List<object[]>> OpenedRowsAsync(string sql) => await OpenedCopy.QueryAsync(Superuser(), async _ => await SealAsync(), sql);

    public async Task<long> NumberAsync(string sql) => Convert.ToInt64((await RowsAsync(sql))[0][0], CultureInfo.InvariantCulture);

    /// <summary>Statements as the superuser.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(Superuser());
        await using var command = source.CreateCommand(sql);
        // What changes a table waits for a service that works on it.
        command.CommandTimeout = 180;
        await command.ExecuteNonQueryAsync();
    }

    private string Superuser()
    {
        var connection = new NpgsqlConnectionStringBuilder(_server?.Superuser) { SearchPath = "onlinesafety", Pooling = false };
        if (_server is null)
        {
            var server = Postmaster ?? throw new InvalidOperationException("No database runs.");
            (connection.Host, connection.Port, connection.Username, connection.Database) =
                (server.SocketDirectory, server.Port, EmbeddedPostgres.Superuser, "onlinesafety");
        }

        return connection.ConnectionString;
    }
}
