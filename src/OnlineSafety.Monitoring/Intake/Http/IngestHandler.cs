using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>Takes one request: who is it, what is in it, is it durable, and only then the answer.</summary>
internal sealed class IngestHandler
{
    private const int LongestKeptHeader = 256;

    private readonly RequestGate _gate;
    private readonly ClientAddress _clients;
    private readonly RequestAppends _appends;
    private readonly HttpDoorOptions _options;
    private readonly TimeProvider _time;
    private readonly UnansweredRequests _unanswered;
    private readonly RefusedDeliveries _refused;
    private readonly BodyMemory _memory;

    public IngestHandler(
        RequestGate gate,
        ClientAddress clients,
        RequestAppends appends,
        UnansweredRequests unanswered,
        RefusedDeliveries refused,
        IOptions<IntakeOptions> options,
        TimeProvider time)
    {
        _gate = gate;
        _clients = clients;
        _appends = appends;
        _options = options.Value.Http;
        _time = time;
        _unanswered = unanswered;
        _refused = refused;
        _memory = new BodyMemory(_options.MaxPendingBytes, _options.MaxPendingBytesPerSource);
    }

    /// <summary>Bytes that bodies hold now, from their first byte until they are durable.</summary>
    public long HeldBodyBytes => _memory.Held;

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var (proof, refusal) = HasTwoLengths(context.Request) ? (null, IngestRefusal.LengthAmbiguous) : await _gate.AuthorizeAsync(context);
            refusal ??= proof!.Source!.Authentication.Get ? IngestRefusal.OnlyForBrowsers : await TakeAsync(context, proof);
            if (refusal is not null)
            {
                _refused.Count(context, RequestGate.NamedBy(context), refusal.Reason);
                await IngestAnswer.WriteAsync(context.Response, refusal);
            }
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The sender has gone: nobody to answer. What was whole is stored and remembered as unanswered.
        }
    }

    /// <summary>
    /// A length beside chunks: RFC 9112 (6.1) lets the chunks win, which is how a request is smuggled past a proxy that lets the length win. Kestrel
    /// takes the length away and leaves it under another name.
    /// </summary>
    private static bool HasTwoLengths(HttpRequest request) => request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey("X-Content-Length");

    /// <summary>Null when the records are durable and the answer was written.</summary>
    private Task<IngestRefusal?> TakeAsync(HttpContext context, RequestProof proof)
    {
        // The head may not have proved it yet: whoever knows a source's id can take its places with slow bodies, but no other source's.
        var source = proof.Source!.Key.Source;
        return _appends.OfSourceAsync(source, async () =>
        {
            // Held until the answer: then the bytes are durable, or refused.
            using var lease = _memory.Lease(source);
            var (body, refusal) = await IngestBody.ReadAsync(context, _options, lease, _time, async sent =>
            {
                proof = await _gate.AddBodyAsync(context, proof, sent);
                return proof.Refused is { } reason ? IngestRefusal.NotProven(reason) : null;
            });
            using (body)
            {
                return refusal ?? await _appends.WaitingAsync(() => StoreAsync(context, proof, body!));
            }
        });
    }

    private async Task<IngestRefusal?> StoreAsync(HttpContext context, RequestProof proof, IngestBody body)
    {
        var source = proof.Source!;
        if (body.Bytes.IsEmpty)
        {
            return IngestRefusal.BodyEmpty;
        }

        var hash = SHA256.HashData(body.Bytes);
        if (!DeliveryId.TryRead(context.Request.Headers, proof.Signature, hash, out var deliveryId))
        {
            return IngestRefusal.DeliveryIdInvalid;
        }

        var print = RequestPrint.Of(source.Key.Source, hash);
        var known = deliveryId is not null && !DeliveryId.ChangesWithTime(proof.Signature);
        var repeated = !known && _unanswered.Contains(print);
        var records = body.ToRecords(EnvelopeOf(context), _time.GetUtcNow(), repeated ? RecordFlags.PossibleDuplicate : RecordFlags.None, _options.MaxRecords);
        if (records is null or { Count: 0 })
        {
            return records is null ? IngestRefusal.TooManyRecords : IngestRefusal.BodyEmpty;
        }

        IntakeMetrics.OnReceived(Door.Http, records.Count);
        if (repeated)
        {
            IntakeMetrics.OnFlagged(Door.Http, "possible_duplicate", records.Count);
        }

        var claim = deliveryId is null ? null : new DeliveryClaim(deliveryId, hash);
        if (known)
        {
            var (claimed, refused) = await _appends.AppendAsync(source.Key, records, claim);
            return refused ?? await AnswerAsync(context, claimed);
        }

        AppendResult stored;
        IngestRefusal? refusal;

        // Fires also while the append is still running: the sender may try again before it ends.
        await using (context.RequestAborted.Register(() => _unanswered.Remember(print)))
        {
            (stored, refusal) = await _appends.AppendAsync(source.Key, records, claim);
        }

        refusal ??= await AnswerAsync(context, stored);
        if (refusal is { Reason: IntakeReason.LogUnavailable } || context.RequestAborted.IsCancellationRequested)
        {
            _unanswered.Remember(print);
        }
        else if (repeated && refusal is null)
        {
            _unanswered.Forget(print);
        }

        return refusal;
    }

    /// <summary>The records are durable: only now may the sender be told so.</summary>
    private static async Task<IngestRefusal?> AnswerAsync(HttpContext context, AppendResult stored)
    {
        await IngestAnswer.WriteAsync(context.Response, stored);
        return null;
    }

    private RecordEnvelope EnvelopeOf(HttpContext context)
    {
        var request = context.Request;
        var typed = MediaTypeHeaderValue.TryParse(request.ContentType, out var type);
        var mediaType = typed ? type!.MediaType.Value!.ToLowerInvariant() : "application/octet-stream";
        var headers = new List<DeliveryHeader>();
        if (typed && type!.Parameters.Any(parameter => !parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase)))
        {
            // A multipart boundary, a CSV header flag: the mapping cannot read the body without it.
            Keep(headers, HeaderNames.ContentType, request.ContentType);
        }

        foreach (var name in _options.KeptHeaders)
        {
            Keep(headers, name, request.Headers[name]);
        }

        return new RecordEnvelope(Door.Http, mediaType, _clients.Of(context).ToString(), headers);
    }

    private static void Keep(List<DeliveryHeader> headers, string name, string? value)
    {
        if (value is { Length: > LongestKeptHeader })
        {
            IntakeMetrics.OnHeaderLeftOut();
        }
        else if (value is { Length: > 0 })
        {
            headers.Add(new DeliveryHeader(name, value));
        }
    }
}
