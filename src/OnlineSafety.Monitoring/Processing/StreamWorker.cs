using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>
/// One worker: claims streams, reads their segments in order, runs the stages, records. Holds no state that matters:
/// whatever it forgets is read again from the checkpoint.
/// </summary>
internal sealed class StreamWorker(
    Guid id,
    [FromKeyedServices(DatabaseRole.Process)] Database database,
    MasterKeys masters,
    StreamContexts contexts,
    Rules rules,
    NotificationSignals notifications,
    IOptions<ProcessingOptions> options,
    TimeProvider time,
    ILogger<StreamWorker> logger)
{
    private const int ClaimedAtOnce = 8;
    private readonly StreamClaims _claims = new(database, id, options.Value.Lease);
    private readonly SegmentReader _reader = new(database, new DataKeyRing(database, masters));
    private readonly RecordWriter _writer = new(database, rules.RuleSet, new PolicyDirectory(rules.BankHolidays, logger));
    private readonly Stages _stages = new(rules, logger);
    private RecordPlan _filling = new();
    private RecordPlan _recording = new();
    private readonly RestingStreams _resting = new(time);
    private readonly StandingHoles _holes = new(time);

    /// <summary>Streams that cannot go on by themselves: shown by the readiness check.</summary>
    public int Stubborn => _resting.Stubborn;

    /// <summary>One pass over what is due; false when nothing was.</summary>
    /// <exception cref="NpgsqlException">The database is away.</exception>
    public async Task<bool> PassAsync(DateOnly since, CancellationToken cancellationToken)
    {
        var streams = await _claims.ClaimAsync(since, ClaimedAtOnce, _resting.Now(), cancellationToken);
        foreach (var stream in streams)
        {
            try
            {
                await ReadThroughAsync(stream, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // Nothing was moved. What one stream holds must not keep the next school's alerts waiting, so it goes to the end of the line.
                ProcessingLog.StreamFailed(logger, stream.Stream, ErrorWords.Of(e));
                if (e is NpgsqlException { IsTransient: true } and not PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
                {
                    _resting.AddShortly(stream.Stream);
                    throw;
                }

                _resting.Add(stream.Stream, refused: !IsTroubleOfTheServer(e));
            }
        }

        return streams.Count > 0;
    }

    /// <summary>
    /// Chunk by chunk up to the last sequence known when the stream was claimed; then others get their turn. While one chunk is assessed the
    /// one before is being recorded and the next is being read; they are recorded one after the other.
    /// </summary>
    private async Task ReadThroughAsync(ClaimedStream stream, CancellationToken cancellationToken)
    {
        // What the database refuses again and again is kept for review as it came, segment by segment: the stream must not wait for ever.
        var plainly = _resting.IsStubborn(stream.Stream);
        var reading = OpenAsync(stream, stream.Next, plainly ? 1 : options.Value.ChunkSegments, cancellationToken);
        var recorded = Task.FromResult(true);
        List<OpenedSegment> segments = [];
        try
        {
            var next = stream.Next;
            while (next <= stream.Last)
            {
                segments = await reading;
                if (segments.Count == 0)
                {
                    // A hole: looked at again, but not before everything else. What is before it comes first: a chunk that is refused is a failure of its
                    // own, and one that was kept plainly takes the stream out of its rest. What is behind it was refused by nobody.
                    if (await recorded)
                    {
                        _resting.Add(stream.Stream, refused: false);
                    }

                    return;
                }

                var last = segments[^1].Header.Last;
                reading = last < stream.Last ? OpenAsync(stream, last + 1, options.Value.ChunkSegments, cancellationToken) : Task.FromResult<List<OpenedSegment>>([]);
                for (; next <= last; next = _recording.Last + 1)
                {
                    // For each chunk anew: a backlog takes longer than people stay as they are, and what is recorded by those of before goes to the wrong desk.
                    var context = await contexts.OfAsync(stream.Target, cancellationToken);
                    Assess(segments, next, context, plainly);
                    if (!await recorded)
                    {
                        return;
                    }

                    (_filling, _recording) = (_recording, _filling);
                    recorded = RecordAsync(stream, _recording, _recording.Last == last ? segments : [], context, plainly, cancellationToken);
                    plainly = false;
                }
            }

            if (await recorded)
            {
                _resting.Remove(stream.Stream);
                _holes.Remove(stream.Stream);
            }
        }
        finally
        {
            // Neither may go on behind the back of the next stream's turn; what they failed with, if anything, was either thrown or does not matter.
            await ((Task)recorded).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            segments.ForEach(segment => segment.Dispose());
            if (reading.IsCompletedSuccessfully)
            {
                (await reading).ForEach(segment => segment.Dispose());
            }
        }
    }

    /// <summary>Plans records from <paramref name="next"/> on, until the segments end or there are as many events as one transaction takes.</summary>
    private void Assess(List<OpenedSegment> segments, long next, StreamContext context, bool plainly)
    {
        using var activity = Instruments.Activities.StartActivity("normalize and assess");
        _filling.Start(next);
        foreach (var segment in segments)
        {
            if (_filling.Events.Count >= options.Value.ChunkEvents)
            {
                break;
            }

            if (segment.IsMissing && segment.Header.Last >= next)
            {
                ProcessingLog.Missing(logger, segment.Header.Stream, segment.Header.First, segment.Header.Last);
            }
            else if (segment.Damage.Length > 0 && segment.Header.Last >= next)
            {
                ProcessingLog.Damaged(logger, segment.Header.Stream, segment.Header.First, segment.Header.Last, segment.Damage);
            }

            while (_filling.Last < segment.Header.Last && _filling.Events.Count < options.Value.ChunkEvents)
            {
                Run(segment, _filling.Last + 1, context, plainly);
            }
        }

        activity?.SetTag("records", _filling.Last - _filling.First + 1).SetTag("events", _filling.Events.Count);
    }

    private void Run(OpenedSegment segment, long sequence, StreamContext context, bool plainly)
    {
        var header = segment.Header;
        if (segment.Damage.Length > 0)
        {
            _stages.Damaged(context, header, sequence, segment.Damage, _filling);
        }
        else if (plainly)
        {
            _stages.Refused(context, header.Stream, sequence, segment.Records[(int)(sequence - header.First)], _filling);
        }
        else
        {
            _stages.Run(context, header.Stream, sequence, segment.Records[(int)(sequence - header.First)], _filling);
        }
    }

    /// <summary>Records what was planned and lets go of segments that are done with; false when another worker was faster.</summary>
    private async Task<bool> RecordAsync(
        ClaimedStream stream, RecordPlan plan, List<OpenedSegment> segments, StreamContext context, bool plainly, CancellationToken cancellationToken)
    {
        using var activity = Instruments.Activities.StartActivity("record");
        RecordResult result;
        try
        {
            result = await _writer.WriteAsync(stream, plan, context, cancellationToken);
        }
        finally
        {
            // Until here the plan's evidence points into them.
            segments.ForEach(segment => segment.Dispose());
        }

        if (result.Stale)
        {
            // From the moment in which a mapping is applied no record is recorded by the one before, nor one of somebody who is erased: the range comes again, and is
            // assessed anew.
            contexts.Forget(stream.Target);
            ProcessingLog.MappingChanged(logger, stream.Target.Source, stream.Stream);
            return false;
        }

        if (!result.Moved)
        {
            ProcessingLog.Overtaken(logger, stream.Stream);
            return false;
        }

        if (plainly)
        {
            ProcessingLog.Refused(logger, stream.Stream, plan.First, plan.Last);
            _resting.Remove(stream.Stream);
        }

        foreach (var (role, alerts) in (result.NobodyToTell ?? Unreached.Nobody).ByRole)
        {
            ProcessingLog.NobodyToTell(logger, alerts, stream.Target.School, role);
        }

        ProcessingMetrics.Recorded(plan, result);
        Signal(result.Notifications);
        return true;
    }

    private async Task<List<OpenedSegment>> OpenAsync(ClaimedStream stream, long next, int most, CancellationToken cancellationToken)
    {
        using var activity = Instruments.Activities.StartActivity("read");
        var opened = new List<OpenedSegment>();
        var plainBytes = 0L;
        var stored = await _reader.ReadAsync(
            stream.Target.School, stream.Stream, stream.Day, next, most, options.Value.ChunkBytes, cancellationToken);
        foreach (var segment in stored)
        {
            // It may have been recorded in part: a transaction ends where it holds enough events.
            if (segment.Header.First > next)
            {
                if (!_holes.HasStood(stream.Stream, next))
                {
                    ProcessingLog.Gap(logger, stream.Stream, next, segment.Header.First);
                    ProcessingMetrics.Gaps.Add(1);
                    break;
                }

                // What is missing is listed, and what is behind it may be what matters.
                opened.Add(OpenedSegment.Missing(segment.Header, next));
            }

            var segmentOpened = await _reader.OpenAsync(segment, cancellationToken);
            opened.Add(segmentOpened);
            next = segment.Header.Last + 1;
            plainBytes += segmentOpened.Records.PlainBytes;
            if (plainBytes >= options.Value.ChunkPlainBytes)
            {
                // The rest is read again for the next transaction: sealed bytes say little of what they become.
                break;
            }
        }

        return opened;
    }

    // Classes 08, 53, 57, 58 and XX of Postgres: connection, resources, operator, system, internal. A full disk shows as any of them, and what is then kept for
    // review as it came would be an alert a minute later. Nor does a lock that somebody holds, or a connection that broke, say anything of the records; the
    // driver says of a connection that broke a moment ago only that it is not open, or gone.
    private static bool IsTroubleOfTheServer(Exception e) =>
        e is PostgresException { SqlState: ['0', '8', ..] or ['5', '3' or '7' or '8', ..] or ['X', 'X', ..] or PostgresErrorCodes.LockNotAvailable }
            or (NpgsqlException and not PostgresException) or IOException
            or InvalidOperationException { Source: nameof(Npgsql) } or ObjectDisposedException { ObjectName: nameof(NpgsqlConnection) or nameof(NpgsqlTransaction) };

    private void Signal(IReadOnlyList<WrittenNotification> written)
    {
        foreach (var row in written)
        {
            notifications.TryWrite(row.School, row.Notification);
        }
    }
}
