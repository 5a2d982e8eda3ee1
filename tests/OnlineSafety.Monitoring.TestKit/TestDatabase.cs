using Npgsql;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>One database of a <see cref="PostgresServer"/>, dropped when disposed.</summary>
internal sealed class TestDatabase(PostgresServer server, string name) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>As the server's superuser.</summary>
    public string ConnectionString => server.ConnectionString(name);

    /// <summary>As another role, which must exist and be let in without a password (a private cluster does).</summary>
    public string ConnectionStringFor(string role) =>
        new NpgsqlConnectionStringBuilder(ConnectionString) { Username = role, Password = null }.ConnectionString;

    /// <summary>Runs statements as superuser and returns the first column of the first row, if any.</summary>
    public async Task<object?> RunAsync(string sql, CancellationToken cancellationToken = default)
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync() => await server.DropAsync(name);
}
