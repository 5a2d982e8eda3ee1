using System.Diagnostics;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake;

/// <summary>The doors' one way to the intake log: appends, and measures it.</summary>
internal sealed class IntakeAppender(IIntakeLog log, TimeProvider time)
{
    /// <inheritdoc cref="IIntakeLog.AppendAsync"/>
    public async Task<AppendResult> AppendAsync(
        Door door, SourceKey target, RecordBatch records, DeliveryClaim? delivery, CancellationToken cancellationToken)
    {
        using var activity = Instruments.Activities.StartActivity("intake append", System.Diagnostics.ActivityKind.Producer);
        activity?.SetTag("onlinesafety.door", IntakeMetrics.WordOf(door));
        activity?.SetTag("onlinesafety.records", records.Count);
        var started = time.GetTimestamp();
        var durable = false;
        try
        {
            var result = await log.AppendAsync(target, records, delivery, cancellationToken);
            durable = true;
            if (!result.Duplicate)
            {
                IntakeMetrics.OnAccepted(door, records.Count, records.Bytes);
            }

            return result;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            activity?.SetStatus(ActivityStatusCode.Error);
            throw;
        }
        finally
        {
            IntakeMetrics.OnAppend(door, records.Count, time.GetElapsedTime(started), durable);
        }
    }
}
