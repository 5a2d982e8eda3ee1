namespace OnlineSafety.Monitoring.IntakeLog;

/// <summary>
/// "There is something to read": a hint inside one process, level-triggered, so that a pulse between two waits is not lost.
/// </summary>
internal sealed class IntakeSignal : IDisposable
{
    private readonly SemaphoreSlim _pulses = new(0, 64);

    public void Pulse()
    {
        try
        {
            _pulses.Release();
        }
        catch (SemaphoreFullException)
        {
            // Enough pulses are waiting for every reader there is.
        }
    }

    /// <summary>Waits for a pulse, at most <paramref name="timeout"/>.</summary>
    public Task<bool> WaitAsync(TimeSpan timeout, CancellationToken cancellationToken) => _pulses.WaitAsync(timeout, cancellationToken);

    public void Dispose() => _pulses.Dispose();
}
