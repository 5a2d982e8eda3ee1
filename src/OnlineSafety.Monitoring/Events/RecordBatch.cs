using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Events;

/// <summary>
/// Records of one source on their way to one append, packed into one buffer: no allocation per record.
/// Not thread-safe; owned by whoever fills it until it is handed to the log, and again after the append answered.
/// </summary>
internal sealed class RecordBatch
{
    private byte[] _bytes;
    private int _used;
    private readonly List<RecordEntry> _entries = [];

    public RecordBatch(int capacity = 4096) => _bytes = new byte[capacity];

    /// <summary>A batch of a door that keeps the records until they are stored.</summary>
    public static RecordBatch Kept() => new() { Token = new object() };

    public int Count => _entries.Count;

    /// <summary>
    /// For a door that brings the same records again by itself, after an append whose outcome nobody could tell: what the log knows them by. Another one
    /// after <see cref="Clear"/>. Null where the sender is told to try again.
    /// </summary>
    public object? Token { get; private set; }

    /// <summary>Payload bytes held.</summary>
    public int Bytes => _used;

    public void Add(RecordEnvelope envelope, DateTimeOffset receivedAt, RecordFlags flags, ReadOnlySpan<byte> payload)
    {
        if (_bytes.Length - _used < payload.Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + payload.Length));
        }

        payload.CopyTo(_bytes.AsSpan(_used));
        _entries.Add(new RecordEntry(envelope, receivedAt, flags, _used, payload.Length));
        _used += payload.Length;
    }

    /// <summary>Adds every record of <paramref name="other"/>.</summary>
    public void AddAll(RecordBatch other)
    {
        foreach (ref readonly var entry in other.Entries)
        {
            Add(entry.Envelope, entry.ReceivedAt, entry.Flags, other.Payloads.Slice(entry.Start, entry.Length));
        }
    }

    /// <summary>The record at <paramref name="index"/>; its payload is valid until <see cref="Clear"/>.</summary>
    public RawRecord this[int index]
    {
        get
        {
            ref readonly var entry = ref CollectionsMarshal.AsSpan(_entries)[index];
            return new RawRecord(entry.Envelope, entry.ReceivedAt, entry.Flags, _bytes.AsMemory(entry.Start, entry.Length));
        }
    }

    /// <summary>What is known of each record, in order.</summary>
    public ReadOnlySpan<RecordEntry> Entries => CollectionsMarshal.AsSpan(_entries);

    /// <summary>All payloads in order, one behind the other.</summary>
    public ReadOnlySpan<byte> Payloads => _bytes.AsSpan(0, _used);

    /// <summary>Adds flags to every record held.</summary>
    public void Mark(RecordFlags flags)
    {
        foreach (ref var entry in CollectionsMarshal.AsSpan(_entries))
        {
            entry = entry with { Flags = entry.Flags | flags };
        }
    }

    /// <summary>The same records, with flags added to each.</summary>
    public RecordBatch Marked(RecordFlags flags)
    {
        var marked = new RecordBatch(_used) { Token = Token };
        foreach (ref readonly var entry in Entries)
        {
            marked.Add(entry.Envelope, entry.ReceivedAt, entry.Flags | flags, _bytes.AsSpan(entry.Start, entry.Length));
        }

        return marked;
    }

    /// <summary>Forgets the records and keeps the buffer.</summary>
    public void Clear()
    {
        Token = Token is null ? null : new object();
        _entries.Clear();
        _used = 0;
    }
}

/// <summary>A record of a batch but for its payload, which is <paramref name="Length"/> bytes from <paramref name="Start"/> on.</summary>
internal readonly record struct RecordEntry(RecordEnvelope Envelope, DateTimeOffset ReceivedAt, RecordFlags Flags, int Start, int Length);
