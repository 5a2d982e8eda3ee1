using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>
/// A request body, whole, in a pooled buffer that goes back when it is disposed. The buffer grows with what has come, not with what was announced,
/// and every growth is charged before it is made: many senders that announce much and send little cost little.
/// </summary>
internal sealed class IngestBody(BodyLease lease) : IDisposable
{
    private const long ReadAway = 1024 * 1024;
    private const int FirstBuffer = 4 * 1024;

    private byte[] _buffer = [];
    private int _length;

    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads the body of a request within the limits and undoes gzip; the body, or why not.</summary>
    /// <param name="context">The request.</param>
    /// <param name="options">The limits.</param>
    /// <param name="lease">What the body may hold.</param>
    /// <param name="time">The clock of the deadline.</param>
    /// <param name="check">Refuses or passes the bytes as they were received, before a content coding is undone.</param>
    public static async Task<(IngestBody? Body, IngestRefusal? Refusal)> ReadAsync(
        HttpContext context, HttpDoorOptions options, BodyLease lease, TimeProvider time, Func<ReadOnlyMemory<byte>, ValueTask<IngestRefusal?>> check)
    {
        // Kestrel stops a body without an end. What is a little over our own limit it reads and throws away after the answer: a sender that is still
        // sending would else find the connection broken instead of our 413.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.MaxBodyBytes + ReadAway;
        }

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

        var body = new IngestBody(lease);
        try
        {
            var refusal = await body.FillAsync(context, options, time) ?? await check(body.Memory);
            refusal ??= gzip ? body.Expand(options.MaxExpandedBytes) : null;
            if (refusal is null)
            {
                return (body, null);
            }

            body.Dispose();
            return (null, refusal);
        }
        catch
        {
            body.Dispose();
            throw;
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

    /// <summary>Room behind what there is; empty when the buffer is full.</summary>
    internal Memory<byte> Room => _buffer.AsMemory(_length);

    internal void Advance(int bytes) => _length += bytes;

    /// <summary>Makes the buffer at least so large, if that much may be held.</summary>
    internal IngestRefusal? Grow(int capacity)
    {
        // The pool gives powers of two: what is charged is what is held.
        var larger = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 16));
        if (lease.Take(larger) is not MemoryRoom.Taken and var full)
        {
            return full == MemoryRoom.SourceFull ? IngestRefusal.SourceBusy : IngestRefusal.LogBusy;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(larger);
        var length = _length;
        Bytes.CopyTo(buffer);
        Dispose();
        (_buffer, _length) = (buffer, length);
        return null;
    }

    /// <summary>Gives the buffer back.</summary>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            lease.Return(_buffer.Length);
            // What a child typed must not turn up in whatever rents the array next.
            ArrayPool<byte>.Shared.Return(_buffer, clearArray: true);
            _buffer = [];
            _length = 0;
        }
    }

    private IngestRefusal? Expand(int most)
    {
        using var expanded = new IngestBody(lease);
        if (GzipBody.Expand(Memory, expanded, most) is { } refusal)
        {
            return refusal;
        }

        // They change places: what was sent is given back.
        (_buffer, _length, expanded._buffer, expanded._length) = (expanded._buffer, expanded._length, _buffer, _length);
        return null;
    }

    private async Task<IngestRefusal?> FillAsync(HttpContext context, HttpDoorOptions options, TimeProvider time)
    {
        var most = options.MaxBodyBytes;
        // Kestrel ends a body of which nothing comes. One that trickles steadily is ended by us; most come in one piece and are not timed.
        CancellationTokenSource? deadline = null;
        var announced = context.Request.ContentLength;
        try
        {
            while (announced is null || _length < announced)
            {
                if (Room.IsEmpty && Grow(_length == 0 ? (int)Math.Min(announced ?? FirstBuffer, FirstBuffer) : _length * 2) is { } refusal)
                {
                    return refusal;
                }

                var read = await context.Request.Body.ReadAsync(Room, deadline?.Token ?? context.RequestAborted);
                deadline ??= announced is null || read < announced ? new CancellationTokenSource(options.BodyWithin, time) : null;
                if (read == 0)
                {
                    return null;
                }

                Advance(read);
                if (_length > most)
                {
                    return IngestRefusal.BodyTooLarge;
                }
            }

            return null;
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
        catch (IOException) when (!context.RequestAborted.IsCancellationRequested)
        {
            // Kestrel says so of a chunk size that no number can hold.
            return IngestRefusal.BodyBroken;
        }
        catch (OperationCanceledException) when (deadline is { IsCancellationRequested: true } && !context.RequestAborted.IsCancellationRequested)
        {
            return IngestRefusal.BodyTooSlow;
        }
        finally
        {
            deadline?.Dispose();
        }
    }
}
