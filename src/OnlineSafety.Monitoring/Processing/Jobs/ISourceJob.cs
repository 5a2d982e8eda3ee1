using System.Text.Json;

namespace OnlineSafety.Monitoring.Processing.Jobs;

/// <summary>
/// One kind of work on a source's log. Register it as a singleton <c>ISourceJob</c> beside the process role. A job may be stopped between any two
/// instructions and begun again, by this process or another: it either writes nothing, or fences what it writes with
/// <see cref="SourceJobContext"/>'s job and worker.
/// </summary>
internal interface ISourceJob
{
    /// <summary>A word of <see cref="JobKind"/>.</summary>
    string Kind { get; }

    /// <summary>Does the work; what it returns becomes the job's result. It may hold counts, names of fields and shapes, and redacted examples; never content.</summary>
    /// <exception cref="JobRefusedException">It cannot be done; the message is shown to whoever asked.</exception>
    /// <exception cref="JobEndedException">It was cancelled meanwhile, or another worker has it.</exception>
    Task<JsonElement> RunAsync(SourceJobContext context, CancellationToken cancellationToken);
}

/// <summary>A job in the hands of a worker.</summary>
/// <param name="Worker">Who holds the lease.</param>
internal sealed record SourceJobContext(SourceJob Job, Guid Worker, JobLedger Ledger)
{
    /// <summary>Tells how far it is; whoever waits for it sees that within a second.</summary>
    /// <param name="done">Records done.</param>
    /// <param name="total">Records in all.</param>
    /// <exception cref="JobEndedException">It was cancelled meanwhile, or another worker has it.</exception>
    public Task ProgressAsync(long done, long total, CancellationToken cancellationToken) => Ledger.ProgressAsync(this, done, total, cancellationToken);
}

/// <summary>A job that cannot be done. The message is for whoever asked, and holds nothing of a record.</summary>
internal sealed class JobRefusedException(string message) : Exception(message);

/// <summary>The job is no longer this worker's: cancelled, superseded, or leased by another.</summary>
internal sealed class JobEndedException(string message) : Exception(message);
