namespace OnlineSafety.Monitoring.Processing;

/// <summary>
/// Holes in streams, and since when they stand. One may be an append that is about to commit, or a segment that a restore brings back in a moment; one that stands for
/// longer would hold up all that the source sends until midnight. One worker's own; not thread-safe.
/// </summary>
internal sealed class StandingHoles(TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly Dictionary<Guid, (long First, long Since)> _holes = [];

    /// <summary>Has it stood for so long that what is behind it must not wait any more?</summary>
    /// <param name="stream">Where it is.</param>
    /// <param name="first">The first sequence that is missing.</param>
    public bool HasStood(Guid stream, long first)
    {
        if (!_holes.TryGetValue(stream, out var hole) || hole.First != first)
        {
            _holes[stream] = hole = (first, time.GetTimestamp());
        }

        return time.GetElapsedTime(hole.Since) >= Patience;
    }

    public void Remove(Guid stream) => _holes.Remove(stream);
}
