using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>A request that was not taken: what the sender is told (fixed words, nothing of ours inside) and what is counted.</summary>
internal sealed record IngestRefusal(int Status, IntakeReason Reason, string Title, int? RetryAfterSeconds = null, string? Allow = null)
{
    public static readonly IngestRefusal NoSuchSource = new(404, IntakeReason.SourceMalformed, "There is no such source.");

    public static readonly IngestRefusal NotForBrowsers =
        new(405, IntakeReason.SourceMalformed, "This source takes POST. One for a deny page is added with --deny-page.", Allow: HttpMethods.Post);

    /// <summary>Its address with the key is in every browser that was blocked: what it takes of each is bounded page by page.</summary>
    public static readonly IngestRefusal OnlyForBrowsers =
        new(405, IntakeReason.OnlyForBrowsers, "This source is a deny page and takes GET. One that takes POST is added without --deny-page.", Allow: HttpMethods.Get);

    public static readonly IngestRefusal PeerBusy = new(429, IntakeReason.OverRate, "Too many requests from this address.", 60);

    /// <summary>What follows on the connection is not to be believed or waited for.</summary>
    public bool EndsConnection => Reason is IntakeReason.BodyBroken or IntakeReason.BodyTooSlow;

    private static readonly IngestRefusal Unauthorized = new(401, IntakeReason.Unauthorized, "The source and key do not match.");
    public static readonly IngestRefusal SourceBusy = new(429, IntakeReason.SourceBusy, "Too many requests of this source at the same time.", 1);
    public static readonly IngestRefusal LogBusy = new(503, IntakeReason.LogBusy, "Too many requests are waiting. Nothing was stored.", 1);
    public static readonly IngestRefusal EncodingUnsupported = new(415, IntakeReason.EncodingUnsupported, "The only content coding taken is gzip.");
    public static readonly IngestRefusal BodyTooLarge = new(413, IntakeReason.BodyTooLarge, "The body is too large.");
    public static readonly IngestRefusal ExpandedTooLarge = new(413, IntakeReason.ExpandedTooLarge, "The body is too large after decompression.");
    public static readonly IngestRefusal TooManyRecords = new(413, IntakeReason.TooManyRecords, "The body has too many lines.");
    public static readonly IngestRefusal BodyEmpty = new(400, IntakeReason.BodyEmpty, "The body holds no record.");
    public static readonly IngestRefusal BodyBroken = new(400, IntakeReason.BodyBroken, "The body could not be read.");
    public static readonly IngestRefusal LengthAmbiguous = new(400, IntakeReason.BodyBroken, "The body has a length and comes in chunks.");
    public static readonly IngestRefusal BodyTooSlow = new(408, IntakeReason.BodyTooSlow, "The body arrived too slowly.");
    public static readonly IngestRefusal DeliveryIdInvalid =
        new(400, IntakeReason.DeliveryIdInvalid, "The delivery id must be one value of 1 to 256 bytes without control characters.");

    /// <summary>The same for an unknown source, a wrong key or signature and an address that is not allowed: an answer must not tell which sources exist.</summary>
    public static IngestRefusal NotProven(IntakeReason reason) => Unauthorized with { Reason = reason };

    public static IngestRefusal LogUnavailable(TimeSpan retryAfter) => new(
        503, IntakeReason.LogUnavailable, "The records could not be stored now. Send them again.", (int)Math.Clamp(Math.Ceiling(retryAfter.TotalSeconds), 1, 300));
}

/// <summary>Writes the two kinds of answers.</summary>
internal static class IngestAnswer
{
    private static readonly StringValues Challenges = new(["Bearer", "Basic realm=\"ingest\""]);

    public static async Task WriteAsync(HttpResponse response, AppendResult stored)
    {
        response.StatusCode = StatusCodes.Status202Accepted;
        response.ContentType = "application/json";
        using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteNumber("records", stored.Count);
        json.WriteString("stream", stored.Stream.ToString("N"));
        json.WriteNumber("first", stored.First);
        json.WriteNumber("last", stored.First + stored.Count - 1);
        json.WriteBoolean("duplicate", stored.Duplicate);
        json.WriteEndObject();
        await SendAsync(response, json);
    }

    /// <summary>Problem details of RFC 9457; the type is left out, which means <c>about:blank</c>.</summary>
    public static async Task WriteAsync(HttpResponse response, IngestRefusal refusal)
    {
        response.StatusCode = refusal.Status;
        response.ContentType = "application/problem+json";
        if (refusal.Allow is { } method)
        {
            response.Headers.Allow = method;
        }

        response.Headers.CacheControl = "no-store";
        if (refusal.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            // Both, whatever the source has: some clients send Basic only when they were asked for it.
            response.Headers.WWWAuthenticate = Challenges;
        }

        if (refusal.Status == StatusCodes.Status415UnsupportedMediaType)
        {
            // RFC 7694: says what would be taken.
            response.Headers.AcceptEncoding = "gzip";
        }

        if (refusal.EndsConnection)
        {
            // Where the next request would begin is not certain.
            response.Headers.Connection = "close";
        }

        using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("title", refusal.Title);
        json.WriteNumber("status", refusal.Status);
        json.WriteEndObject();
        await SendAsync(response, json);
    }

    private static Task SendAsync(HttpResponse response, Utf8JsonWriter json)
    {
        // All of it is still in the writer: with its length known the answer needs no chunks.
        response.ContentLength = json.BytesPending;
        json.Flush();
        return response.CompleteAsync();
    }
}
