using System.Collections.Concurrent;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>Whether bytes may be held.</summary>
internal enum MemoryRoom : byte
{
    Taken,

    /// <summary>The source's bodies hold what they may.</summary>
    SourceFull,

    /// <summary>The bodies of all sources together do.</summary>
    Full,
}

/// <summary>
/// The memory that bodies may hold, from their first byte until they are durable: of all sources together, and of one, so that whoever
/// sends for one source, slowly and without end, cannot starve the others. Thread-safe.
/// </summary>
internal sealed class BodyMemory(long most, long mostPerSource)
{
    private readonly ConcurrentDictionary<Guid, long> _perSource = new();
    private long _held;

    /// <summary>Bytes held now.</summary>
    public long Held => Interlocked.Read(ref _held);

    public BodyLease Lease(Guid source) => new(this, source);

    /// <param name="source">Whose body asks.</param>
    /// <param name="own">What it holds already: one that is alone always fits.</param>
    /// <param name="bytes">What it asks for.</param>
    internal MemoryRoom Take(Guid source, long own, int bytes)
    {
        // Entries are of registered sources only, so the table is bounded by them.
        var ofSource = _perSource.AddOrUpdate(source, bytes, (_, held) => held + bytes);
        var all = Interlocked.Add(ref _held, bytes);
        var room = ofSource > mostPerSource && ofSource > own + bytes ? MemoryRoom.SourceFull
            : all > most && all > own + bytes ? MemoryRoom.Full
            : MemoryRoom.Taken;
        if (room != MemoryRoom.Taken)
        {
            Return(source, bytes);
        }

        return room;
    }

    internal void Return(Guid source, long bytes)
    {
        _perSource.AddOrUpdate(source, 0, (_, held) => held - bytes);
        Interlocked.Add(ref _held, -bytes);
    }
}

/// <summary>What one body holds of it; gives all back when disposed. Not thread-safe.</summary>
internal sealed class BodyLease(BodyMemory memory, Guid source) : IDisposable
{
    private long _held;

    public MemoryRoom Take(int bytes)
    {
        var room = memory.Take(source, _held, bytes);
        _held += room == MemoryRoom.Taken ? bytes : 0;
        return room;
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
