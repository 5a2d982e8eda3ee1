using System.Collections.Concurrent;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>The system's clock, of which timers of at least a given length fall due only when told to: a limit ends without being waited for.</summary>
internal sealed class HeldTimers(TimeSpan from) : TimeProvider
{
    private readonly ConcurrentDictionary<HeldTimer, bool> _held = new();

    private TimeSpan From => from;

    /// <summary>How many long timers run.</summary>
    public int Waiting => _held.Count;

    /// <summary>Every long timer that runs falls due now.</summary>
    public void FallDue()
    {
        foreach (var timer in _held.Keys)
        {
            if (_held.TryRemove(timer, out _))
            {
                timer.Fire();
            }
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new HeldTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ITimer CreateOwn(TimerCallback callback, object? state) => base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    private sealed class HeldTimer(HeldTimers owner, TimerCallback callback, object? state) : ITimer
    {
        private readonly ITimer _own = owner.CreateOwn(callback, state);

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime >= owner.From)
            {
                owner._held[this] = true;
                return _own.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }

            owner._held.TryRemove(this, out _);
            return _own.Change(dueTime, period);
        }

        public void Dispose()
        {
            owner._held.TryRemove(this, out _);
            _own.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
