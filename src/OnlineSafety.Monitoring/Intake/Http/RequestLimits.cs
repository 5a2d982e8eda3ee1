using System.Collections.Concurrent;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>How many requests of one source are handled at once, and how many appends of all wait.</summary>
internal sealed class RequestLimits(int mostPerSource, int mostAppends)
{
    private readonly ConcurrentDictionary<Guid, int> _perSource = new();
    private int _appends;

    public bool TryEnter(Guid source)
    {
        // Entries are of registered sources only, so the table is bounded by them.
        if (_perSource.AddOrUpdate(source, 1, (_, running) => running + 1) <= mostPerSource)
        {
            return true;
        }

        Leave(source);
        return false;
    }

    public void Leave(Guid source) => _perSource.AddOrUpdate(source, 0, (_, running) => running - 1);

    public bool TryBeginAppend()
    {
        if (Interlocked.Increment(ref _appends) <= mostAppends)
        {
            return true;
        }

        EndAppend();
        return false;
    }

    public void EndAppend() => Interlocked.Decrement(ref _appends);
}
