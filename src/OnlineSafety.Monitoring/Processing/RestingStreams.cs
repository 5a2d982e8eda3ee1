namespace OnlineSafety.Monitoring.Processing;

/// <summary>
/// Streams that could not go on and are left alone for a while: the next pass is for the others. A stream that fails again rests twice as
/// long, up to a minute. One worker's own; not thread-safe.
/// </summary>
internal sealed class RestingStreams(TimeProvider time)
{
    private const int Stubbornly = 3;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(500);

    // Longer than a worker waits after a pass that failed: the next one begins with others.
    private static readonly TimeSpan Shortly = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    // Another worker may have got a stream going, so that this one never hears of it again.
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(10);

    private readonly Dictionary<Guid, Rest> _streams = [];
    private long _through;

    /// <summary>
    /// The database was away, or said so of this stream alone. While no other gets through either it rests shortly, however often; else it is the stream's own, and it
    /// rests twice as long.
    /// </summary>
    public void AddShortly(Guid stream)
    {
        var before = _streams.GetValueOrDefault(stream);
        Add(stream, before is not null && before.Through != _through ? before : null, Shortly, refused: false, isOwn: false);
    }

    /// <param name="stream">What rests.</param>
    /// <param name="refused">False when it was the server's own trouble, which says nothing of what the stream holds.</param>
    public void Add(Guid stream, bool refused = true) => Add(stream, _streams.GetValueOrDefault(stream), First, refused, isOwn: true);

    /// <summary>
    /// It failed three times with the database there: what it holds is refused as it is, and waiting will not help.
    /// </summary>
    public bool IsStubborn(Guid stream) => _streams.TryGetValue(stream, out var rest) && rest.Refused && rest.Own >= Stubbornly;

    public int Stubborn => _streams.Values.Count(rest => rest.Times >= Stubbornly);

    /// <summary>It got through.</summary>
    public void Remove(Guid stream)
    {
        _streams.Remove(stream);
        _through++;
    }

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

    private void Add(Guid stream, Rest? before, TimeSpan first, bool refused, bool isOwn)
    {
        var rest = before?.For * 2 ?? first;
        _streams[stream] = new Rest(time.GetTimestamp(), rest < Longest ? rest : Longest, (before?.Times ?? 0) + 1, (before?.Own ?? 0) + (isOwn ? 1 : 0), refused, _through);
    }

    /// <param name="Since">When it began.</param>
    /// <param name="For">How long it is.</param>
    /// <param name="Times">How often the stream failed.</param>
    /// <param name="Own">How often with the database there.</param>
    /// <param name="Refused">The last time for what it holds.</param>
    /// <param name="Through">How many others had got through by then.</param>
    private sealed record Rest(long Since, TimeSpan For, int Times, int Own, bool Refused, long Through);
}
