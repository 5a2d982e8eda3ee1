using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Processing;

public sealed class RestingStreamsTests
{
    [Fact]
    public void AStreamThatFailsAgainRestsLongerUpToAMinuteAndOneThatGoesOnNoMore()
    {
        var time = new ManualTimeProvider(Some.Time);
        var resting = new RestingStreams(time);
        var stream = Guid.NewGuid();
        foreach (var seconds in new[] { 0.5, 1, 2, 4, 8, 16, 32, 60, 60 })
        {
            resting.Add(stream);
            time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal([stream], resting.Now());
            time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Empty(resting.Now());
        }

        resting.Remove(stream);
        resting.Add(stream);
        time.Advance(TimeSpan.FromSeconds(0.5));
        Assert.Empty(resting.Now());
    }

    [Fact]
    public void ADatabaseThatIsAwayAgainAndAgainMakesNoRestLonger()
    {
        var time = new ManualTimeProvider(Some.Time);
        var resting = new RestingStreams(time);
        var stream = Guid.NewGuid();
        for (var i = 0; i < 10; i++)
        {
            resting.AddShortly(stream);
        }

        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Empty(resting.Now());
        Assert.Equal(0, resting.Stubborn);
    }

    [Fact]
    public void AStreamForWhichAloneTheDatabaseIsAwayOutrestsTheWorkersPauseThenTwiceAsLongAndIsShown()
    {
        var time = new ManualTimeProvider(Some.Time);
        var resting = new RestingStreams(time);
        var stream = Guid.NewGuid();
        foreach (var seconds in new[] { 2, 4, 8, 16, 32, 60, 60 })
        {
            resting.AddShortly(stream);
            time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.Equal([stream], resting.Now());
            time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Empty(resting.Now());
            resting.Remove(Guid.NewGuid());
        }

        Assert.Equal((1, false), (resting.Stubborn, resting.IsStubborn(stream)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OnlyWhatIsRefusedAgainAndAgainIsGivenUpAsItIs(bool refused)
    {
        var resting = new RestingStreams(new ManualTimeProvider(Some.Time));
        var stream = Guid.NewGuid();
        for (var i = 0; i < 3; i++)
        {
            Assert.False(resting.IsStubborn(stream));
            resting.Add(stream, refused);
        }

        // A server in trouble is shown all the same.
        Assert.Equal((refused, 1), (resting.IsStubborn(stream), resting.Stubborn));
    }

    [Fact]
    public void WhatTheDatabaseSaidOfItBeforeIsNoRefusal()
    {
        var (resting, stream) = (new RestingStreams(TimeProvider.System), Guid.NewGuid());
        for (var i = 0; i < 2; i++)
        {
            resting.AddShortly(stream);
            resting.Remove(Guid.NewGuid());
        }

        resting.Add(stream);
        Assert.Equal((1, false), (resting.Stubborn, resting.IsStubborn(stream)));
    }
}
