using System.Buffers;
using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// The plain bytes of a segment, before compression. Columns, because like beside like compresses best:
/// <code>
/// version=1 | record count | envelope count | envelopes
/// | flags, one byte a record, only if any is set | envelope numbers, only if there are several
/// | receive times, signed difference to the one before in ticks of 100 ns, the first to received_from
/// | payload lengths | payloads
/// </code>
/// Numbers are LEB128 varints. An envelope is door, content type, peer, header count, names and values.
/// </summary>
internal static class SegmentFormat
{
    private const byte Version = 1;

    public static void Write(IReadOnlyList<RecordBatch> batches, DateTimeOffset receivedFrom, ArrayBufferWriter<byte> output)
    {
        var envelopes = new EnvelopeNumbers();
        var count = 0;
        var shape = SegmentShape.None;
        foreach (var batch in batches)
        {
            count += batch.Count;
            foreach (ref readonly var entry in batch.Entries)
            {
                envelopes.NumberOf(entry.Envelope);
                shape |= entry.Flags == RecordFlags.None ? SegmentShape.None : SegmentShape.Flags;
            }
        }

        shape |= envelopes.All.Count > 1 ? SegmentShape.EnvelopeNumbers : SegmentShape.None;
        Put(output, Version);
        Put(output, (byte)shape);
        Varint.Write(output, (ulong)count);
        Varint.Write(output, (ulong)envelopes.All.Count);
        foreach (var envelope in envelopes.All)
        {
            Write(envelope, output);
        }

        WriteColumns(batches, shape, envelopes, receivedFrom, output);
    }

    /// <summary>Reads up to the columns.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a segment.</exception>
    public static (int Count, RecordEnvelope[] Envelopes, SegmentShape Shape) ReadHead(ref Varint.Reader reader)
    {
        if (reader.Byte() != Version)
        {
            throw new InvalidDataException("Unknown segment format version.");
        }

        var shape = (SegmentShape)reader.Byte();
        var count = reader.Count(reader.Remaining);
        var envelopes = new RecordEnvelope[reader.Count(reader.Remaining)];
        for (var i = 0; i < envelopes.Length; i++)
        {
            envelopes[i] = ReadEnvelope(ref reader);
        }

        return (count, envelopes, shape);
    }

    /// <summary>Reads the columns behind the flags, up to the payloads.</summary>
    /// <param name="reader">Stands behind the flags.</param>
    /// <param name="count">Records.</param>
    /// <param name="receivedFrom">The segment's first receive time.</param>
    /// <param name="ticks">Receives the receive times in UTC ticks.</param>
    /// <param name="ends">Receives where each payload ends, counted from the first payload's start.</param>
    /// <param name="numbers">Receives the envelope of each record; null when there is but one.</param>
    /// <param name="envelopes">How many envelopes there are.</param>
    /// <exception cref="InvalidDataException">The bytes are not a segment.</exception>
    public static void ReadColumns(
        ref Varint.Reader reader, int count, DateTimeOffset receivedFrom, Span<long> ticks, Span<int> ends, Span<int> numbers, int envelopes)
    {
        if (count > 0 && envelopes == 0)
        {
            throw new InvalidDataException("A segment has records without an envelope.");
        }

        if (!numbers.IsEmpty)
        {
            for (var i = 0; i < count; i++)
            {
                numbers[i] = reader.Count(envelopes - 1);
            }
        }

        var at = receivedFrom.UtcTicks;
        for (var i = 0; i < count; i++)
        {
            at += Varint.Unzigzag(reader.Number());
            ticks[i] = at;
        }

        var end = 0;
        for (var i = 0; i < count; i++)
        {
            end += reader.Count(reader.Remaining - end);
            ends[i] = end;
        }
    }

    private static void WriteColumns(
        IReadOnlyList<RecordBatch> batches, SegmentShape shape, EnvelopeNumbers envelopes, DateTimeOffset receivedFrom, ArrayBufferWriter<byte> output)
    {
        foreach (var batch in shape.HasFlag(SegmentShape.Flags) ? batches : [])
        {
            foreach (ref readonly var entry in batch.Entries)
            {
                Put(output, (byte)entry.Flags);
            }
        }

        foreach (var batch in shape.HasFlag(SegmentShape.EnvelopeNumbers) ? batches : [])
        {
            foreach (ref readonly var entry in batch.Entries)
            {
                Varint.Write(output, (ulong)envelopes.NumberOf(entry.Envelope));
            }
        }

        var previous = receivedFrom.UtcTicks;
        foreach (var batch in batches)
        {
            foreach (ref readonly var entry in batch.Entries)
            {
                Varint.Write(output, Varint.Zigzag(entry.ReceivedAt.UtcTicks - previous));
                previous = entry.ReceivedAt.UtcTicks;
            }
        }

        foreach (var batch in batches)
        {
            foreach (ref readonly var entry in batch.Entries)
            {
                Varint.Write(output, (ulong)entry.Length);
            }
        }

        foreach (var batch in batches)
        {
            output.Write(batch.Payloads);
        }
    }

    private static void Write(RecordEnvelope envelope, ArrayBufferWriter<byte> output)
    {
        Put(output, (byte)envelope.Door);
        Write(envelope.ContentType, output);
        Write(envelope.Peer, output);
        Varint.Write(output, (ulong)envelope.Headers.Count);
        foreach (var header in envelope.Headers)
        {
            Write(header.Name, output);
            Write(header.Value, output);
        }
    }

    private static RecordEnvelope ReadEnvelope(ref Varint.Reader reader)
    {
        var door = (Door)reader.Byte();
        var contentType = Text(ref reader);
        var peer = Text(ref reader);
        var headers = new DeliveryHeader[reader.Count(reader.Remaining)];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new DeliveryHeader(Text(ref reader), Text(ref reader));
        }

        return new RecordEnvelope(door, contentType, peer, headers);
    }

    private static string Text(ref Varint.Reader reader) => Encoding.UTF8.GetString(reader.Bytes(reader.Count(reader.Remaining)));

    private static void Write(string text, ArrayBufferWriter<byte> output)
    {
        Varint.Write(output, (ulong)Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, output);
    }

    private static void Put(ArrayBufferWriter<byte> output, byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}

/// <summary>Which columns a segment has.</summary>
[Flags]
internal enum SegmentShape : byte
{
    None = 0,
    Flags = 1,
    EnvelopeNumbers = 2,
}

/// <summary>Numbers the envelopes of a segment as they first appear. One and the same object is one envelope.</summary>
internal sealed class EnvelopeNumbers
{
    private readonly List<RecordEnvelope> _all = [];

    // Senders of datagrams may be as many as the datagrams: to look through all of them for each would take minutes.
    private readonly Dictionary<RecordEnvelope, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private RecordEnvelope? _last;
    private int _lastNumber;

    public IReadOnlyList<RecordEnvelope> All => _all;

    public int NumberOf(RecordEnvelope envelope)
    {
        // Neighbours nearly always share theirs.
        if (ReferenceEquals(_last, envelope))
        {
            return _lastNumber;
        }

        if (!_numbers.TryGetValue(envelope, out var number))
        {
            number = _all.Count;
            _numbers.Add(envelope, number);
            _all.Add(envelope);
        }

        (_last, _lastNumber) = (envelope, number);
        return number;
    }
}
