using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>A request body, whole and decompressed, in a pooled buffer that goes back when it is disposed.</summary>
internal sealed class IngestBody : IDisposable
{
    private byte[] _buffer;
    private int _length;
    private bool _kept;

    private IngestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>Reads within both limits; the body, or why not.</summary>
    /// <param name="context">The request.</param>
    /// <param name="options">The limits.</param>
    /// <param name="check">Refuses or passes the bytes as they were received, before a content coding is undone.</param>
    public static async Task<(IngestBody? Body, IngestRefusal? Refusal)> ReadAsync(
        HttpContext context, HttpDoorOptions options, Func<ReadOnlyMemory<byte>, ValueTask<IngestRefusal?>> check)
    {
        var encoding = context.Request.Headers.ContentEncoding;
        var gzip = encoding is [{ } coding] && coding.Trim().Equals("gzip", StringComparison.OrdinalIgnoreCase);
        if (!gzip && encoding.Count > 0 && !(encoding is [{ } plain] && plain.Trim().Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            return (null, IngestRefusal.EncodingUnsupported);
        }

        if (context.Request.ContentLength > options.MaxBodyBytes)
        {
            return (null, IngestRefusal.BodyTooLarge);
        }

        var sent = new IngestBody((int)(context.Request.ContentLength ?? 4096) + 1);
        try
        {
            var refusal = await sent.FillAsync(context, options.MaxBodyBytes) ?? await check(sent._buffer.AsMemory(0, sent._length));
            if (refusal is null && gzip)
            {
                return Expand(sent, options.MaxExpandedBytes);
            }

            return refusal is null ? (sent.Keep(), null) : (null, refusal);
        }
        finally
        {
            sent.ReturnUnlessKept();
        }
    }

    /// <summary>Splits into records: one a line for types that are framed in lines, else one for the whole.</summary>
    /// <returns>Null when there are more than <paramref name="mostRecords"/>.</returns>
    public RecordBatch? ToRecords(RecordEnvelope envelope, DateTimeOffset receivedAt, RecordFlags flags, int mostRecords)
    {
        var batch = new RecordBatch(_length);
        if (envelope.ContentType is not (RecordEnvelope.NdJson or RecordEnvelope.PlainText))
        {
            batch.Add(envelope, receivedAt, flags, Bytes);
            return batch;
        }

        for (var rest = Bytes; !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = (end < 0 ? rest : rest[..end]).TrimEnd((byte)'\r');
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            if (batch.Count == mostRecords)
            {
                return null;
            }

            batch.Add(envelope, receivedAt, flags, line);
        }

        return batch;
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _length = 0;
        }
    }

    private IngestBody Keep()
    {
        _kept = true;
        return this;
    }

    private void ReturnUnlessKept()
    {
        if (!_kept)
        {
            Dispose();
        }
    }

    private async Task<IngestRefusal?> FillAsync(HttpContext context, int most)
    {
        // Kestrel then refuses by itself what is announced larger, and stops a chunked body without an end.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = most;
        }

        try
        {
            while (true)
            {
                MakeRoom(most + 1);
                var read = await context.Request.Body.ReadAsync(_buffer.AsMemory(_length), context.RequestAborted);
                if (read == 0)
                {
                    return null;
                }

                _length += read;
                if (_length > most)
                {
                    return IngestRefusal.BodyTooLarge;
                }
            }
        }
        catch (BadHttpRequestException exception)
        {
            return exception.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => IngestRefusal.BodyTooLarge,
                StatusCodes.Status408RequestTimeout => IngestRefusal.BodyTooSlow,
                _ => IngestRefusal.BodyBroken,
            };
        }
    }

    /// <summary>Undoes gzip, and stops as soon as more than <paramref name="most"/> bytes come out.</summary>
    private static (IngestBody? Body, IngestRefusal? Refusal) Expand(IngestBody sent, int most)
    {
        var expanded = new IngestBody(Math.Min(most + 1, Math.Max(4096, sent._length * 4)));
        try
        {
            using var source = new MemoryStream(sent._buffer, 0, sent._length, writable: false);
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            while (true)
            {
                expanded.MakeRoom(most + 1);
                var read = gzip.Read(expanded._buffer.AsSpan(expanded._length));
                if (read == 0)
                {
                    return EndsWhole(sent.Bytes, expanded._length) ? (expanded.Keep(), null) : (null, IngestRefusal.BodyBroken);
                }

                expanded._length += read;
                if (expanded._length > most)
                {
                    return (null, IngestRefusal.ExpandedTooLarge);
                }
            }
        }
        catch (InvalidDataException)
        {
            return (null, IngestRefusal.BodyBroken);
        }
        finally
        {
            expanded.ReturnUnlessKept();
        }
    }

    /// <summary>
    /// GZipStream ends without a word where a stream was cut, so the size in the last four bytes (RFC 1952) must be what came out. That also
    /// refuses concatenated members, which no sender of a request makes.
    /// </summary>
    private static bool EndsWhole(ReadOnlySpan<byte> sent, int expanded) =>
        sent.Length >= 18 && BinaryPrimitives.ReadUInt32LittleEndian(sent[^4..]) == (uint)expanded;

    private void MakeRoom(int most)
    {
        if (_length < _buffer.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(Math.Max(most, _length + 1), _buffer.Length * 2));
        Bytes.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
