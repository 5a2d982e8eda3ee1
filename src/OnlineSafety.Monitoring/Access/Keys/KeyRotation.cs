using Npgsql;
using OnlineSafety.Monitoring.Access.Sealing;

namespace OnlineSafety.Monitoring.Access.Keys;

/// <summary>How many rows of a table a master key wraps.</summary>
/// <param name="Known">This process has that key.</param>
public sealed record WrappedCount(string Table, string MasterKey, long Rows, bool Known);

/// <summary>
/// Changes the master key: wraps anew, in batches, all that other keys wrap. A row is changed whole, so whoever knows both keys reads it before and after; nothing
/// that is wrapped is opened further.
/// </summary>
/// <param name="keys">As the role of keys.</param>
/// <param name="masters">All that wrapped so far, and the new one.</param>
internal sealed class KeyRotation(Database keys, MasterKeys masters)
{
    private const int RowsAtOnce = 200;

    private const string Schools = "SELECT school_id FROM school ORDER BY school_id";

    private static readonly TimeSpan PauseForLocked = TimeSpan.FromMilliseconds(200);

    public async Task<IReadOnlyList<WrappedCount>> CountAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await keys.OpenAcrossAsync(actor, cancellationToken);
        var counts = new List<WrappedCount>();
        foreach (var table in WrappedTable.All)
        {
            counts.AddRange(await session.RowsAsync(
                table.Count, [], row => new WrappedCount(table.Name, row.GetString(0), row.GetInt64(1), masters.Find(row.GetString(0)) is not null), cancellationToken));
        }

        return counts;
    }

    /// <summary>Wraps everything anew that one of the other known keys wraps; returns how many rows. Recorded in every school.</summary>
    public async Task<long> RunAsync(MasterKey wanted, Actor actor, CancellationToken cancellationToken)
    {
        string[] others = [.. masters.Known.Select(key => key.Id).Where(id => id != wanted.Id)];
        var rows = 0L;
        foreach (var table in WrappedTable.All)
        {
            while (await BatchAsync(table, wanted, others, actor, cancellationToken) is var batch && (batch > 0 || await IsLeftAsync(table, others, actor, cancellationToken)))
            {
                rows += batch;
                if (batch == 0)
                {
                    // Somebody has a row locked, for a moment.
                    await Task.Delay(PauseForLocked, cancellationToken);
                }
            }
        }

        if (rows > 0)
        {
            await RecordAsync(wanted, others, actor, cancellationToken);
        }

        return rows;
    }

    private async Task<int> BatchAsync(WrappedTable table, MasterKey wanted, string[] others, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await keys.OpenAcrossAsync(actor, cancellationToken);
        var commands = await session.RowsAsync(table.Select, [others, RowsAtOnce], row => Rewrapped(table, wanted, row), cancellationToken);
        if (commands.Count == 0)
        {
            return 0;
        }

        await using var batch = session.Batch();
        commands.ForEach(batch.BatchCommands.Add);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await session.CommitAsync(cancellationToken);
        return commands.Count;
    }

    private NpgsqlBatchCommand Rewrapped(WrappedTable table, MasterKey wanted, NpgsqlDataReader row)
    {
        var associated = table.Associated(row);
        var plain = SealedBytes.Open(masters.Find(row.GetString(0))!.Bytes.Span, row.GetFieldValue<byte[]>(1), associated);
        var command = new NpgsqlBatchCommand(table.Update);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = wanted.Id });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = SealedBytes.Seal(wanted.Bytes.Span, plain, associated) });
        for (var column = 2; column < row.FieldCount; column++)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = row.GetDataTypeName(column) == "date" ? row.GetFieldValue<DateOnly>(column) : row.GetValue(column) });
        }

        return command;
    }

    private async Task<bool> IsLeftAsync(WrappedTable table, string[] others, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await keys.OpenAcrossAsync(actor, cancellationToken);
        return (await session.RowsAsync(table.Count, [], row => row.GetString(0), cancellationToken)).Exists(others.Contains);
    }

    private async Task RecordAsync(MasterKey wanted, string[] others, Actor actor, CancellationToken cancellationToken)
    {
        await using var session = await keys.OpenAcrossAsync(actor, cancellationToken);
        foreach (var school in await session.RowsAsync(Schools, [], row => row.GetGuid(0), cancellationToken))
        {
            await session.EnterAsync(school, cancellationToken);
            session.RecordAccess(school, "keys.rotate", $"{string.Join(',', others)} {wanted.Id}");
        }

        await session.CommitAsync(cancellationToken);
    }
}
