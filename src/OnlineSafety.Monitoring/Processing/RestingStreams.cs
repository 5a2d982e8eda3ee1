namespace OnlineSafety.Monitoring.Processing;

/// <summary>
/// Streams that could not go on and are left alone for a while: the next pass is for the others. A stream that fails again rests twice as
/// long, up to a minute. One worker's own; not thread-safe.
/// </summary>
internal sealed class RestingStreams(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    // Another worker may have got a stream going, so that this one never hears of it again.
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    private readonly Dictionary<Guid, (long Since, TimeSpan For, bool Refused)> _streams = [];

    /// <summary>The database was away, which is nothing of the stream's own: it rests shortly, however often.</summary>
    public void AddShortly(Guid stream) => _streams[stream] = (time.GetTimestamp(), First, Refused: false);

    /// <param name="stream">What rests.</param>
    /// <param name="refused">False when it was the server's own trouble, which says nothing of what the stream holds.</param>
    public void Add(Guid stream, bool refused = true)
    {
        var rest = _streams.TryGetValue(stream, out var before) ? before.For * 2 : First;
        _streams[stream] = (time.GetTimestamp(), rest < Longest ? rest : Longest, refused);
    }

    /// <summary>
    /// It failed three times with the database there: what it holds is refused as it is, and waiting will not help.
    /// </summary>
    public bool IsStubborn(Guid stream) => _streams.TryGetValue(stream, out var entry) && entry.Refused && entry.For >= 4 * First;

    public int Stubborn => _streams.Values.Count(entry => entry.For >= 4 * First);

    public void Remove(Guid stream) => _streams.Remove(stream);

    /// <summary>Those that still rest.</summary>
    public Guid[] Now()
    {
        foreach (var (stream, entry) in _streams)
        {
            if (time.GetElapsedTime(entry.Since) > Forgotten)
            {
                _streams.Remove(stream);
            }
        }

        return [.. _streams.Where(s => time.GetElapsedTime(s.Value.Since) < s.Value.For).Select(s => s.Key)];
    }
}
