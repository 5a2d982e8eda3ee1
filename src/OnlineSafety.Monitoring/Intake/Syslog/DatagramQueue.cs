using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// Datagrams between the receiving loop, which never waits, and the loop that waits for the log. Bounded by bytes; what does not fit is refused
/// and counted by the caller. While one buffer is taken to the log the other fills, so batches grow by themselves when the log is slow.
/// </summary>
internal sealed class DatagramQueue(int maxBytes)
{
    private readonly Lock _gate = new();
    private readonly Channel<bool> _arrived = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private DatagramBuffer _filling = new();
    private DatagramBuffer _taken = new();

    /// <summary>False when the queue is full: the datagram was not kept.</summary>
    public bool TryAdd(SocketAddress from, DateTimeOffset receivedAt, ReadOnlySpan<byte> payload)
    {
        bool first;
        lock (_gate)
        {
            if (_filling.Held + _taken.Held + DatagramBuffer.Cost(payload) > maxBytes)
            {
                return false;
            }

            first = _filling.Count == 0;
            _filling.Add(PeerKey.Of(from), receivedAt, payload);
        }

        if (first)
        {
            _arrived.Writer.TryWrite(true);
        }

        return true;
    }

    /// <summary>No more is added; <see cref="TakeAsync"/> gives what is left and then null.</summary>
    public void Complete() => _arrived.Writer.TryComplete();

    /// <summary>What has arrived since the last call, whose buffer is reused; null after <see cref="Complete"/> when all was taken.</summary>
    public async ValueTask<DatagramBuffer?> TakeAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                _taken.Clear();
                if (_filling.Count > 0)
                {
                    (_filling, _taken) = (_taken, _filling);
                    return _taken;
                }
            }

            if (!await _arrived.Reader.WaitToReadAsync())
            {
                // Completed: an add that came just before it may still lie in the buffer.
                lock (_gate)
                {
                    (_filling, _taken) = (_taken, _filling);
                    return _taken.Count > 0 ? _taken : null;
                }
            }

            _arrived.Reader.TryRead(out _);
        }
    }
}

/// <summary>
/// Datagrams packed into blocks, which are added as a stall goes on and never moved: growing one large array would copy and zero it again and
/// again just when there is no time for it.
/// </summary>
internal sealed class DatagramBuffer
{
    /// <summary>The largest datagram fits into a block.</summary>
    public const int BlockBytes = 64 * 1024;

    private const int BlocksKeptWhenCleared = 16;
    private const int EntriesKeptWhenCleared = 16 * 1024;

    private readonly List<Entry> _entries = [];
    private readonly List<byte[]> _blocks = [];
    private int _used;

    public int Count => _entries.Count;

    /// <summary>Memory that its datagrams cost.</summary>
    public int Held => _used + (_entries.Count * Marshal.SizeOf<Entry>());

    public static int Cost(ReadOnlySpan<byte> payload) => payload.Length + Marshal.SizeOf<Entry>();

    public void Add(UInt128 peer, DateTimeOffset receivedAt, ReadOnlySpan<byte> payload)
    {
        var left = (_blocks.Count * BlockBytes) - _used;
        if (_used % BlockBytes + payload.Length > BlockBytes)
        {
            // It begins the next block; the rest of this one stays empty and counts as used.
            var rest = BlockBytes - (_used % BlockBytes);
            (_used, left) = (_used + rest, left - rest);
        }

        if (left < payload.Length)
        {
            _blocks.Add(GC.AllocateUninitializedArray<byte>(BlockBytes));
        }

        if (!payload.IsEmpty)
        {
            payload.CopyTo(_blocks[_used / BlockBytes].AsSpan(_used % BlockBytes));
        }

        _entries.Add(new Entry(peer, receivedAt.UtcTicks, _used, payload.Length));
        _used += payload.Length;
    }

    public Datagram this[int index]
    {
        get
        {
            ref readonly var entry = ref CollectionsMarshal.AsSpan(_entries)[index];
            var payload = entry.Length == 0 ? default : _blocks[entry.Start / BlockBytes].AsMemory(entry.Start % BlockBytes, entry.Length);
            return new Datagram(entry.Peer, new DateTimeOffset(entry.ReceivedAt, TimeSpan.Zero), payload);
        }
    }

    public void Clear()
    {
        _used = 0;
        if (_blocks.Count > BlocksKeptWhenCleared)
        {
            // A stall has added them; that memory is not kept for the next one.
            _blocks.RemoveRange(BlocksKeptWhenCleared, _blocks.Count - BlocksKeptWhenCleared);
        }

        _entries.Clear();
        if (_entries.Capacity > EntriesKeptWhenCleared)
        {
            _entries.Capacity = EntriesKeptWhenCleared;
        }
    }

    private readonly record struct Entry(UInt128 Peer, long ReceivedAt, int Start, int Length);
}

internal readonly record struct Datagram(UInt128 Peer, DateTimeOffset ReceivedAt, ReadOnlyMemory<byte> Payload);

/// <summary>A sender's address without its port as one number: IPv4 in its IPv6-mapped form.</summary>
internal static class PeerKey
{
    private const ulong MappedPrefix = 0xFFFF_0000_0000;

    public static UInt128 Of(SocketAddress address)
    {
        var bytes = address.Buffer.Span;

        // sockaddr_in: family, port, address; sockaddr_in6: family, port, flow, address.
        return address.Family == AddressFamily.InterNetwork
            ? MappedPrefix | BinaryPrimitives.ReadUInt32BigEndian(bytes[4..])
            : BinaryPrimitives.ReadUInt128BigEndian(bytes[8..]);
    }

    public static IPAddress ToAddress(UInt128 key)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, key);
        return PeerAddress.Plain(new IPAddress(bytes));
    }
}
