using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>An append on its way to a writer, and what became of it.</summary>
internal sealed class PendingAppend(SourceKey target, RecordBatch records, DeliveryClaim? delivery)
{
    // Continuations run on the pool: a writer must never run a caller's code between two commits.
    private readonly TaskCompletionSource<AppendResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public SourceKey Target { get; } = target;

    public RecordBatch Records { get; } = records;

    /// <summary>Of the records as they were handed over: the batch may hold others once it was answered. Null: nobody brings them again.</summary>
    public object? Token { get; } = records.Token;

    public DeliveryClaim? Delivery { get; } = delivery;

    /// <summary>SHA-256 of the delivery id: ids may be anything, also a pupil's name.</summary>
    public byte[]? IdHash { get; } = delivery is null ? null : SHA256.HashData(Encoding.UTF8.GetBytes(delivery.Id));

    /// <summary>The hash that this append is claimed by; null: it has no id.</summary>
    public byte[]? ClaimedAs { get; set; }

    /// <summary>Sequence of the first record, once assigned.</summary>
    public long First { get; set; }

    public Task<AppendResult> Task => _done.Task;

    /// <summary>SHA-256 of id and body: by which a delivery is known whose id came with another body before.</summary>
    public byte[] ConflictHash() => SHA256.HashData([.. IdHash!, .. Delivery!.BodyHash.Span]);

    public void Complete(AppendResult result) => _done.TrySetResult(result);

    public void Fail(Exception exception) => _done.TrySetException(exception);
}
