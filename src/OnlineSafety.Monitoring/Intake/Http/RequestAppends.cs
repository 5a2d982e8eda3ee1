using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Http;

/// <summary>The way of every kind of request to the log: so many of one source at once, so many appends of all, and a refusal where it is not stored.</summary>
internal sealed class RequestAppends(IntakeAppender appender, IOptions<IntakeOptions> options, IHostApplicationLifetime lifetime, ILogger<RequestAppends> logger)
{
    private readonly OpenCounts<Guid> _perSource = new(options.Value.Http.MaxRequestsPerSource);
    private readonly OpenCounts<Door> _waiting = new(options.Value.Http.MaxPendingAppends);

    /// <summary>Handles a request of a source, unless as many as may be are being handled.</summary>
    public Task<IngestRefusal?> OfSourceAsync(Guid source, Func<Task<IngestRefusal?>> handle) => WithinAsync(_perSource, source, IngestRefusal.SourceBusy, handle);

    /// <summary>Stores what a request holds, unless as much as may wait does.</summary>
    public Task<IngestRefusal?> WaitingAsync(Func<Task<IngestRefusal?>> store) => WithinAsync(_waiting, Door.Http, IngestRefusal.LogBusy, store);

    /// <summary>Complete when the records are durable, or refused.</summary>
    public async Task<(AppendResult Stored, IngestRefusal? Refusal)> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? claim)
    {
        try
        {
            // Not the request's token: what arrived whole is stored even if its sender has gone.
            return (await appender.AppendAsync(Door.Http, target, records, claim, lifetime.ApplicationStopped), null);
        }
        catch (Exception exception)
        {
            // Whatever it was, the sender must try again: nothing but a durable append is answered with 2xx.
            DoorLog.RequestNotStored(logger, target.Source, ErrorWords.Of(exception));
            return (default, IngestRefusal.LogUnavailable(exception is IntakeUnavailableException unavailable ? unavailable.RetryAfter : TimeSpan.FromSeconds(5)));
        }
    }

    private static async Task<IngestRefusal?> WithinAsync<TKey>(OpenCounts<TKey> open, TKey key, IngestRefusal full, Func<Task<IngestRefusal?>> run)
        where TKey : notnull
    {
        if (!open.TryEnter(key))
        {
            return full;
        }

        try
        {
            return await run();
        }
        finally
        {
            open.Leave(key);
        }
    }
}
