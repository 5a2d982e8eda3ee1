using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.Replay;

namespace OnlineSafety.Monitoring.Processing.WhatIf;

/// <summary>
/// Reads records again and has the pure stages judge them; keeps of each concern what the queue needs to know. Streams are cut into pieces, so that
/// a school with one large source uses every worker too: the stages know of no order, and what needs one comes after.
/// </summary>
internal sealed class WhatIfReader(
    Database database, SegmentReader segments, Rules rules, IReadOnlyDictionary<Guid, StreamContext> sources, WhatIfCoverage coverage, DateTimeOffset from, DateTimeOffset to, ILogger logger)
{
    private const int Workers = 2;
    private const int PieceRecords = 64 * 1024;
    private const int SegmentsRead = 64;
    private const int BytesRead = 1024 * 1024;
    private const int EvidenceRead = 500;

    /// <summary>Planned events are some 20 KB each; they are let go of as soon as there are these many.</summary>
    private const int PlannedAtOnce = 256;

    private static readonly Actor Actor = Actor.Service("whatif");

    private readonly ConcurrentBag<Worker> _idle = [];

    /// <summary>Concerns of the span, in no particular order. Complete once the readings have ended.</summary>
    public ConcurrentBag<JudgedEvent> Judged { get; } = [];

    /// <param name="ranges">Streams of the span.</param>
    /// <param name="read">Told of records as they are read, by one worker at a time.</param>
    /// <param name="cancellationToken">Stops it between two segments.</param>
    public async Task ReadLogAsync(IReadOnlyList<ReplayRange> ranges, Func<long, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        using var telling = new SemaphoreSlim(1);
        await Parallel.ForEachAsync(
            Pieces(ranges),
            new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken },
            async (piece, token) => await ReadAsync(piece, read, telling, token));
    }

    /// <summary>Reads from evidence what the log has no more.</summary>
    public async Task ReadEvidenceAsync(Guid school, IReadOnlyList<EventPlace> places, Func<long, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        foreach (var some in places.Chunk(EvidenceRead))
        {
            List<EvidenceRecord> records;
            await using (var session = await database.OpenAsync(school, Actor, cancellationToken))
            {
                records = await WhatIfSql.EvidenceAsync(session, sources.Values.First().Seal, some, cancellationToken);
            }

            foreach (var record in records)
            {
                coverage.AddEvidence(record.Place.Stream, record.Place.Sequence, record.Place.ReceivedAt);
                var worker = Take();
                worker.Plan.Start(record.Place.Sequence);
                worker.Stages.Run(sources[record.Source], record.Place.Stream, record.Place.Sequence, record.Raw, worker.Plan);
                Keep(worker);
                _idle.Add(worker);
            }

            coverage.AddUnreadable(some.Length - records.Count);
            await read(some.Length, cancellationToken);
        }
    }

    private static IEnumerable<ReplayRange> Pieces(IReadOnlyList<ReplayRange> ranges)
    {
        foreach (var range in ranges)
        {
            for (var next = range.Next; next <= range.Last; next += PieceRecords)
            {
                yield return range with { Next = next, Last = Math.Min(range.Last, next + PieceRecords - 1) };
            }
        }
    }

    private async Task ReadAsync(ReplayRange piece, Func<long, CancellationToken, Task> read, SemaphoreSlim telling, CancellationToken cancellationToken)
    {
        var worker = Take();
        for (var next = piece.Next; next <= piece.Last;)
        {
            var stored = await segments.ReadAsync(piece.Target.School, piece.Stream, piece.Day, next, SegmentsRead, BytesRead, cancellationToken);
            var before = next;
            foreach (var segment in stored.Where(segment => segment.Header.First <= piece.Last))
            {
                cancellationToken.ThrowIfCancellationRequested();
                coverage.AddUnreadable(Math.Max(0, segment.Header.First - next));
                using var opened = await segments.OpenAsync(segment, cancellationToken);
                Judge(worker, opened, piece);
                next = segment.Header.Last + 1;
            }

            if (next == before)
            {
                coverage.AddUnreadable(piece.Last - next + 1);
                next = piece.Last + 1;
            }

            await telling.WaitAsync(cancellationToken);
            try
            {
                await read(Math.Min(next, piece.Last + 1) - before, cancellationToken);
            }
            finally
            {
                telling.Release();
            }
        }

        _idle.Add(worker);
    }

    private void Judge(Worker worker, OpenedSegment segment, ReplayRange piece)
    {
        var (first, last) = (Math.Max(segment.Header.First, piece.Next), Math.Min(segment.Header.Last, piece.Last));
        if (segment.Damage.Length > 0)
        {
            coverage.AddUnreadable(last - first + 1);
            return;
        }

        var source = sources[piece.Target.Source];
        var (count, earliest, latest) = (0L, DateTimeOffset.MaxValue, DateTimeOffset.MinValue);
        worker.Plan.Start(first);
        for (var sequence = first; sequence <= last; sequence++)
        {
            var record = segment.Records[(int)(sequence - segment.Header.First)];
            if (record.ReceivedAt < from || record.ReceivedAt > to)
            {
                continue;
            }

            worker.Stages.Run(source, piece.Stream, sequence, record, worker.Plan);
            count++;
            earliest = record.ReceivedAt < earliest ? record.ReceivedAt : earliest;
            latest = record.ReceivedAt > latest ? record.ReceivedAt : latest;
            if (worker.Plan.Events.Count >= PlannedAtOnce)
            {
                Keep(worker);
                worker.Plan.Start(sequence + 1);
            }
        }

        Keep(worker);
        coverage.AddSegment(piece.Stream, first, last, new WhatIfSpan.Part(count, earliest, latest));
    }

    private void Keep(Worker worker)
    {
        foreach (var planned in worker.Plan.Events)
        {
            if (planned.Assessment.Severity > Severity.None)
            {
                Judged.Add(JudgedEvent.Of(planned));
            }
        }

        worker.Plan.Start(1);
        if (Judged.Count > WhatIfJob.MostConcerns)
        {
            throw new JobRefusedException(WhatIfJob.TooMany);
        }
    }

    private Worker Take() => _idle.TryTake(out var worker) ? worker : new Worker(new Stages(rules, logger) { Explains = false, Redacts = false, Counts = false }, new RecordPlan());

    private sealed record Worker(Stages Stages, RecordPlan Plan);
}
