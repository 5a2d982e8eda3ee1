using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// The durable seam between the doors and Processing. One contract suite, every implementation.
/// </summary>
internal interface IIntakeLog
{
    /// <summary>
    /// Appends the records of one source in one piece and in order. Completes only after they are durable; many callers share one commit.
    /// The batch belongs to the log until the task completes, then to the caller again. One that comes again with the same <see cref="RecordBatch.Token"/>,
    /// because nobody could tell what became of it, is stored once.
    /// </summary>
    /// <param name="target">The source they belong to.</param>
    /// <param name="records">1 or more records.</param>
    /// <param name="delivery">The sender's id for this delivery, claimed in the append's own transaction; null when it gave none.</param>
    /// <exception cref="IntakeUnavailableException">Nothing was appended, or nobody can tell: the sender must try again.</exception>
    Task<AppendResult> AppendAsync(SourceKey target, RecordBatch records, DeliveryClaim? delivery, CancellationToken cancellationToken);
}

/// <summary>School and source that records belong to.</summary>
internal readonly record struct SourceKey(Guid School, Guid Source);

/// <summary>A delivery id (<c>webhook-id</c>, <c>Idempotency-Key</c>) and the SHA-256 of the body it came with. The id is stored as a hash only.</summary>
internal sealed record DeliveryClaim(string Id, ReadOnlyMemory<byte> BodyHash);

/// <param name="Stream">Stream of the records.</param>
/// <param name="First">Sequence of the first record.</param>
/// <param name="Count">How many records the delivery holds.</param>
/// <param name="Duplicate">True when this delivery id with this body was stored before: these are the old positions, nothing was appended.</param>
internal readonly record struct AppendResult(Guid Stream, long First, int Count, bool Duplicate);

/// <summary>The log cannot take records now. <see cref="RetryAfter"/> is a hint for the sender.</summary>
internal sealed class IntakeUnavailableException(string message, TimeSpan retryAfter, Exception? inner = null) : Exception(message, inner)
{
    public TimeSpan RetryAfter { get; } = retryAfter;
}
