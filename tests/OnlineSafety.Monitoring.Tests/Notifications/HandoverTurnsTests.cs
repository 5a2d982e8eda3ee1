using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Notifications;

public sealed class HandoverTurnsTests
{
    private static readonly TimeSpan Alone = TimeSpan.FromSeconds(1);

    // A turn that is never given back is a failure and not a hang.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ManualTimeProvider _clock = new(Some.Time);

    [Fact]
    public async Task OneAtATimeAndTheNextWhenItIsOver()
    {
        var turns = new HandoverTurns(Alone, _clock);
        var (first, second, third) = (turns.Next(), turns.Next(), turns.Next());
        await first.TakeAsync(default);
        var (two, three) = (second.TakeAsync(default), third.TakeAsync(default));
        Assert.False(two.IsCompleted || three.IsCompleted);

        first.Dispose();
        first.Dispose();
        await two.WaitAsync(Patience);
        Assert.False(three.IsCompleted);

        second.Dispose();
        await three.WaitAsync(Patience);
    }

    [Fact]
    public async Task OneThatTakesTooLongKeepsNobodyWaiting()
    {
        var turns = new HandoverTurns(Alone, _clock);
        var (slow, next, last) = (turns.Next(), turns.Next(), turns.Next());
        await slow.TakeAsync(default);
        var waiting = next.TakeAsync(default);
        _clock.Advance(Alone - TimeSpan.FromMilliseconds(1));
        Assert.False(waiting.IsCompleted);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        await waiting.WaitAsync(Patience);

        // What ends late gives back no turn that is another's by then.
        slow.Dispose();
        Assert.False(last.TakeAsync(default).IsCompleted);
    }

    [Fact]
    public async Task WhoeverIsStoppedWhileWaitingTakesNobodysTurn()
    {
        var turns = new HandoverTurns(Alone, _clock);
        var (first, stopped, next) = (turns.Next(), turns.Next(), turns.Next());
        await first.TakeAsync(default);
        using var stop = new CancellationTokenSource();
        var waiting = stopped.TakeAsync(stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        stopped.Dispose();

        Assert.False(next.TakeAsync(default).IsCompleted);
    }

    [Fact]
    public async Task WithoutATimeNobodyWaits()
    {
        var turns = new HandoverTurns(TimeSpan.Zero, _clock);
        await turns.Next().TakeAsync(default);

        Assert.True(turns.Next().TakeAsync(default).IsCompletedSuccessfully);
    }
}
