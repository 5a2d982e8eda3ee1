using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>
/// What a chunk changes in the numbers that are kept of the whole source: taken back is exactly what its blocks had given, so that these numbers stay the sum of
/// the blocks however often a range is read again.
/// </summary>
internal sealed class ReplayChanges
{
    private readonly long[] _before = new long[6];
    // By kind and what is stored: words that a plan gives again are known, of those that were taken back only the hash.
    private readonly Dictionary<(string Kind, string Stored), (long Change, UnmappedKey Word)> _unmapped = [];
    private long _concern;
    private long _review;
    private long _unknownRole;

    /// <summary>Reads what the chunk's blocks had given, without changing anything.</summary>
    public static async Task<ReplayChanges> ReadAsync(Session session, ReplayChunk chunk, CancellationToken cancellationToken)
    {
        var changes = new ReplayChanges();
        await using var batch = session.Batch();
        batch.BatchCommands.Add(Of(ReplaySql.OldCounts, chunk));
        batch.BatchCommands.Add(Of(ReplaySql.OldUnmapped, chunk));
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        for (var i = 0; i < changes._before.Length; i++)
        {
            changes._before[i] = rows.GetInt64(i);
        }

        (changes._concern, changes._review, changes._unknownRole) = (-changes._before[0], -changes._before[2], -changes._before[5]);
        await rows.NextResultAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            changes._unmapped[(rows.GetString(0), rows.GetString(1))] = (-rows.GetInt64(2), default);
        }

        return changes;
    }

    /// <summary>The same, and the blocks are gone: the caller writes new ones in their place.</summary>
    public static async Task<ReplayChanges> TakeBackAsync(Session session, ReplayChunk chunk, CancellationToken cancellationToken)
    {
        var changes = await ReadAsync(session, chunk, cancellationToken);
        await using var batch = session.Batch();
        batch.BatchCommands.Add(ReplaySql.DeleteBlocksCommand(chunk.Range, chunk.First, chunk.Last));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return changes;
    }

    public void Tally(ReplayTally tally)
    {
        for (var i = 0; i <= (int)Tallied.CapturedBefore - (int)Tallied.ConcernBefore; i++)
        {
            tally[Tallied.ConcernBefore + i] += _before[i];
        }
    }

    /// <summary>Adds what a plan gives.</summary>
    public void Give(SchoolSeal seal, RecordPlan plan)
    {
        _concern += plan.Count(Disposition.Concern);
        _review += plan.Count(Disposition.Review);
        _unknownRole += plan.UnknownRole;
        foreach (var (key, count) in plan.Unmapped)
        {
            var stored = (key.Kind, key.Stored(seal));
            _unmapped[stored] = (_unmapped.GetValueOrDefault(stored).Change + count, key);
        }
    }

    public async Task WriteAsync(Session session, SchoolSeal seal, ReplayRange range, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var stream = new ClaimedStream(range.Target, range.Stream, range.Day, range.Next, range.Last);
        await using var batch = session.Batch();
        // Health first, as in Record: whoever else changes the words of this source waits at that row.
        batch.BatchCommands.Add(ReplaySql.AdjustHealthCommand(range, _concern, _review, _unknownRole));
        foreach (var ((kind, stored), (change, word)) in _unmapped.Where(entry => entry.Value.Change != 0))
        {
            batch.BatchCommands.Add(change > 0
                ? RecordSql.UnmappedCommand(seal, stream, word, (int)change, now)
                : ReplaySql.LessUnmappedCommand(range, kind, stored, -change));
        }

        batch.BatchCommands.Add(ReplaySql.DropUnmappedCommand(range));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static NpgsqlBatchCommand Of(string sql, ReplayChunk chunk) => new(sql)
    {
        Parameters = { ReplaySql.Of(chunk.Range.Target.School), ReplaySql.Of(chunk.Range.Stream), ReplaySql.Of(chunk.First), ReplaySql.Of(chunk.Last) },
    };
}
