namespace OnlineSafety.Monitoring.Intake;

/// <summary>When a door last met a limit that costs senders something: shown by <c>/health/ready</c> for a while, so that somebody who looks late still sees it.</summary>
internal sealed class LimitsMet(TimeProvider time)
{
    private static readonly TimeSpan ShownFor = TimeSpan.FromMinutes(10);

    private long _at = long.MinValue;

    public bool Lately => Volatile.Read(ref _at) is var at and not long.MinValue && time.GetElapsedTime(at) < ShownFor;

    public void Note() => Volatile.Write(ref _at, time.GetTimestamp());
}
