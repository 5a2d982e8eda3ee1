using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.Benchmarks.Machine;

/// <summary>
/// A durable Postgres for what we compare ourselves with, tuned for it and not for us, with the table that a row-per-event receiver needs:
/// thirteen columns of a web-filter event, three indexes.
/// </summary>
internal sealed class ReferenceServer : IAsyncDisposable
{
    public const string Columns = "seq, ts, school, subject, device, src, action, category, method, status, bytes, url, detail";

    private const string Schema = """
        DROP TABLE IF EXISTS event;
        CREATE TABLE event (
            seq bigint NOT NULL, ts timestamptz NOT NULL, school text NOT NULL, subject text NOT NULL, device text, src inet,
            action text, category text, method text, status int, bytes bigint, url text, detail text);
        CREATE INDEX event_ts ON event (ts);
        CREATE INDEX event_school_ts ON event (school, ts);
        CREATE INDEX event_subject ON event (subject);
        CHECKPOINT;
        """;

    private readonly string _directory;
    private readonly EmbeddedPostgres _server;
    private readonly NpgsqlDataSource _source;

    private ReferenceServer(string directory, EmbeddedPostgres server)
    {
        _directory = directory;
        _server = server;
        var connection = new NpgsqlConnectionStringBuilder(server.ConnectionString(EmbeddedPostgres.Superuser, Database)) { WriteBufferSize = 65536 };
        _source = NpgsqlDataSource.Create(connection.ConnectionString);
    }

    public static string Database => "postgres";

    public static string User => EmbeddedPostgres.Superuser;

    public string SocketDirectory => _server.SocketDirectory;

    public int ProcessId => _server.ProcessId ?? throw new InvalidOperationException("The reference server has gone.");

    public static async Task<ReferenceServer> StartAsync()
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("onlinesafety-reference-").FullName;
        // The account that runs Postgres passes through it.
        File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var options = new EmbeddedPostgresOptions
        {
            DataDirectory = directory,
            Settings = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["shared_buffers"] = "2GB", ["wal_buffers"] = "64MB", ["max_wal_size"] = "16GB", ["min_wal_size"] = "4GB",
                ["checkpoint_timeout"] = "30min", ["wal_compression"] = "off", ["jit"] = "off", ["track_commit_timestamp"] = "on",
            },
        };
        return new ReferenceServer(directory, await EmbeddedPostgres.OpenAsync(options, NullLogger.Instance, TimeProvider.System, CancellationToken.None));
    }

    public double CpuSeconds() => ProcessTree.CpuSecondsOfTree(ProcessId);

    /// <summary>An empty table, everything before it on disk.</summary>
    public async Task ResetAsync()
    {
        await using var connection = await ConnectAsync();
        foreach (var statement in Schema.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 300 };
            await command.ExecuteNonQueryAsync();
        }
    }

    public async Task<NpgsqlConnection> ConnectAsync() => await _source.OpenConnectionAsync();

    public async Task<long> RowsAsync() => Convert.ToInt64(await ScalarAsync("SELECT count(*) FROM event"), CultureInfo.InvariantCulture);

    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
        return await command.ExecuteScalarAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _server.DisposeAsync();
        System.IO.Directory.Delete(_directory, recursive: true);
    }
}
