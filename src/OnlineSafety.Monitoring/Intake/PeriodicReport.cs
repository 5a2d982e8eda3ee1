namespace OnlineSafety.Monitoring.Intake;

/// <summary>Keeps what happens often from filling the log: the first of a kind is told at once, what follows once a minute as a number.</summary>
internal sealed class PeriodicReport(TimeProvider time)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _reportedAt;
    private long _count;

    /// <summary>Counts; the number to report now, or 0 for not yet.</summary>
    public long Add(long count = 1)
    {
        lock (_gate)
        {
            _count += count;
            if (_reportedAt is { } at && time.GetElapsedTime(at) < Every)
            {
                return 0;
            }

            _reportedAt = time.GetTimestamp();
            (var told, _count) = (_count, 0);
            return told;
        }
    }
}
