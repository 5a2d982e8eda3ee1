using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.IntegrationTests.Storage.Embedded;

/// <summary>A data directory of its own for each test, and a limit to its time.</summary>
public abstract class EmbeddedPostgresTest : IDisposable
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("onlinesafety-test-");
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromSeconds(90));

    // The account that runs the server passes through it.
    protected EmbeddedPostgresTest() => File.SetUnixFileMode(_data.FullName, Mode("711"));

    protected string Data => _data.FullName;

    protected CancellationToken Limit => _limit.Token;

    public void Dispose()
    {
        _limit.Dispose();
        _data.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    private protected ClusterDirectory Place() => ClusterDirectory.Find(new EmbeddedPostgresOptions { DataDirectory = Data })!;

    private protected ClusterProcesses Processes() => Place().Processes;

    private protected Task<EmbeddedPostgres> OpenAsync(ClusterUse use = ClusterUse.Serve, TimeSpan? patience = null, string? directory = null) =>
        EmbeddedPostgres.OpenAsync(
            new EmbeddedPostgresOptions
            {
                DataDirectory = directory ?? Data,
                Use = use,
                Patience = patience ?? TimeSpan.FromSeconds(30),
            },
            NullLogger.Instance,
            TimeProvider.System,
            Limit);

    private protected static string Connect(EmbeddedPostgres cluster) =>
        cluster.ConnectionString(EmbeddedPostgres.Superuser, "postgres") + ";Pooling=false";

    private protected async Task<object?> AskAsync(EmbeddedPostgres cluster, string sql)
    {
        await using var connection = new NpgsqlConnection(Connect(cluster));
        await connection.OpenAsync(Limit);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(Limit);
    }

    private protected async Task RunAsync(EmbeddedPostgres cluster, string sql) => await AskAsync(cluster, sql);

    /// <summary>The process that writes the server's log ends, unasked, a moment after the server that it served.</summary>
    private protected Task UntilNothingRunsAsync() => UntilAsync(() => Processes().Running().Count == 0);

    private protected async Task UntilAsync(Func<bool> holds)
    {
        while (!holds())
        {
            await Task.Delay(20, Limit);
        }
    }
}
