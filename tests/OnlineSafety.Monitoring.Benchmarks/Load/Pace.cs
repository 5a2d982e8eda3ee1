using System.Diagnostics;

namespace OnlineSafety.Monitoring.Benchmarks.Load;

/// <summary>How many are due by now at a steady rate; a rate of 0 is as fast as they are taken. For a thread of its own: waiting blocks it.</summary>
internal sealed class Pace(double perSecond)
{
    // As many as are due in a millisecond or two: what a sender that wakes each millisecond sends.
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private readonly long _started = Stopwatch.GetTimestamp();
    private long _given;

    /// <summary>Waits until at least one is due; gives how many, at most <paramref name="most"/>.</summary>
    public int Next(int most)
    {
        if (perSecond <= 0)
        {
            return most;
        }

        while (true)
        {
            var due = (long)(Stopwatch.GetElapsedTime(_started).TotalSeconds * perSecond) + 1 - _given;
            if (due > 0)
            {
                var now = (int)Math.Min(due, most);
                _given += now;
                return now;
            }

            Thread.Sleep(Tick);
        }
    }
}
