using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>
/// A real server for tests: a private cluster shared by everyone in this process who leases it, stopped and deleted with the last lease;
/// or, when <c>ONLINESAFETY_TEST_POSTGRES</c> holds a superuser's connection string, that server, where only databases made here are dropped.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    public const string Variable = "ONLINESAFETY_TEST_POSTGRES";

    /// <summary>
    /// Names the folder for the private cluster, when it is not the temporary one. Making and dropping a thousand databases is mostly work of the file system, so
    /// <c>tests/run.sh</c> names one in memory; benchmarks, whose disk counts, have none.
    /// </summary>
    public const string Folder = "ONLINESAFETY_TEST_POSTGRES_FOLDER";

    private const string DirectoryPrefix = "onlinesafety-tests-";

    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static PostgresServer? s_shared;

    private readonly string _superuser;
    private readonly EmbeddedPostgres? _cluster;
    private readonly string? _directory;
    private readonly SemaphoreSlim _creating = new(1, 1);
    private readonly ConcurrentDictionary<string, bool> _databases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _templates = new(StringComparer.Ordinal);
    private int _leases;
    private int _names;

    private PostgresServer(string superuser, EmbeddedPostgres? cluster, string? directory)
    {
        _superuser = superuser;
        _cluster = cluster;
        _directory = directory;
    }

    /// <summary>The running server. Dispose the lease; the server goes with the last one.</summary>
    public static async Task<PostgresServer> LeaseAsync(CancellationToken cancellationToken = default)
    {
        await Gate.WaitAsync(cancellationToken);
        try
        {
            s_shared ??= await StartAsync(cancellationToken);
            s_shared._leases++;
            return s_shared;
        }
        finally
        {
            Gate.Release();
        }
    }

    public string ConnectionString(string database) =>
        new NpgsqlConnectionStringBuilder(_superuser) { Database = database }.ConnectionString;

    /// <summary>A new empty database.</summary>
    public Task<TestDatabase> CreateAsync(CancellationToken cancellationToken = default) => CopyAsync("template0", cancellationToken);

    /// <summary>A new database, copied from a template that is set up once per server; a copy takes some 50 ms.</summary>
    /// <param name="template">A name for what <paramref name="setUp"/> makes.</param>
    /// <param name="setUp">Fills the template (migrations); it must close its connections.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<TestDatabase> CreateAsync(
        string template, Func<TestDatabase, CancellationToken, Task> setUp, CancellationToken cancellationToken = default)
    {
        await _creating.WaitAsync(cancellationToken);
        try
        {
            if (!_templates.TryGetValue(template, out var source))
            {
                var made = await CopyAsync("template0", cancellationToken);
                await setUp(made, cancellationToken);
                source = made.Name;
                // A template is copied only while nobody is connected to it; a pool may still hold a connection.
                await RunAsync($"ALTER DATABASE {source} WITH ALLOW_CONNECTIONS false", cancellationToken);
                await RunAsync($"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{source}'", cancellationToken);
                _templates[template] = source;
            }

            return await CopyAsync(source, cancellationToken);
        }
        finally
        {
            _creating.Release();
        }
    }

    public async Task DropAsync(string database)
    {
        if (_databases.TryRemove(database, out _))
        {
            await RunAsync($"DROP DATABASE IF EXISTS {database} WITH (FORCE)", CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Gate.WaitAsync();
        try
        {
            if (--_leases > 0)
            {
                return;
            }

            s_shared = null;
            if (_cluster is null)
            {
                foreach (var database in _databases.Keys)
                {
                    await DropAsync(database);
                }

                return;
            }

            // The whole cluster goes, and every database with it.
            NpgsqlConnection.ClearAllPools();
            await _cluster.DisposeAsync();
            Directory.Delete(_directory!, recursive: true);
        }
        finally
        {
            Gate.Release();
        }
    }

    private static async Task<PostgresServer> StartAsync(CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given)
        {
            return new PostgresServer(given, cluster: null, directory: null);
        }

        var folder = Environment.GetEnvironmentVariable(Folder) is { Length: > 0 } named ? named : Path.GetTempPath();
        DeleteWhatDeadRunsLeft(folder);
        var directory = Directory.CreateDirectory(Path.Combine(folder, $"{DirectoryPrefix}{Environment.ProcessId}-{Path.GetRandomFileName()}")).FullName;
        // The account that runs the server passes through it, whatever the umask says.
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var cluster = await EmbeddedPostgres.OpenAsync(
            // Many tests side by side, each with the pools of every role.
            new EmbeddedPostgresOptions { DataDirectory = directory, Settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["max_connections"] = "300" } }, NullLogger.Instance, TimeProvider.System, cancellationToken);
        return new PostgresServer(cluster.ConnectionString(EmbeddedPostgres.Superuser, "postgres"), cluster, directory);
    }

    // A run that was killed leaves its server behind. Its process id is in the directory's name.
    private static void DeleteWhatDeadRunsLeft(string folder)
    {
        foreach (var directory in Directory.EnumerateDirectories(folder, DirectoryPrefix + "*"))
        {
            var owner = Path.GetFileName(directory)[DirectoryPrefix.Length..].Split('-')[0];
            if (!int.TryParse(owner, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || ClusterProcesses.Exists(pid))
            {
                continue;
            }

            try
            {
                var processes = new ClusterProcesses(Path.Combine(directory, "postgres", "cluster"));
                var begun = Stopwatch.GetTimestamp();
                while (processes.Running() is { Count: > 0 } running && Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(5))
                {
                    running.ForEach(process => processes.Signal(process, PostmasterSignal.ImmediateShutdown));
                    Thread.Sleep(50);
                }

                Directory.Delete(directory, recursive: true);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // Another run cleans at the same moment, or it is another account's.
            }
        }
    }

    private async Task<TestDatabase> CopyAsync(string source, CancellationToken cancellationToken)
    {
        var name = $"ost_{Environment.ProcessId}_{Interlocked.Increment(ref _names)}";
        await RunAsync($"CREATE DATABASE {name} TEMPLATE {source}", cancellationToken);
        _databases[name] = true;
        return new TestDatabase(this, name);
    }

    private async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_superuser + ";Pooling=false");
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
