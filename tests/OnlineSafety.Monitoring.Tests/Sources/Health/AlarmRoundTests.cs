using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

public sealed class AlarmRoundTests
{
    private static readonly DateTimeOffset Now = School.At(11, 16, 11);

    [Fact]
    public void AnOutageOfEverythingIsOneMail()
    {
        var first = Source(SourceState.Silent, lastSign: Now.AddMinutes(-30));
        var others = Enumerable.Range(0, 9).Select(i => Source(SourceState.Late, lastSign: Now.AddMinutes(-31 - i))).ToList();
        var round = AlarmRound.Of([first, .. others], [], Now);
        Assert.Equal([first], round.Told);
        Assert.Equal(9, round.AlsoQuiet.Count);

        // Later each of them is silent by its own measure; people were told.
        var later = others.ConvertAll(source => source with { Verdict = Verdict(SourceState.Silent), ListedAt = Now });
        round = AlarmRound.Of(later, [], Now.AddMinutes(20));
        Assert.Equal(9, round.Opened.Count);
        Assert.Empty(round.Told);
    }

    [Fact]
    public void OneThatWasHeardSinceIsNamedAgain()
    {
        var source = Source(SourceState.Silent, lastSign: Now.AddMinutes(-30)) with { ListedAt = Now.AddHours(-3) };
        Assert.Equal([source], AlarmRound.Of([source], [], Now).Told);
    }

    [Fact]
    public void OneThatWasHeardAfterTheFirstWentQuietIsNotNamedWithIt() => Assert.Empty(
        AlarmRound.Of([Source(SourceState.Silent, lastSign: Now.AddMinutes(-30)), Source(SourceState.Healthy, lastSign: Now.AddMinutes(-20))], [], Now).AlsoQuiet);

    [Fact]
    public void WhatStandsIsNotToldAgain()
    {
        var standing = Source(SourceState.Silent, Now.AddHours(-30)) with { Open = new OpenAlarm(Guid.NewGuid(), SourceState.Silent, Now.AddHours(-29)) };
        var round = AlarmRound.Of([standing], [], Now);
        Assert.Empty(round.Opened);
        Assert.Empty(round.Changed);
        Assert.Empty(round.Told);
    }

    [Theory]
    [InlineData(SourceState.Unreadable, SourceState.Silent, 1, true)]
    [InlineData(SourceState.VolumeCollapsed, SourceState.Silent, 1, false)]
    [InlineData(SourceState.CanaryMissing, SourceState.Silent, 13, true)]
    [InlineData(SourceState.Silent, SourceState.VolumeCollapsed, 30, false)]
    internal void AGraverStateIsToldWhenPeopleDoNotExpectIt(SourceState before, SourceState after, int hoursSinceTold, bool told)
    {
        var source = Source(after, Now.AddHours(-1)) with { Open = new OpenAlarm(Guid.NewGuid(), before, Now.AddHours(-hoursSinceTold)) };
        var round = AlarmRound.Of([source], [], Now);
        Assert.Single(round.Changed);
        Assert.Equal(told ? 1 : 0, round.Told.Count);
    }

    [Fact]
    public void WhatIsOverIsToldWhenAllIsWellOrAfterHalfAnHour()
    {
        var well = Source(SourceState.Healthy, Now) with { Open = new OpenAlarm(Guid.NewGuid(), SourceState.Silent, Now.AddHours(-1)) };
        var silent = Source(SourceState.Silent, Now.AddHours(-1)) with { Open = new OpenAlarm(Guid.NewGuid(), SourceState.Silent, Now.AddHours(-1)) };
        Assert.Single(AlarmRound.Of([well], [], Now).ToldCleared);
        Assert.Empty(AlarmRound.Of([well, silent], [], Now).ToldCleared);
        var waiting = new ClearedAlarm(Guid.NewGuid(), well.Source, well.Name, SourceState.Silent, Now.AddMinutes(-31));
        Assert.Equal([waiting], AlarmRound.Of([silent], [waiting], Now).ToldCleared);
        Assert.Empty(AlarmRound.Of([silent], [waiting with { ClearedAt = Now.AddMinutes(-29) }], Now).ToldCleared);
    }

    private static JudgedSource Source(SourceState state, DateTimeOffset? lastSign) => new(Guid.NewGuid(), "Filter", Verdict(state), lastSign, ListedAt: null, Open: null);

    private static SourceVerdict Verdict(SourceState state) =>
        new(state, state > SourceState.Late, Now.AddMinutes(-30), CalmSince: null, TimeSpan.FromMinutes(15), GapBasis.Measured, "words");
}
