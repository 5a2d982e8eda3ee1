using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.TestKit;

public sealed class ManualTimeProviderTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Start);

    [Fact]
    public void TimersFireInOrderOfTheirDueTimeAndSeeTheTimeTheyWereDue()
    {
        var fired = new List<(string Name, DateTimeOffset At)>();
        using var late = _time.CreateTimer(_ => fired.Add(("late", _time.GetUtcNow())), null, TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan);
        using var early = _time.CreateTimer(_ => fired.Add(("early", _time.GetUtcNow())), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal([("early", Start.AddSeconds(2)), ("late", Start.AddSeconds(5))], fired);
        Assert.Equal(Start.AddSeconds(10), _time.GetUtcNow());
        Assert.Equal(0, _time.WaitingTimers);
    }

    [Fact]
    public void APeriodicTimerFiresOnceAPeriodUntilDisposed()
    {
        var fired = 0;
        var timer = _time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(3));

        timer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(3, fired);
    }

    [Fact]
    public async Task ADelayEndsWhenTheClockReachesIt()
    {
        var delay = Task.Delay(TimeSpan.FromMinutes(5), _time);
        _time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Assert.False(delay.IsCompleted);

        _time.Advance(TimeSpan.FromTicks(1));

        await delay;
    }

    [Fact]
    public void ElapsedTimeIsTheTimeAdvanced()
    {
        var begun = _time.GetTimestamp();

        _time.AdvanceTo(Start.AddHours(3));

        Assert.Equal(TimeSpan.FromHours(3), _time.GetElapsedTime(begun));
    }
}
