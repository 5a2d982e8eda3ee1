using System.Threading.Channels;

namespace OnlineSafety.Monitoring.Notifications;

/// <summary>
/// From the end of its data until it is marked nobody could say, should this process die, whether the relay has a mail: it comes once more. So that a kill doubles
/// one mail at most, mails of a process take turns with that moment, while everything before it goes on side by side.
/// </summary>
/// <param name="alone">How long one may keep the others waiting, and half of how long anybody waits: a mail that comes twice is a lesser evil than an alert that is told late. Zero: nobody waits.</param>
internal sealed class HandoverTurns(TimeSpan alone, TimeProvider time)
{
    // Holds the one whose turn it is; whoever writes next waits in line.
    private readonly Channel<bool> _turn = Channel.CreateBounded<bool>(1);
    private readonly TimeSpan _alone = alone;
    private readonly TimeProvider _time = time;

    public HandoverTurn Next() => new(this);

    /// <summary>The turn of one mail; over with its mark, or when it took too long.</summary>
    internal sealed class HandoverTurn(HandoverTurns turns) : IDisposable
    {
        private int _held;
        private ITimer? _limit;

        public async Task TakeAsync(CancellationToken cancellationToken)
        {
            if (turns._alone == TimeSpan.Zero || Volatile.Read(ref _held) == 1)
            {
                return;
            }

            // Who stands far behind in the line goes without a turn: a relay that is slow with each of many must not make the last one late.
            using var patience = new CancellationTokenSource(turns._alone * 2, turns._time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            try
            {
                await turns._turn.Writer.WriteAsync(true, either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return;
            }

            Volatile.Write(ref _held, 1);
            _limit?.Dispose();
            _limit = turns._time.CreateTimer(_ => Leave(), state: null, turns._alone, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _limit?.Dispose();
            Leave();
        }

        private void Leave()
        {
            if (Interlocked.Exchange(ref _held, 0) == 1)
            {
                turns._turn.Reader.TryRead(out _);
            }
        }
    }
}
