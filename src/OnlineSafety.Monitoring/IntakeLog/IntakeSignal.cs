namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// "There is something to read": a hint inside one process. A pulse reaches everyone who waits: which worker holds the stream's lease is not known
/// here, and one that is woken for another's stream could not read it.
/// </summary>
internal sealed class IntakeSignal
{
    private TaskCompletionSource _next = Unset();

    /// <summary>Completes with the next pulse. Taken before looking for work: a pulse while one looks is then not lost.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Pulse() => Interlocked.Exchange(ref _next, Unset()).SetResult();

    // Whoever pulses has just committed and goes on with the next commit: what waits runs elsewhere.
    private static TaskCompletionSource Unset() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
