namespace OnlineSafety.Monitoring.Intake;

/// <summary>How much each key may bring in a period; one period's worth may come at once. Thread-safe.</summary>
/// <param name="most">How much; 0: no limit.</param>
/// <param name="period">In how long.</param>
/// <param name="time">The clock.</param>
/// <param name="mostKeys">Over so many, those not known yet share one allowance: where keys are anybody's to make up.</param>
internal sealed class Allowances<TKey>(int most, TimeSpan period, TimeProvider time, int mostKeys = int.MaxValue)
    where TKey : struct
{
    private readonly Lock _gate = new();
    private readonly Dictionary<TKey, long> _paidUntil = [];
    private readonly long _period = (long)(period.TotalSeconds * time.TimestampFrequency);

    /// <summary>False when it is over; then it is charged nothing.</summary>
    public bool TryTake(TKey key)
    {
        if (most == 0)
        {
            return true;
        }

        var now = time.GetTimestamp();
        lock (_gate)
        {
            var counted = Counted(key, now);
            var charged = Charged(counted, now, 1);
            if (charged > now)
            {
                return false;
            }

            _paidUntil[counted] = charged;
            return true;
        }
    }

    /// <summary>Charges what has come, and says how long whoever brought it should be held back.</summary>
    /// <param name="key">Who brought it.</param>
    /// <param name="count">How much.</param>
    /// <param name="mayOwe">
    /// Whoever brought it waits for what it is over. Who does not may use the allowance up, but what it owes would be waited for by others: a
    /// flood of datagrams, whose addresses anybody can forge, would hold the source's connections back for hours.
    /// </param>
    public TimeSpan Charge(TKey key, int count, bool mayOwe)
    {
        if (most == 0)
        {
            return TimeSpan.Zero;
        }

        var now = time.GetTimestamp();
        lock (_gate)
        {
            var counted = Counted(key, now);
            var charged = Charged(counted, now, count);
            _paidUntil[counted] = mayOwe ? charged : Math.Min(charged, Math.Max(PaidUntil(counted), now));
            return charged > now ? time.GetElapsedTime(now, charged) : TimeSpan.Zero;
        }
    }

    private long Charged(TKey key, long now, int count) => Math.Max(PaidUntil(key), now - _period) + (count * _period / most);

    private long PaidUntil(TKey key) => _paidUntil.GetValueOrDefault(key, long.MinValue);

    private TKey Counted(TKey key, long now)
    {
        if (_paidUntil.Count < mostKeys || _paidUntil.ContainsKey(key))
        {
            return key;
        }

        foreach (var (known, paid) in _paidUntil)
        {
            if (paid <= now - _period)
            {
                _paidUntil.Remove(known);
            }
        }

        return _paidUntil.Count < mostKeys ? key : default;
    }
}
