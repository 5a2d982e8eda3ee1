using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// How fast each source may send, over all its connections. One second's worth may come at once. Who is over it waits where the protocol can make
/// it wait (TCP, TLS) and is counted where not (UDP); nothing is dropped for it.
/// </summary>
/// <param name="perSecond">Messages a second; 0: no limit.</param>
/// <param name="troubles">Where it is counted for the source.</param>
/// <param name="met">Where it is noted for health.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where it is told.</param>
internal sealed class SourceRates(int perSecond, IDoorTroubles troubles, LimitsMet met, TimeProvider time, ILogger logger)
{
    private readonly Allowances<Guid> _allowances = new(perSecond, TimeSpan.FromSeconds(1), time);
    private readonly PeriodicReport _over = new(time);

    /// <summary>How long whoever sent these should be held back.</summary>
    public TimeSpan Charge(Door door, IReadOnlyList<SourceBatch> batches)
    {
        var longest = TimeSpan.Zero;
        foreach (var batch in batches)
        {
            // What nobody claims shares one allowance.
            var wait = _allowances.Charge(batch.Source?.Key.Source ?? Guid.Empty, batch.Records.Count, mayOwe: door != Door.SyslogUdp);
            if (wait > TimeSpan.Zero)
            {
                Tell(door, batch);
                longest = wait > longest ? wait : longest;
            }
        }

        return longest;
    }

    private void Tell(Door door, SourceBatch batch)
    {
        met.Note();
        IntakeMetrics.OnOverRate(door, batch.Records.Count);
        if (batch.Source is { } source)
        {
            troubles.Report(source.Key, DoorTroubleKind.OverRate, batch.Records.Count);
        }

        if (_over.Add(batch.Records.Count) is > 0 and var count)
        {
            DoorLog.OverRate(logger, count, perSecond, batch.Source?.Key.Source ?? Guid.Empty, door == Door.SyslogUdp ? "all are kept" : "it is held back");
        }
    }
}
