using OnlineSafety.Monitoring.Intake;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class AllowancesTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void OverSoManyKeysThoseNotKnownYetShareOneUntilOthersHaveRested()
    {
        var rates = new Allowances<int>(1, TimeSpan.FromMinutes(1), _time, mostKeys: 2);

        Assert.Equal([true, true], new[] { rates.TryTake(1), rates.TryTake(2) });
        Assert.Equal([true, false, false], new[] { rates.TryTake(3), rates.TryTake(4), rates.TryTake(1) });
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([true, true], new[] { rates.TryTake(3), rates.TryTake(4) });
    }

    [Fact]
    public void WhatIsTakenAndWhatIsChargedIsOneAllowance()
    {
        var rates = new Allowances<int>(2, TimeSpan.FromMinutes(1), _time);

        Assert.Equal(TimeSpan.FromSeconds(30), rates.Charge(1, 3, mayOwe: true));
        Assert.False(rates.TryTake(1));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([true, false], new[] { rates.TryTake(1), rates.TryTake(1) });
    }

    [Fact]
    public void ALimitOfNoneIsNone()
    {
        var rates = new Allowances<int>(0, TimeSpan.FromMinutes(1), _time);

        Assert.True(rates.TryTake(1));
        Assert.Equal(TimeSpan.Zero, rates.Charge(1, int.MaxValue, mayOwe: true));
    }
}
