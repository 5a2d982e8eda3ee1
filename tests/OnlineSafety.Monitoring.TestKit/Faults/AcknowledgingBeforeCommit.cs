using Microsoft.Extensions.DependencyInjection;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>The mistake that the crash tests must catch: says "stored" at once and stores a moment later.</summary>
internal sealed class AcknowledgingBeforeCommit(IIntakeLog log) : IIntakeLog
{
    // About what a commit takes on a slow disk.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    public static void Decorate(IServiceCollection services) => services.Decorate<IIntakeLog>(log => new AcknowledgingBeforeCommit(log));

    public Task<AppendResult> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? delivery, CancellationToken cancellationToken)
    {
        // The caller has its batch back as soon as this returns.
        var copy = new RecordBatch();
        for (var i = 0; i < records.Count; i++)
        {
            var record = records[i];
            copy.Add(record.Envelope, record.ReceivedAt, record.Flags, record.Payload.Span);
        }

        _ = StoreLaterAsync(target, copy, delivery);
        return Task.FromResult(new AppendResult(Guid.NewGuid(), 1, records.Count, Duplicate: false));
    }

    private async Task StoreLaterAsync(SourceKey target, RecordBatch records, DeliveryClaim? delivery)
    {
        await Task.Delay(Moment);
        await log.AppendAsync(target, records, delivery, CancellationToken.None);
    }
}
