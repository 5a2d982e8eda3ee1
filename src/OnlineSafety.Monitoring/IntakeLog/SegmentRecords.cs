using System.Buffers;
using System.Collections;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// The records of an opened segment, in place in its plain bytes: nothing is made for a record until it is asked for. The memory is rented,
/// so records are valid until <see cref="Dispose"/>; megabytes that live for milliseconds would otherwise be what the garbage collector does all day.
/// </summary>
internal sealed class SegmentRecords : IReadOnlyList<RawRecord>, IDisposable
{
    private readonly RecordEnvelope[] _envelopes;
    private readonly long[] _ticks;
    private readonly int[] _ends;
    private readonly int[]? _numbers;
    private readonly int _flagsAt;
    private readonly int _payloadsAt;
    private byte[] _plain;

    /// <param name="plain">A rented array, which now belongs to this object.</param>
    /// <param name="length">Bytes of it that are the segment.</param>
    /// <param name="receivedFrom">The segment's first receive time.</param>
    /// <exception cref="InvalidDataException">The bytes are not a segment; the array is given back. Sealed bytes that opened cannot fail here unless a writer was broken.</exception>
    public SegmentRecords(byte[] plain, int length, DateTimeOffset receivedFrom)
    {
        _plain = plain;
        try
        {
            var reader = new Varint.Reader(plain.AsSpan(0, length));
            var (count, envelopes, shape) = SegmentFormat.ReadHead(ref reader);
            _envelopes = envelopes;
            _flagsAt = shape.HasFlag(SegmentShape.Flags) ? reader.Position : -1;
            if (_flagsAt >= 0)
            {
                reader.Bytes(count);
            }

            Count = count;
            _ticks = ArrayPool<long>.Shared.Rent(count);
            _ends = ArrayPool<int>.Shared.Rent(count);
            _numbers = shape.HasFlag(SegmentShape.EnvelopeNumbers) ? ArrayPool<int>.Shared.Rent(count) : null;
            SegmentFormat.ReadColumns(ref reader, count, receivedFrom, _ticks, _ends, _numbers, envelopes.Length);
            _payloadsAt = reader.Position;
            reader.Bytes(count == 0 ? 0 : _ends[count - 1]);
            PlainBytes = length;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private SegmentRecords() => (_plain, _envelopes, _ticks, _ends, _flagsAt) = ([], [], [], [], -1);

    public static SegmentRecords None { get; } = new();

    public int Count { get; }

    /// <summary>What the segment came to, unpacked.</summary>
    public int PlainBytes { get; }

    public RawRecord this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            var start = index == 0 ? 0 : _ends[index - 1];
            return new RawRecord(
                _envelopes[_numbers is null ? 0 : _numbers[index]],
                new DateTimeOffset(_ticks[index], TimeSpan.Zero),
                _flagsAt < 0 ? RecordFlags.None : (RecordFlags)_plain[_flagsAt + index],
                _plain.AsMemory(_payloadsAt + start, _ends[index] - start));
        }
    }

    public IEnumerator<RawRecord> GetEnumerator()
    {
        for (var index = 0; index < Count; index++)
        {
            yield return this[index];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose()
    {
        var plain = Interlocked.Exchange(ref _plain, []);
        if (plain.Length == 0)
        {
            return;
        }

        // What a child typed must not turn up in whatever rents the array next.
        ArrayPool<byte>.Shared.Return(plain, clearArray: true);
        Return(_ticks);
        Return(_ends);
        Return(_numbers);
    }

    private static void Return<T>(T[]? rented)
    {
        if (rented is { Length: > 0 })
        {
            ArrayPool<T>.Shared.Return(rented);
        }
    }
}
