using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using OnlineSafety.Monitoring.Storage;

namespace OnlineSafety.Monitoring.Access;

/// <summary>
/// A transaction with a stated school and actor. SET LOCAL ends with the transaction, so a pooled connection never
/// carries one school's scope to the next user. Disposing without <see cref="CommitAsync"/> rolls back.
/// </summary>
internal sealed class Session(NpgsqlConnection connection, NpgsqlTransaction transaction, Actor actor) : IAsyncDisposable
{
    private const string Account = "SELECT set_config('app.account', $1, true)";

    private readonly List<NpgsqlBatchCommand> _records = [];
    private MonitoringContext? _context;

    public NpgsqlConnection Connection { get; } = connection;

    public Actor Actor { get; } = actor;

    /// <summary>The small relational world, on this transaction.</summary>
    public MonitoringContext Context => _context ??= MonitoringContext.On(Connection, transaction);

    /// <summary>Moves this transaction into one school's scope.</summary>
    public async Task EnterAsync(Guid school, CancellationToken cancellationToken)
    {
        await using var batch = Batch();
        // What was recorded in the scope that is left.
        _records.ForEach(batch.BatchCommands.Add);
        _records.Clear();
        batch.BatchCommands.Add(ScopeCommand(school));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Reads in the name of a member of staff for whom the service writes something: what that person may not see is not there. Then the transaction is the service's
    /// again.
    /// </summary>
    public async Task<T> AsAsync<T>(Guid staff, Func<Task<T>> read, CancellationToken cancellationToken)
    {
        const string Name = "SELECT set_config('app.staff', $1, true)";
        await RowsAsync(Name, [staff.ToString()], _ => 0, cancellationToken);
        var found = await read();
        await RowsAsync(Name, [Actor.Staff?.ToString() ?? ""], _ => 0, cancellationToken);
        return found;
    }

    /// <summary>The same as a command, to be the first of a batch that then works in that school.</summary>
    public static NpgsqlBatchCommand ScopeCommand(Guid school)
    {
        var command = new NpgsqlBatchCommand("SELECT set_config('app.school', $1, true)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = school.ToString(), NpgsqlDbType = NpgsqlDbType.Text });
        return command;
    }

    /// <summary>States whose account this transaction is about; it then sees that account and no other. No school is stated by it.</summary>
    public Task StateAccountAsync(Guid account, CancellationToken cancellationToken) => ExecuteAsync(Account, [account.ToString()], cancellationToken);

    /// <summary>The same as a command, to be the first of a batch that then works on that account.</summary>
    public static NpgsqlBatchCommand AccountCommand(Guid account) =>
        new(Account) { Parameters = { new NpgsqlParameter<string> { TypedValue = account.ToString(), NpgsqlDbType = NpgsqlDbType.Text } } };

    /// <summary>States the address that somebody claims: the account with this very address is seen, and the staff rows with it.</summary>
    public Task StateAddressAsync(string address, CancellationToken cancellationToken) =>
        ExecuteAsync("SELECT set_config('app.address', $1, true)", [address], cancellationToken);

    /// <summary>Runs one statement; how many rows it reached.</summary>
    public async Task<int> ExecuteAsync(string sql, object[] values, CancellationToken cancellationToken)
    {
        await using var command = Bind(sql, values);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The one clock of all processes: whether something waited too long does not depend on which host asks.</summary>
    public async Task<DateTimeOffset> NowAsync(CancellationToken cancellationToken) =>
        (await RowsAsync("SELECT clock_timestamp()", [], row => row.GetFieldValue<DateTimeOffset>(0), cancellationToken))[0];

    /// <summary>Tells whoever listens on the channel, once committed.</summary>
    public async Task NotifyAsync(string channel, CancellationToken cancellationToken)
    {
        await using var batch = Batch();
        batch.BatchCommands.Add(Channels.NotifyCommand(channel));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public NpgsqlBatch Batch() => new(Connection, transaction);

    public NpgsqlCommand Command(string sql) => new(sql, Connection, transaction);

    /// <summary>All rows of a query.</summary>
    public async Task<List<T>> RowsAsync<T>(string sql, object[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var command = Bind(sql, values);
        var found = new List<T>();
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            found.Add(read(rows));
        }

        return found;
    }

    // A value that says its type itself goes as it is. Postgres takes times in UTC only.
    private NpgsqlCommand Bind(string sql, object[] values)
    {
        var command = Command(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value is DateTimeOffset at ? at.UtcDateTime : value });
        }

        return command;
    }

    /// <summary>
    /// Records who did what to which object, and why; called by every path that shows content or changes its state. The entry is written with the commit, in
    /// the same round trip: entries of a school form a chain, and its lock is held from there to the end of the commit only, whatever the transaction does
    /// before. No entry, no commit; and what is not committed was not done.
    /// </summary>
    /// <param name="school">The school in whose scope the transaction is.</param>
    /// <param name="action">What was done: <c>alert.show</c>.</param>
    /// <param name="subject">To what: ids and numbers, no content.</param>
    /// <param name="reason">Why, in the actor's own words, where it was asked; at most 2,000 letters.</param>
    public void RecordAccess(Guid school, string action, string subject, string? reason = null) =>
        _records.Add(new NpgsqlBatchCommand("SELECT record_access($1, $2, $3, $4, $5)")
        {
            Parameters =
            {
                new NpgsqlParameter<Guid> { TypedValue = school },
                new NpgsqlParameter<string> { TypedValue = Actor.KindWord },
                new NpgsqlParameter<string> { TypedValue = action },
                new NpgsqlParameter<string> { TypedValue = subject },
                new NpgsqlParameter { Value = (object?)reason ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
            },
        });

    public async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (_records.Count == 0)
        {
            await transaction.CommitAsync(cancellationToken);
            return;
        }

        await using var batch = Batch();
        _records.ForEach(batch.BatchCommands.Add);
        // Skipped by the server when an entry before it fails, and the transaction is then rolled back.
        batch.BatchCommands.Add(new NpgsqlBatchCommand("COMMIT"));
        _records.Clear();
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>States school and actor for the transaction it runs in.</summary>
    public static NpgsqlBatchCommand StateCommand(Guid? school, Actor actor) => new(
        "SELECT set_config('app.school', $1, true), set_config('app.staff', $2, true), set_config('app.routes', $3, true), set_config('app.actor', $4, true)")
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = school?.ToString() ?? "" },
            new NpgsqlParameter<string> { TypedValue = actor.Staff?.ToString() ?? "" },
            new NpgsqlParameter<string> { TypedValue = string.Join(',', actor.Routes) },
            new NpgsqlParameter<string> { TypedValue = actor.Name },
        },
    };

    public async ValueTask DisposeAsync()
    {
        if (_context is not null)
        {
            await _context.DisposeAsync();
        }

        await transaction.DisposeAsync();
        await Connection.DisposeAsync();
    }
}
