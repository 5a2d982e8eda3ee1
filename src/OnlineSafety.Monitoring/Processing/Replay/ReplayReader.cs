using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>Reads chunks: as many whole counter blocks as one transaction takes, at least one.</summary>
internal sealed class ReplayReader(Database database, SegmentReader segments, ProcessingOptions options, ILogger logger)
{
    /// <summary>Records of a chunk, unless its first block alone holds more: some 100 ms, for which live alerts of the school wait.</summary>
    private const int MostRecords = 5000;

    private const int MostBlocks = 256;
    private static readonly Actor Actor = Actor.Service("replay");

    /// <summary>The chunk that begins at <see cref="ReplayRange.Next"/>.</summary>
    /// <param name="range">What is left to read.</param>
    /// <param name="alone">Its first block alone.</param>
    public async Task<ReplayChunk> ReadAsync(ReplayRange range, bool alone, CancellationToken cancellationToken)
    {
        var blocks = await BlocksAsync(range, alone ? 1 : MostBlocks, cancellationToken);
        var opened = new List<OpenedSegment>();
        try
        {
            var readable = blocks[0].Erased ? 0 : await OpenAsync(range, blocks[0], opened, cancellationToken);
            var last = LastOf(blocks, readable);
            if (last is null)
            {
                // A hole, a lost key, damage or an erasure inside of the first block. Counters belong to the whole of it, so the whole of it stays as it was.
                ProcessingLog.NotReplayed(logger, range.Stream, range.Next, blocks[0].Last);
                opened.ForEach(segment => segment.Dispose());
                return new ReplayChunk(range, range.Next, blocks[0].Last, [], []);
            }

            return new ReplayChunk(range, range.Next, last.Value, opened, await OldEventsAsync(range, last.Value, cancellationToken));
        }
        catch
        {
            opened.ForEach(segment => segment.Dispose());
            throw;
        }
    }

    private static long? LastOf(List<Block> blocks, long readable)
    {
        long? last = null;
        foreach (var block in blocks)
        {
            if (block.Erased || block.Last > readable || (last is not null && block.Last - blocks[0].First >= MostRecords))
            {
                break;
            }

            last = block.Last;
        }

        return last;
    }

    /// <summary>Opens segments until the first block is covered and there is enough for a chunk; returns the last sequence that can be read.</summary>
    private async Task<long> OpenAsync(ReplayRange range, Block block, List<OpenedSegment> opened, CancellationToken cancellationToken)
    {
        var next = range.Next;
        var plainBytes = 0L;
        while (next <= range.Last)
        {
            var stored = await segments.ReadAsync(
                range.Target.School, range.Stream, range.Day, next, options.ChunkSegments, options.ChunkBytes, cancellationToken);
            var before = next;
            foreach (var segment in stored)
            {
                if (segment.Header.First > next)
                {
                    return next - 1;
                }

                var readable = await segments.OpenAsync(segment, cancellationToken);
                if (readable.Damage.Length > 0)
                {
                    readable.Dispose();
                    return next - 1;
                }

                opened.Add(readable);
                next = segment.Header.Last + 1;
                plainBytes += readable.Records.PlainBytes;
                if (next > block.Last && (plainBytes >= options.ChunkPlainBytes || next - range.Next >= MostRecords))
                {
                    return next - 1;
                }
            }

            if (next == before)
            {
                return next - 1;
            }
        }

        return next - 1;
    }

    private async Task<List<Block>> BlocksAsync(ReplayRange range, int most, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(range.Target.School, Actor, cancellationToken);
        var blocks = await session.RowsAsync(
            ReplaySql.Blocks,
            [range.Target.School, range.Stream, range.Next, range.Last, most],
            row => new Block(row.GetInt64(0), row.GetInt64(1), row.GetBoolean(2)),
            cancellationToken);
        return blocks.Count > 0 && blocks[0].First == range.Next
            ? blocks
            : throw new InvalidOperationException("The processed ranges of a stream have a hole where its replay goes on. Run 'onlinesafety verify'.");
    }

    private async Task<List<OldEvent>> OldEventsAsync(ReplayRange range, long last, CancellationToken cancellationToken)
    {
        await using var session = await database.OpenAsync(range.Target.School, Actor, cancellationToken);
        return await OldEventsAsync(session, range, range.Next, last, cancellationToken);
    }

    /// <summary>Event rows as they stand.</summary>
    public static Task<List<OldEvent>> OldEventsAsync(Session session, ReplayRange range, long first, long last, CancellationToken cancellationToken) => session.RowsAsync(
        ReplaySql.OldEvents,
        [range.Target.School, range.Stream, first, last],
        row => new OldEvent(row.GetInt64(0), row.GetInt32(1), row.IsDBNull(2) ? null : row.GetGuid(2), row.GetBoolean(3), row.GetBoolean(4), row.GetBoolean(5)),
        cancellationToken);

    /// <param name="Erased">Somebody was erased in it: what is recorded of it stands, and its records are not read again.</param>
    private readonly record struct Block(long First, long Last, bool Erased);
}
