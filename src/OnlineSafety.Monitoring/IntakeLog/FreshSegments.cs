using System.Buffers;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// What this process has just committed, still unpacked, for Processing in the same process: it need not be read back, opened and unpacked again.
/// A cache and nothing else: only what is committed is put in, what has no room is left out, and who finds nothing here reads the log. Thread-safe.
/// </summary>
internal sealed class FreshSegments(TimeProvider time)
{
    /// <summary>Unpacked bytes kept at most.</summary>
    public const int MostBytes = 16 * 1024 * 1024;

    /// <summary>By then they were taken, or another process works on their stream.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Dictionary<(Guid Stream, long First), Fresh> _segments = [];
    private readonly Queue<Fresh> _oldest = new();
    private long _bytes;

    /// <summary>A copy of a segment's plain bytes for <see cref="Add"/>; empty when there is no room.</summary>
    public ArraySegment<byte> Copy(ReadOnlySpan<byte> plain)
    {
        if (Volatile.Read(ref _bytes) + plain.Length > MostBytes)
        {
            return default;
        }

        var rented = ArrayPool<byte>.Shared.Rent(plain.Length);
        plain.CopyTo(rented);
        return new ArraySegment<byte>(rented, 0, plain.Length);
    }

    /// <summary>Puts a segment in, once it is committed. The copy now belongs to this object.</summary>
    public void Add(SegmentHeader header, ArraySegment<byte> plain, int sealedBytes)
    {
        lock (_gate)
        {
            // Also when there was no room: where another process works on the streams, nobody takes anything here, and what is old would stay for ever.
            DropOld();
            if (plain.Array is null)
            {
                return;
            }

            var fresh = new Fresh(header, plain.Array, plain.Count, sealedBytes, time.GetTimestamp());
            _segments.Add((header.Stream, header.First), fresh);
            _oldest.Enqueue(fresh);
            _bytes += fresh.Length;
        }
    }

    /// <summary>
    /// Takes out the segments of a stream that begin at <paramref name="next"/>, one behind the other: at most <paramref name="most"/>, and no further
    /// one once there are <paramref name="sealedBytes"/>. Empty when the log must be asked.
    /// </summary>
    public List<OpenedSegment> Take(Guid stream, long next, int most, long sealedBytes)
    {
        var taken = new List<OpenedSegment>();
        lock (_gate)
        {
            DropOld();
            while (taken.Count < most && sealedBytes > 0 && _segments.Remove((stream, next), out var fresh))
            {
                _bytes -= fresh.Length;
                sealedBytes -= fresh.SealedBytes;
                next = fresh.Header.Last + 1;
                taken.Add(new OpenedSegment(fresh.Header, new SegmentRecords(fresh.Plain, fresh.Length, fresh.Header.ReceivedFrom), ""));
            }
        }

        return taken;
    }

    private void DropOld()
    {
        while (_oldest.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > Kept)
        {
            _oldest.Dequeue();
            if (_segments.Remove((oldest.Header.Stream, oldest.Header.First)))
            {
                _bytes -= oldest.Length;
                ArrayPool<byte>.Shared.Return(oldest.Plain, clearArray: true);
            }
        }
    }

    private sealed record Fresh(SegmentHeader Header, byte[] Plain, int Length, int SealedBytes, long At);
}
