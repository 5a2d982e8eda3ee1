using System.Collections.Concurrent;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>How many requests of one source are handled at once, and how many appends of all wait, with how many bytes.</summary>
internal sealed class RequestLimits(int mostPerSource, int mostAppends, long mostBytes)
{
    private readonly ConcurrentDictionary<Guid, int> _perSource = new();
    private int _appends;
    private long _bytes;

    public bool TryEnter(Guid source)
    {
        // Entries are of registered sources only (the key was checked), so the table is bounded by them.
        if (_perSource.AddOrUpdate(source, 1, (_, running) => running + 1) <= mostPerSource)
        {
            return true;
        }

        Leave(source);
        return false;
    }

    public void Leave(Guid source) => _perSource.AddOrUpdate(source, 0, (_, running) => running - 1);

    public bool TryBeginAppend(int bytes)
    {
        var appends = Interlocked.Increment(ref _appends);
        var waiting = Interlocked.Add(ref _bytes, bytes);

        // One that is alone always fits.
        if (appends <= mostAppends && (waiting <= mostBytes || appends == 1))
        {
            return true;
        }

        EndAppend(bytes);
        return false;
    }

    public void EndAppend(int bytes)
    {
        Interlocked.Add(ref _bytes, -bytes);
        Interlocked.Decrement(ref _appends);
    }
}
