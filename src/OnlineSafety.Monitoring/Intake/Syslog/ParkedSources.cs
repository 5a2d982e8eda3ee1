using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Records of one UDP listener's sources whose school's data key cannot be opened. They wait here, those of each source in order, so that the other schools of the listener need
/// not. Bounded by bytes; what does not fit is lost and counted.
/// </summary>
internal sealed class ParkedSources(string listener, SyslogDoorOptions options, LimitsMet met, TimeProvider time, ILogger logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, Lane> _lanes = [];
    private readonly PeriodicReport _parked = new(time);
    private readonly PeriodicReport _lost = new(time);
    private long _held;

    /// <summary>Parks what could not be appended. It goes on with <paramref name="append"/>, which ends when the records are stored or given up, and so does what follows it.</summary>
    public void Park(SourceBatch batch, Func<SourceBatch, Task> append)
    {
        lock (_gate)
        {
            if (HasRoom(batch))
            {
                if (_parked.Add() > 0)
                {
                    DoorLog.SourceParked(logger, listener, batch.Id);
                }

                // Not among those that wait: others are added to these, and these the log may know already.
                var (source, first, lane) = (batch.Id, batch.Taken(), new Lane());
                _lanes.Add(source, lane);
                lane.Run = Task.Run(() => RunAsync(source, lane, first, append));
            }
        }
    }

    /// <summary>False when nothing of the source is parked. Otherwise the records are taken behind it, or lost for want of room.</summary>
    public bool TryFollow(SourceBatch batch)
    {
        lock (_gate)
        {
            if (!_lanes.TryGetValue(batch.Id, out var lane))
            {
                return false;
            }

            if (HasRoom(batch))
            {
                lane.Add(batch, options.UdpBatchBytes);
            }

            return true;
        }
    }

    /// <summary>Ends when all is stored or given up. Nothing may be parked any more.</summary>
    public Task EndAsync()
    {
        lock (_gate)
        {
            return Task.WhenAll(_lanes.Values.Select(lane => lane.Run));
        }
    }

    private bool HasRoom(SourceBatch batch)
    {
        var cost = CostOf(batch.Records);
        if (_held + cost <= options.UdpQueueBytes)
        {
            _held += cost;
            return true;
        }

        met.Note();
        IntakeMetrics.OnDropped(Door.SyslogUdp, IntakeReason.KeyUnusable, batch.Records.Count);
        if (_lost.Add(batch.Records.Count) is > 0 and var count)
        {
            DoorLog.ParkedLost(logger, listener, count, batch.Id);
        }

        return false;
    }

    private async Task RunAsync(Guid source, Lane lane, SourceBatch first, Func<SourceBatch, Task> append)
    {
        for (var batch = first; batch is not null; batch = Next(source, lane, batch))
        {
            await append(batch);
        }
    }

    private SourceBatch? Next(Guid source, Lane lane, SourceBatch done)
    {
        lock (_gate)
        {
            _held -= CostOf(done.Records);
            if (!lane.Waiting.TryDequeue(out var next))
            {
                _lanes.Remove(source);
            }

            return next;
        }
    }

    private static long CostOf(RecordBatch records) => records.Bytes + ((long)records.Count * Unsafe.SizeOf<RecordEntry>());

    /// <summary>One source's.</summary>
    private sealed class Lane
    {
        private SourceBatch? _last;

        public Queue<SourceBatch> Waiting { get; } = [];

        public Task Run { get; set; } = Task.CompletedTask;

        /// <summary>Small batches become one, as large as an append may be.</summary>
        public void Add(SourceBatch batch, int most)
        {
            if (Waiting.Count > 0 && CostOf(_last!.Records) + CostOf(batch.Records) <= most)
            {
                _last.Records.AddAll(batch.Records);
            }
            else
            {
                Waiting.Enqueue(_last = batch.Taken());
            }
        }
    }
}
