namespace OnlineSafety.Monitoring.Intake.Syslog;

/// <summary>
/// How many bytes of one connection may be read at once while the bytes read before are made durable; twice that is what a crash can lose of it.
/// Small commits cost as much as large ones, so a sender that has always more to say gets more, up to a limit for it and one for all connections
/// together. A log that has become slow takes it back: holding more would not make it faster.
/// </summary>
internal sealed class ReadAhead : IDisposable
{
    /// <summary>What an <see cref="System.Net.Security.SslStream"/> may itself have read ahead: two records of TLS.</summary>
    private const int TlsBuffer = 32 * 1024;

    private const int LeastOverTls = 8 * 1024;

    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);

    private readonly ReadAheadBudget _budget;
    private readonly int _least;
    private readonly int _most;
    private int _granted;

    private ReadAhead(int least, int most, ReadAheadBudget budget)
    {
        (_least, _most, _budget) = (least / 2, most / 2, budget);
        (_granted, Bytes) = (_least, _least);
    }

    /// <summary>Bytes that the next read may take.</summary>
    public int Bytes { get; private set; }

    /// <param name="options">Limits.</param>
    /// <param name="tls">Over TLS it does not grow: a read never gives more than one record, 16 KiB.</param>
    /// <param name="budget">What all connections may grow by together.</param>
    public static ReadAhead Of(SyslogDoorOptions options, bool tls, ReadAheadBudget budget)
    {
        var least = tls ? Math.Max(options.ReadAheadBytes - TlsBuffer, LeastOverTls) : options.ReadAheadBytes;
        return new ReadAhead(least, tls ? least : options.ReadAheadMostBytes, budget);
    }

    /// <param name="filled">The sender had at least as much to say as a read could take.</param>
    /// <param name="append">Time since the append before began, now that it has ended: a sender that pauses counts as one that needs no more.</param>
    public void Adapt(bool filled, TimeSpan append)
    {
        if (append > Quick)
        {
            Bytes = _least;
            return;
        }

        if (!filled || Bytes * 2 > _most)
        {
            return;
        }

        var wanted = Bytes * 2;
        if (wanted > _granted)
        {
            // Both halves grow.
            if (!_budget.TryTake((wanted - _granted) * 2))
            {
                return;
            }

            _granted = wanted;
        }

        Bytes = wanted;
    }

    public void Dispose()
    {
        _budget.Return((_granted - _least) * 2);
        _granted = _least;
    }
}

/// <summary>What the connections of one listener may read ahead beyond what each has anyway, in bytes.</summary>
internal sealed class ReadAheadBudget(long bytes)
{
    private long _left = bytes;

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _left, -bytes) >= 0)
        {
            return true;
        }

        Return(bytes);
        return false;
    }

    public void Return(int bytes) => Interlocked.Add(ref _left, bytes);
}
