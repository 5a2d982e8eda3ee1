using System.Collections.Concurrent;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>
/// The memory that request bodies may hold, from their first byte until they are durable: of all sources together, and of one, so that whoever
/// sends for one source, slowly and without end, cannot starve the others. Thread-safe.
/// </summary>
internal sealed class BodyMemory(long most, long mostPerSource)
{
    private readonly ConcurrentDictionary<Guid, long> _perSource = new();
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    public BodyLease Lease(Guid source) => new(this, source);

    /// <summary>Null when taken, else why not. <paramref name="own"/> is what the asking body holds already: one that is alone always fits.</summary>
    internal IngestRefusal? Take(Guid source, long own, int bytes)
    {
        // Entries are of registered sources only, so the table is bounded by them.
        var ofSource = _perSource.AddOrUpdate(source, bytes, (_, held) => held + bytes);
        var all = Interlocked.Add(ref _held, bytes);
        var refusal = ofSource > mostPerSource && ofSource > own + bytes ? IngestRefusal.SourceBusy
            : all > most && all > own + bytes ? IngestRefusal.LogBusy
            : null;
        if (refusal is not null)
        {
            Return(source, bytes);
        }

        return refusal;
    }

    internal void Return(Guid source, long bytes)
    {
        _perSource.AddOrUpdate(source, 0, (_, held) => held - bytes);
        Interlocked.Add(ref _held, -bytes);
    }
}

/// <summary>What one request holds of it; gives all back when disposed. Not thread-safe.</summary>
internal sealed class BodyLease(BodyMemory memory, Guid source) : IDisposable
{
    private long _held;

    public IngestRefusal? Take(int bytes)
    {
        var refusal = memory.Take(source, _held, bytes);
        _held += refusal is null ? bytes : 0;
        return refusal;
    }

    public void Return(int bytes)
    {
        _held -= bytes;
        memory.Return(source, bytes);
    }

    public void Dispose()
    {
        memory.Return(source, _held);
        _held = 0;
    }
}
