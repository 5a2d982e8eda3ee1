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
    private const byte HasFlags = 1;
    private const byte HasEnvelopeNumbers = 2;

    public static void Write(IReadOnlyList<RecordBatch> batches, DateTimeOffset receivedFrom, ArrayBufferWriter<byte> output)
    {
        var envelopes = new List<RecordEnvelope>();
        var count = 0;
        byte shape = 0;
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var record = batch[i];
                NumberOf(record.Envelope, envelopes);
                shape |= record.Flags == RecordFlags.None ? (byte)0 : HasFlags;
                count++;
            }
        }

        shape |= envelopes.Count > 1 ? HasEnvelopeNumbers : (byte)0;
        Put(output, Version);
        Put(output, shape);
        Varint.Write(output, (ulong)count);
        Varint.Write(output, (ulong)envelopes.Count);
        foreach (var envelope in envelopes)
        {
            Write(envelope, output);
        }

        WriteColumns(batches, shape, envelopes, receivedFrom, output);
    }

    /// <summary>Reads a segment; payloads are slices of <paramref name="plain"/>.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a segment. Sealed bytes that opened cannot fail here unless a writer was broken.</exception>
    public static RawRecord[] Read(ReadOnlyMemory<byte> plain, DateTimeOffset receivedFrom)
    {
        var reader = new Varint.Reader(plain.Span);
        if (reader.Byte() != Version)
        {
            throw new InvalidDataException("Unknown segment format version.");
        }

        var shape = reader.Byte();
        var records = new RawRecord[reader.Count(plain.Length)];
        var envelopes = new RecordEnvelope[reader.Count(plain.Length)];
        for (var i = 0; i < envelopes.Length; i++)
        {
            envelopes[i] = ReadEnvelope(ref reader);
        }

        var flags = (shape & HasFlags) != 0 ? reader.Bytes(records.Length) : default;
        var numbers = new int[records.Length];
        if ((shape & HasEnvelopeNumbers) != 0)
        {
            for (var i = 0; i < numbers.Length; i++)
            {
                numbers[i] = reader.Count(plain.Length);
            }
        }

        var times = new DateTimeOffset[records.Length];
        var ticks = receivedFrom.UtcTicks;
        for (var i = 0; i < times.Length; i++)
        {
            ticks += Varint.Unzigzag(reader.Number());
            times[i] = new DateTimeOffset(ticks, TimeSpan.Zero);
        }

        var lengths = new int[records.Length];
        for (var i = 0; i < lengths.Length; i++)
        {
            lengths[i] = reader.Count(plain.Length);
        }

        var at = reader.Position;
        for (var i = 0; i < records.Length; i++)
        {
            var flag = flags.IsEmpty ? RecordFlags.None : (RecordFlags)flags[i];
            records[i] = new RawRecord(envelopes[numbers[i]], times[i], flag, plain.Slice(at, lengths[i]));
            at += lengths[i];
        }

        return records;
    }

    private static void WriteColumns(
        IReadOnlyList<RecordBatch> batches, byte shape, List<RecordEnvelope> envelopes, DateTimeOffset receivedFrom, ArrayBufferWriter<byte> output)
    {
        if ((shape & HasFlags) != 0)
        {
            ForEach(batches, record => Put(output, (byte)record.Flags));
        }

        if ((shape & HasEnvelopeNumbers) != 0)
        {
            ForEach(batches, record => Varint.Write(output, (ulong)NumberOf(record.Envelope, envelopes)));
        }

        var previous = receivedFrom.UtcTicks;
        ForEach(batches, record =>
        {
            Varint.Write(output, Varint.Zigzag(record.ReceivedAt.UtcTicks - previous));
            previous = record.ReceivedAt.UtcTicks;
        });
        ForEach(batches, record => Varint.Write(output, (ulong)record.Payload.Length));
        ForEach(batches, record => output.Write(record.Payload.Span));
    }

    private static void ForEach(IReadOnlyList<RecordBatch> batches, Action<RawRecord> action)
    {
        foreach (var batch in batches)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                action(batch[i]);
            }
        }
    }

    private static int NumberOf(RecordEnvelope envelope, List<RecordEnvelope> known)
    {
        // From the end: neighbours nearly always share the envelope, mostly the very same object.
        for (var i = known.Count - 1; i >= 0; i--)
        {
            if (ReferenceEquals(known[i], envelope))
            {
                return i;
            }
        }

        known.Add(envelope);
        return known.Count - 1;
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
