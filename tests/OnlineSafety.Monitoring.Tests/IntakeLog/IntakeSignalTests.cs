using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Tests.IntakeLog;

public sealed class IntakeSignalTests
{
    private readonly IntakeSignal _signal = new();

    [Fact]
    public void APulseReachesEveryoneWhoWaits()
    {
        var (one, other) = (_signal.Next, _signal.Next);

        _signal.Pulse();

        Assert.True(one.IsCompletedSuccessfully && other.IsCompletedSuccessfully);
    }

    [Fact]
    public void APulseWhileOneLooksForWorkEndsTheWaitAfterIt()
    {
        var beforeLooking = _signal.Next;
        _signal.Pulse();
        _signal.Pulse();

        Assert.True(beforeLooking.IsCompletedSuccessfully);
    }

    [Fact]
    public void APulseOfTheTimeBeforeIsNotHeardAgain()
    {
        _signal.Pulse();

        Assert.False(_signal.Next.IsCompleted);
    }
}
