using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
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
    private const int LongestDeliveryId = 256;
    private const int LongestKeptHeader = 256;

    private readonly ISourceDirectory _directory;
    private readonly IntakeAppender _appender;
    private readonly HttpDoorOptions _options;
    private readonly TimeProvider _time;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger _logger;
    private readonly UnansweredRequests _unanswered;
    private readonly RequestLimits _limits;

    public IngestHandler(
        ISourceDirectory directory,
        IntakeAppender appender,
        UnansweredRequests unanswered,
        IOptions<IntakeOptions> options,
        TimeProvider time,
        IHostApplicationLifetime lifetime,
        ILogger<IngestHandler> logger)
    {
        _directory = directory;
        _appender = appender;
        _options = options.Value.Http;
        _time = time;
        _lifetime = lifetime;
        _logger = logger;
        _unanswered = unanswered;
        _limits = new RequestLimits(_options.MaxRequestsPerSource, _options.MaxPendingAppends, _options.MaxPendingBytes);
    }

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var (source, refusal) = await AuthorizeAsync(context);
            refusal ??= await TakeAsync(context, source!);
            if (refusal is not null)
            {
                IntakeMetrics.OnRejected(Door.Http, refusal.Reason);
                await IngestAnswer.WriteAsync(context.Response, refusal);
            }
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The sender has gone: nobody to answer. What was whole is stored and remembered as unanswered.
        }
    }

    private async Task<(SourceRegistration? Source, IngestRefusal? Refusal)> AuthorizeAsync(HttpContext context)
    {
        var text = context.Request.RouteValues["source"] as string;
        if (!Guid.TryParseExact(text, "N", out var id) && !Guid.TryParseExact(text, "D", out id))
        {
            return (null, IngestRefusal.NoSuchSource);
        }

        if (SourceKeys.Read(context.Request.Headers.Authorization) is not { Length: > 0 } key)
        {
            return (null, IngestRefusal.Unauthorized);
        }

        var source = _directory.Find(id);
        if (!SourceKeys.Match(source, key))
        {
            // A source or key made a moment ago works at once. The same for an unknown source and a wrong key, so that the time tells nothing either.
            await RefreshAsync(context.RequestAborted);
            source = _directory.Find(id);
            if (!SourceKeys.Match(source, key))
            {
                return (null, IngestRefusal.Unauthorized);
            }
        }

        var peer = context.Connection.RemoteIpAddress;
        if (source!.From.Count > 0 && (peer is null || PeerAddress.LongestPrefix(source.From, PeerAddress.Plain(peer)) < 0))
        {
            return (null, IngestRefusal.AddressNotAllowed);
        }

        return (source, null);
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _directory.RefreshAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            DoorLog.DirectoryNotRefreshed(_logger, ErrorWords.Of(exception));
        }
    }

    /// <summary>Null when the records are durable and the answer was written.</summary>
    private async Task<IngestRefusal?> TakeAsync(HttpContext context, SourceRegistration source)
    {
        if (!TryReadDeliveryId(context.Request, out var deliveryId))
        {
            return IngestRefusal.DeliveryIdInvalid;
        }

        if (!_limits.TryEnter(source.Key.Source))
        {
            return IngestRefusal.SourceBusy;
        }

        try
        {
            var (body, refusal) = await IngestBody.ReadAsync(context, _options);
            using (body)
            {
                return refusal ?? await StoreWithinLimitsAsync(context, source, body!, deliveryId);
            }
        }
        finally
        {
            _limits.Leave(source.Key.Source);
        }
    }

    private async Task<IngestRefusal?> StoreWithinLimitsAsync(HttpContext context, SourceRegistration source, IngestBody body, string? deliveryId)
    {
        var bytes = body.Bytes.Length;
        if (!_limits.TryBeginAppend(bytes))
        {
            return IngestRefusal.LogBusy;
        }

        try
        {
            return await StoreAsync(context, source, body, deliveryId);
        }
        finally
        {
            _limits.EndAppend(bytes);
        }
    }

    private async Task<IngestRefusal?> StoreAsync(HttpContext context, SourceRegistration source, IngestBody body, string? deliveryId)
    {
        if (body.Bytes.IsEmpty)
        {
            return IngestRefusal.BodyEmpty;
        }

        var hash = SHA256.HashData(body.Bytes);
        var print = RequestPrint.Of(source.Key.Source, hash);
        var repeated = deliveryId is null && _unanswered.Contains(print);
        var flags = repeated ? RecordFlags.PossibleDuplicate : RecordFlags.None;
        var records = body.ToRecords(EnvelopeOf(context), _time.GetUtcNow(), flags, _options.MaxRecords);
        if (records is null or { Count: 0 })
        {
            return records is null ? IngestRefusal.TooManyRecords : IngestRefusal.BodyEmpty;
        }

        IntakeMetrics.OnReceived(Door.Http, records.Count);
        if (repeated)
        {
            IntakeMetrics.OnFlagged(Door.Http, "possible_duplicate", records.Count);
        }

        if (deliveryId is not null)
        {
            var (claimed, refused) = await AppendAsync(source.Key, records, new DeliveryClaim(deliveryId, hash));
            return refused ?? await AnswerAsync(context, claimed);
        }

        AppendResult stored;
        IngestRefusal? refusal;

        // Fires also while the append is still running: the sender may try again before it ends.
        await using (context.RequestAborted.Register(() => _unanswered.Remember(print)))
        {
            (stored, refusal) = await AppendAsync(source.Key, records, claim: null);
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

    private async Task<(AppendResult Stored, IngestRefusal? Refusal)> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? claim)
    {
        try
        {
            // Not the request's token: a body that arrived whole is stored even if its sender has gone.
            return (await _appender.AppendAsync(Door.Http, target, records, claim, _lifetime.ApplicationStopped), null);
        }
        catch (Exception exception)
        {
            // Whatever it was, the sender must try again: nothing but a durable append is answered with 2xx.
            DoorLog.RequestNotStored(_logger, target.Source, ErrorWords.Of(exception));
            return (default, IngestRefusal.LogUnavailable(exception is IntakeUnavailableException unavailable ? unavailable.RetryAfter : TimeSpan.FromSeconds(5)));
        }
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

        return new RecordEnvelope(Door.Http, mediaType, PeerAddress.Text(context.Connection.RemoteIpAddress), headers);
    }

    private static void Keep(List<DeliveryHeader> headers, string name, string? value)
    {
        if (value is { Length: > 0 and <= LongestKeptHeader })
        {
            headers.Add(new DeliveryHeader(name, value));
        }
    }

    /// <summary>The sender's id for this delivery; null when it gave none, false when what it gave is none.</summary>
    private static bool TryReadDeliveryId(HttpRequest request, out string? id)
    {
        var values = request.Headers.TryGetValue("webhook-id", out var webhook) ? webhook : request.Headers["Idempotency-Key"];
        id = values.Count == 1 ? values[0] : null;
        return values.Count == 0
            || (id is { Length: > 0 } && Encoding.UTF8.GetByteCount(id) <= LongestDeliveryId && !id.Any(char.IsControl));
    }
}
