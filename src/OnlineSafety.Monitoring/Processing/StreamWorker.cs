using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
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
    MasterKey master,
    StreamContexts contexts,
    Rules rules,
    NotificationSignals notifications,
    IOptions<ProcessingOptions> options,
    ILogger<StreamWorker> logger)
{
    private const int ClaimedAtOnce = 8;
    private readonly StreamClaims _claims = new(database, id, options.Value.Lease);
    private readonly SegmentReader _reader = new(database, new DataKeyRing(database, master));
    private readonly RecordWriter _writer = new(database, rules.RuleSet);
    private readonly Stages _stages = new(rules, logger);
    private readonly RecordPlan _plan = new();

    /// <summary>One pass over what is due; false when nothing was.</summary>
    public async Task<bool> PassAsync(DateOnly since, CancellationToken cancellationToken)
    {
        var streams = await _claims.ClaimAsync(since, ClaimedAtOnce, cancellationToken);
        foreach (var stream in streams)
        {
            await ReadThroughAsync(stream, cancellationToken);
        }

        return streams.Count > 0;
    }

    /// <summary>Chunk by chunk up to the last sequence known when the stream was claimed; then others get their turn.</summary>
    private async Task ReadThroughAsync(ClaimedStream stream, CancellationToken cancellationToken)
    {
        var context = await contexts.OfAsync(stream.Target, cancellationToken);
        var next = stream.Next;
        while (next <= stream.Last)
        {
            using var chunk = Instruments.Activities.StartActivity("process");
            var segments = await OpenAsync(stream, next, cancellationToken);
            if (segments.Count == 0)
            {
                return;
            }

            _plan.Start(next);
            using (Instruments.Activities.StartActivity("normalize and assess"))
            {
                foreach (var segment in segments)
                {
                    Run(segment, context);
                }
            }

            RecordResult result;
            using (Instruments.Activities.StartActivity("record"))
            {
                result = await _writer.WriteAsync(stream, _plan, context.GroupingWindow, context.People.Staff, cancellationToken);
            }

            chunk?.SetTag("records", _plan.Last - _plan.First + 1).SetTag("events", _plan.Events.Count);
            if (!result.Moved)
            {
                ProcessingLog.Overtaken(logger, stream.Stream);
                return;
            }

            ProcessingMetrics.Recorded(_plan, result);
            Signal(result.Notifications);
            next = _plan.Last + 1;
        }
    }

    private async Task<List<OpenedSegment>> OpenAsync(ClaimedStream stream, long next, CancellationToken cancellationToken)
    {
        using var activity = Instruments.Activities.StartActivity("read");
        var opened = new List<OpenedSegment>();
        var stored = await _reader.ReadAsync(
            stream.Target.School, stream.Stream, stream.Day, next, options.Value.ChunkSegments, options.Value.ChunkBytes, cancellationToken);
        foreach (var segment in stored)
        {
            if (segment.Header.First != next)
            {
                // Never step over a hole: what is missing may be what matters.
                ProcessingLog.Gap(logger, stream.Stream, next, segment.Header.First);
                ProcessingMetrics.Gaps.Add(1);
                break;
            }

            opened.Add(await _reader.OpenAsync(segment, cancellationToken));
            next = segment.Header.Last + 1;
        }

        return opened;
    }

    private void Run(OpenedSegment segment, StreamContext context)
    {
        var header = segment.Header;
        if (segment.Damage.Length > 0)
        {
            ProcessingLog.Damaged(logger, header.Stream, header.First, header.Last, segment.Damage);
            for (var sequence = header.First; sequence <= header.Last; sequence++)
            {
                _stages.Damaged(context, header, sequence, segment.Damage, _plan);
            }

            return;
        }

        for (var i = 0; i < segment.Records.Length; i++)
        {
            _stages.Run(context, header.Stream, header.First + i, segment.Records[i], _plan);
        }
    }

    private void Signal(IReadOnlyList<WrittenNotification> written)
    {
        foreach (var row in written)
        {
            notifications.TryWrite(row.School, row.Notification);
        }
    }
}
