using System.Collections.Concurrent;
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
    private readonly ConcurrentDictionary<Guid, Allowance> _allowances = new();
    private readonly PeriodicReport _over = new(time);

    /// <summary>How long whoever sent these should be held back.</summary>
    public TimeSpan Charge(Door door, IReadOnlyList<SourceBatch> batches)
    {
        var longest = TimeSpan.Zero;
        if (perSecond == 0)
        {
            return longest;
        }

        foreach (var batch in batches)
        {
            // What nobody claims shares one allowance.
            var allowance = _allowances.GetOrAdd(batch.Source?.Key.Source ?? Guid.Empty, _ => new Allowance());
            var wait = allowance.Charge(batch.Records.Count, perSecond, time, mayOwe: door != Door.SyslogUdp);
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

    private sealed class Allowance
    {
        private readonly Lock _gate = new();
        private long _paidUntil = long.MinValue;

        /// <param name="messages">How many came.</param>
        /// <param name="perSecond">How many may.</param>
        /// <param name="time">The clock.</param>
        /// <param name="mayOwe">
        /// Whoever sent them waits for what they are over. Who does not may use the allowance up, but what it owes would be waited for by others: a
        /// flood of datagrams, whose addresses anybody can forge, would hold the source's connections back for hours.
        /// </param>
        public TimeSpan Charge(int messages, int perSecond, TimeProvider time, bool mayOwe)
        {
            var now = time.GetTimestamp();
            lock (_gate)
            {
                var charged = Math.Max(_paidUntil, now - time.TimestampFrequency) + (messages * time.TimestampFrequency / perSecond);
                _paidUntil = mayOwe ? charged : Math.Min(charged, Math.Max(_paidUntil, now));
                return charged > now ? time.GetElapsedTime(now, charged) : TimeSpan.Zero;
            }
        }
    }
}
