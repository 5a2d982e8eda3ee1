using System.Data;
using Npgsql;

namespace OnlineSafety.Monitoring.Access;

/// <summary>Database roles, one per process role: a process that only ingests cannot read an event even if it is taken over.</summary>
internal enum DatabaseRole : byte
{
    Setup,
    Ingest,
    Process,
    Notify,
    Console,
    Audit,
    Retention,

    /// <summary>Wraps keys anew, and reads nothing that they open.</summary>
    Keys,
}

internal static class DatabaseRoles
{
    public const string Owner = "onlinesafety_owner";

    public static string NameOf(DatabaseRole role) => role switch
    {
        DatabaseRole.Setup => "onlinesafety_setup",
        DatabaseRole.Ingest => "onlinesafety_ingest",
        DatabaseRole.Process => "onlinesafety_process",
        DatabaseRole.Notify => "onlinesafety_notify",
        DatabaseRole.Console => "onlinesafety_console",
        DatabaseRole.Retention => "onlinesafety_retention",
        DatabaseRole.Keys => "onlinesafety_keys",
        _ => "onlinesafety_audit",
    };
}

/// <summary>
/// The one way to open a connection: as one database role, in a transaction that states its school and its actor.
/// </summary>
internal sealed class Database(NpgsqlDataSource source, DatabaseRole role) : IAsyncDisposable
{
    public DatabaseRole Role { get; } = role;

    /// <summary>Opens a transaction in one school's scope.</summary>
    public Task<Session> OpenAsync(Guid school, Actor actor, CancellationToken cancellationToken) =>
        BeginAsync(school, actor, IsolationLevel.ReadCommitted, cancellationToken);

    /// <summary>The same, all of whose statements see the database as the first one did: to hold against each other what others change together.</summary>
    public Task<Session> OpenSnapshotAsync(Guid school, Actor actor, CancellationToken cancellationToken) =>
        BeginAsync(school, actor, IsolationLevel.RepeatableRead, cancellationToken);

    /// <summary>
    /// Opens a transaction outside any school: sees only the tables that hold ids (and what the role's policies name).
    /// A worker finds its work here and then enters that school with <see cref="Session.EnterAsync"/>.
    /// </summary>
    public Task<Session> OpenAcrossAsync(Actor actor, CancellationToken cancellationToken) =>
        BeginAsync(school: null, actor, IsolationLevel.ReadCommitted, cancellationToken);

    /// <summary>
    /// A whole transaction in one round trip: what Postgres gets before one Sync it runs as one transaction, and the statement of scope
    /// and actor is its first command.
    /// </summary>
    public async Task ExecuteAsync(Guid? school, Actor actor, Action<NpgsqlBatch> add, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var batch = Begin(connection, school, actor, add);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The same, reading the first result of what was added.</summary>
    public async Task<T> QueryAsync<T>(
        Guid? school, Actor actor, Action<NpgsqlBatch> add, Func<NpgsqlDataReader, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var batch = Begin(connection, school, actor, add);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.NextResultAsync(cancellationToken);
        var result = await read(rows, cancellationToken);
        // Results behind it may hold an error, which is thrown only when they are reached.
        while (await rows.NextResultAsync(cancellationToken))
        {
        }

        return result;
    }

    private static NpgsqlBatch Begin(NpgsqlConnection connection, Guid? school, Actor actor, Action<NpgsqlBatch> add)
    {
        var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(Session.StateCommand(school, actor));
        add(batch);
        return batch;
    }

    /// <summary>A connection that only listens: it runs no statement on tables, so it has no scope.</summary>
    public async Task<NpgsqlConnection> OpenListenerAsync(string channel, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            // LISTEN takes no parameters; channels are constants of this program.
            await using var command = new NpgsqlCommand("LISTEN " + Channels.Checked(channel), connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Opens a transaction whose first batch must begin with <see cref="Session.StateCommand"/>: saves a round trip where one is worth it.
    /// Until then it has no scope and sees nothing.
    /// </summary>
    public Task<Session> OpenUnstatedAsync(Actor actor, CancellationToken cancellationToken) => OpenAsync(actor, IsolationLevel.ReadCommitted, cancellationToken);

    private async Task<Session> OpenAsync(Actor actor, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken);
        try
        {
            return new Session(connection, await connection.BeginTransactionAsync(isolation, cancellationToken), actor);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task<Session> BeginAsync(Guid? school, Actor actor, IsolationLevel isolation, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(actor, isolation, cancellationToken);
        try
        {
            await using var batch = session.Batch();
            batch.BatchCommands.Add(Session.StateCommand(school, actor));
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();
}

/// <summary>NOTIFY channels: hints only, with polling behind each.</summary>
internal static class Channels
{
    public const string Intake = "onlinesafety_intake";
    public const string Sources = "onlinesafety_sources";
    public const string Notifications = "onlinesafety_notifications";

    /// <summary>For the transaction of what is told: it goes out with the commit.</summary>
    public static NpgsqlBatchCommand NotifyCommand(string channel) => new("SELECT pg_notify($1, '')")
    {
        Parameters = { new NpgsqlParameter<string> { TypedValue = Checked(channel) } },
    };

    public static string Checked(string channel) => channel switch
    {
        Intake => Intake,
        Sources => Sources,
        Notifications => Notifications,
        _ => throw new ArgumentOutOfRangeException(nameof(channel), channel, "Not a channel of this program."),
    };
}
