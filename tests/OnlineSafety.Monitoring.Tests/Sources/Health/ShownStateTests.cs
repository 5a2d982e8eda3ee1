using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

public sealed class ShownStateTests
{
    private static readonly DateTimeOffset Heard = new(2026, 11, 26, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void ASourceThatWasHeardSinceItWasJudgedIsNoneThatNeverWas()
    {
        var state = Judged(SourceState.NeverHeard).Shown(Heard);

        Assert.Equal((SourceStateWords.JustHeard, false), (state.State, state.Alarming));
        Assert.DoesNotContain("nothing was ever received", state.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void OneThatStillWasNotIsShownAsItWasJudged() =>
        Assert.Equal(("never heard", true), (Judged(SourceState.NeverHeard).Shown(heardAt: null).State, Judged(SourceState.NeverHeard).Shown(heardAt: null).Alarming));

    [Theory]
    [InlineData((byte)SourceState.Silent)]
    [InlineData((byte)SourceState.Late)]
    [InlineData((byte)SourceState.CanaryMissing)]
    public void WhatElseTheWatchSaysStandsUntilItSaysOtherwise(byte state) => Assert.Equal(SourceStateWords.Of((SourceState)state), Judged((SourceState)state).Shown(Heard).State);

    private static StoredState Judged(SourceState state) => new() { State = SourceStateWords.Of(state), Alarming = true, Words = "nothing was ever received from it; added Thu 26 Nov 08:00" };
}
