using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>
/// The page that a filter sends the browser of a blocked pupil to: its query is the record. The address with its secret is in every such browser, so
/// that nothing it tells is proved. The query names a child: nothing of it is answered, logged or kept by the browser.
/// </summary>
internal sealed class DenyPageHandler(
    RequestGate gate, ClientAddress clients, RequestAppends appends, RefusedDeliveries refused, IOptions<IntakeOptions> options, TimeProvider time)
{
    /// <summary>Addresses are anybody's to make up.</summary>
    private const int MostClients = 10_000;

    /// <summary>The same for everybody: no word of it comes from the request.</summary>
    private static readonly byte[] Page = Encoding.UTF8.GetBytes(
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Blocked</title></head>
        <body><h1>This page is blocked</h1><p>Your school does not allow it. If something worries you, talk to an adult you trust.</p></body></html>

        """);

    // Nobody has to prove anything here. A school behind one address shares its allowance.
    private readonly Allowances<UInt128> _rates = new(options.Value.Http.MaxDenyPagesPerMinutePerPeer, TimeSpan.FromMinutes(1), time, MostClients);

    public async Task HandleAsync(HttpContext context)
    {
        // Before anything can fail: an error must not be kept, or told to the next page, either.
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers["Referrer-Policy"] = "no-referrer";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'";
        try
        {
            if (await TakeAsync(context) is { } refusal)
            {
                refused.Count(context, RequestGate.NamedBy(context), refusal.Reason);
                await IngestAnswer.WriteAsync(context.Response, refusal);
                return;
            }

            context.Response.ContentType = "text/html; charset=utf-8";
            context.Response.ContentLength = Page.Length;
            await context.Response.Body.WriteAsync(Page, context.RequestAborted);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is OperationCanceledException or IOException)
        {
            // The browser has gone on: nobody to answer.
        }
    }

    private async Task<IngestRefusal?> TakeAsync(HttpContext context)
    {
        if (!_rates.TryTake(PeerAddress.LimitKey(clients.Of(context))))
        {
            return IngestRefusal.PeerBusy;
        }

        var (proof, refusal) = await gate.AuthorizeAsync(context);
        if (refusal is not null)
        {
            // Not 401: a browser would ask the pupil for a password.
            return IngestRefusal.NoSuchSource with { Reason = refusal.Reason };
        }

        var source = proof!.Source!;
        if (!source.Authentication.Get)
        {
            return IngestRefusal.NotForBrowsers;
        }

        if (context.Request.QueryString.Value is not { Length: > 1 } query)
        {
            return IngestRefusal.BodyEmpty;
        }

        var sent = Encoding.UTF8.GetBytes(query[1..]);
        return await appends.OfSourceAsync(source.Key.Source, () => appends.WaitingAsync(() => StoreAsync(context, source.Key, sent)));
    }

    private async Task<IngestRefusal?> StoreAsync(HttpContext context, SourceKey target, byte[] query)
    {
        var records = new RecordBatch(query.Length);
        records.Add(RecordEnvelope.Of(Door.Http, RecordEnvelope.Form, clients.Of(context).ToString()), time.GetUtcNow(), RecordFlags.Unproven, query);
        IntakeMetrics.OnReceived(Door.Http, records.Count);
        // Stored also when the browser has gone on: the block has happened.
        return (await appends.AppendAsync(target, records, claim: null)).Refusal;
    }
}
