using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

public sealed class SourceJudgeTests
{
    private static readonly DateTimeOffset Monday = School.At(11, 16, 0);

    private static readonly SourceProfile Busy = SourceProfile.Nothing with
    {
        SchoolDays = 20, PerDay = 5000, Gap = TimeSpan.FromMinutes(20), Volumes = [.. Enumerable.Range(0, 24).Select(hour => hour is >= 9 and < 14 ? new UsualVolume(1600, 1200) : default)],
    };

    private static readonly SourceProfile Few = SourceProfile.Nothing with { SchoolDays = 20, PerDay = 3 };

    [Theory]
    [InlineData(15, SourceState.Healthy, false)]
    [InlineData(25, SourceState.Late, false)]
    [InlineData(37, SourceState.Late, false)]
    [InlineData(39, SourceState.Silent, true)]
    internal void ASourceIsLateAfterItsExpectedGapAndSilentBeforeTwiceOfIt(int minutes, SourceState state, bool alarming)
    {
        var verdict = Judge(Seen(School.At(11, 16, 10)), School.At(11, 16, 10, minutes));
        Assert.Equal((state, alarming), (verdict.State, verdict.Alarming));
    }

    [Fact]
    public void NoSourceIsBlamedForTheNightTheWeekendOrHalfTerm()
    {
        // Heard last on the Friday before half term, three minutes before the bell.
        var seen = Seen(School.At(10, 23, 13, 57));
        Assert.Equal(SourceState.Healthy, Judge(seen, School.At(10, 30, 23)).State);
        Assert.Equal(SourceState.Healthy, Judge(seen, School.At(11, 2, 9, 0)).State);
        Assert.Equal(SourceState.Silent, Judge(seen, School.At(11, 2, 9, 25)).State);
    }

    [Fact]
    public void AnAlarmEndsOnlyAfterTheSourceWasHeardForAWhile()
    {
        var silent = Judge(Seen(School.At(11, 16, 10)), School.At(11, 16, 10, 45));
        var back = Judge(Seen(School.At(11, 16, 11)) with { Standing = silent.Standing }, School.At(11, 16, 11));
        Assert.Equal((SourceState.Silent, true), (back.State, back.Alarming));
        var again = Judge(Seen(School.At(11, 16, 11, 19)) with { Standing = back.Standing }, School.At(11, 16, 11, 19));
        Assert.True(again.Alarming);
        var well = Judge(Seen(School.At(11, 16, 11, 26)) with { Standing = again.Standing }, School.At(11, 16, 11, 26));
        Assert.Equal((SourceState.Healthy, false), (well.State, well.Alarming));
    }

    [Fact]
    public void OneStrayRecordDoesNotEndASilence()
    {
        var standing = Judge(Seen(School.At(11, 16, 10)), School.At(11, 16, 10, 45)).Standing;
        for (var minute = 0; minute < 60; minute++)
        {
            var verdict = Judge(Seen(School.At(11, 16, 11)) with { Standing = standing }, School.At(11, 16, 11, minute));
            Assert.Equal(SourceState.Silent, verdict.State);
            standing = verdict.Standing;
        }
    }

    [Fact]
    public void OneThatIsLateAgainHasNotRecovered()
    {
        var standing = new SourceStanding(SourceState.Silent, Alarming: true, School.At(11, 16, 10), CalmSince: School.At(11, 16, 11));
        var late = Judge(Seen(School.At(11, 16, 11)) with { Standing = standing }, School.At(11, 16, 11, 25));
        Assert.Null(late.CalmSince);
        Assert.True(late.Alarming);
    }

    [Fact]
    public void ASilenceOfWeeksStaysAnAlarmThoughNoHistoryIsLeft()
    {
        var standing = new SourceStanding(SourceState.Silent, Alarming: true, School.At(9, 14, 10), CalmSince: null);
        var seen = Seen(School.At(9, 14, 10)) with { Standing = standing, Profile = SourceProfile.Nothing };
        Assert.Equal((SourceState.Silent, true), (Judge(seen, School.At(12, 1, 3)).State, Judge(seen, School.At(12, 1, 3)).Alarming));
    }

    [Fact]
    public void ASourceIsNotBlamedForTheTimeInWhichNobodyListened()
    {
        var seen = Seen(School.At(11, 16, 10)) with { WatchingSince = School.At(11, 16, 12) };
        Assert.Equal(SourceState.Healthy, Judge(seen, School.At(11, 16, 12, 5)).State);
        Assert.Equal(SourceState.Silent, Judge(seen, School.At(11, 16, 12, 40)).State);
    }

    [Fact]
    public void OneThatSendsLittleIsJudgedByItsCanaryAloneAndSaysSo()
    {
        var canary = new CanarySight("library PC", TimeSpan.FromMinutes(15), Monday.AddDays(-30), School.At(11, 16, 10));
        var seen = Seen(School.At(11, 10, 10)) with { Profile = Few, Canaries = [canary] };
        var verdict = Judge(seen, School.At(11, 16, 10, 50));
        Assert.Equal((SourceState.Healthy, GapBasis.Canary, TimeSpan.FromMinutes(30)), (verdict.State, verdict.Basis, verdict.ExpectedGap));
        Assert.Contains("judged by its canary alone", verdict.Words, StringComparison.Ordinal);
        var missing = Judge(seen, School.At(11, 16, 10, 58));
        Assert.Equal((SourceState.CanaryMissing, true), (missing.State, missing.Alarming));
        Assert.Contains("library PC was last seen Mon 16 Nov 10:00", missing.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void OneThatSendsLittleWithoutACanaryIsNotWatchedAndSaysSo()
    {
        var verdict = Judge(Seen(School.At(11, 10, 10)) with { Profile = Few }, School.At(11, 16, 14));
        Assert.Equal((SourceState.Unwatched, false), (verdict.State, verdict.Alarming));
        Assert.Contains("nobody would notice if it stopped", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void ACanaryThatWasNotSeenYetProvesNothing()
    {
        var canary = new CanarySight("PC", TimeSpan.FromMinutes(15), School.At(11, 16, 10), LastSeenAt: null);
        var verdict = Judge(Seen(School.At(11, 16, 10)) with { Profile = Few, Canaries = [canary] }, School.At(11, 16, 10));
        Assert.Equal((SourceState.Unwatched, false), (verdict.State, verdict.Alarming));
        Assert.Contains("was not seen yet", verdict.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void ACanaryThatWasNeverSeenIsMissed()
    {
        var canary = new CanarySight("PC", TimeSpan.FromMinutes(15), School.At(11, 16, 9), LastSeenAt: null);
        Assert.Equal(SourceState.CanaryMissing, Judge(Seen(School.At(11, 16, 11)) with { Canaries = [canary] }, School.At(11, 16, 11)).State);
    }

    [Fact]
    public void OneThatWasNeverHeardIsAnAlarmAfterADayOfLessons()
    {
        var seen = Seen(Monday) with { LastHeardAt = null, CreatedAt = School.At(11, 16, 12) };
        Assert.False(Judge(seen, School.At(11, 17, 12, 10)).Alarming == true && Judge(seen, School.At(11, 16, 15)).Alarming);
        Assert.Equal((SourceState.NeverHeard, false), (Judge(seen, School.At(11, 17, 11, 50)).State, Judge(seen, School.At(11, 17, 11, 50)).Alarming));
        Assert.True(Judge(seen, School.At(11, 17, 12, 10)).Alarming);
    }

    [Theory]
    [InlineData(60, SourceState.VolumeCollapsed)]
    [InlineData(800, SourceState.Healthy)]
    internal void FarFewerRecordsThanUsualAreNoticedAndHalfAsManyAreNot(int records, SourceState state)
    {
        var seen = Seen(School.At(11, 16, 12)) with { Recent = [Hour(10, records), Hour(11, records)] };
        Assert.Equal(state, Judge(seen, School.At(11, 16, 12, 1)).State);
    }

    [Fact]
    public void OneThatSendsInBurstsHasNotCollapsedInAQuietHour()
    {
        var bursts = Busy with { Volumes = [.. Busy.Volumes.Select(volume => volume with { Lowest = 40 })] };
        Assert.Equal(SourceState.Healthy, Judge(Seen(School.At(11, 16, 12)) with { Profile = bursts, Recent = [Hour(10, 15), Hour(11, 15)] }, School.At(11, 16, 12, 1)).State);
    }

    [Fact]
    public void WhatWaitsToBeProcessedIsNoCollapse() =>
        Assert.Equal(SourceState.Healthy, Judge(Seen(School.At(11, 16, 12)) with { Behind = true }, School.At(11, 16, 12, 1)).State);

    [Theory]
    [InlineData(30, 0, SourceState.Unreadable)]
    [InlineData(10, 0, SourceState.Healthy)]
    [InlineData(0, 60, SourceState.ClockSkewed)]
    [InlineData(0, 30, SourceState.Healthy)]
    internal void SharesThatAreTooHighAreNoticed(int unreadable, int skewed, SourceState state)
    {
        var seen = Seen(School.At(11, 16, 9, 55)) with { Recent = [Hour(9, 100, unreadable, skewed)] };
        Assert.Equal(state, Judge(seen, School.At(11, 16, 9, 56)).State);
    }

    [Fact]
    public void WhereAFewComeEachHourAsManyHoursAreLookedAtAsHoldEnough()
    {
        var seen = Seen(School.At(11, 16, 11, 55)) with { Profile = Few, Recent = [Hour(9, 8, unreadable: 8), Hour(10, 8, unreadable: 8), Hour(11, 8, unreadable: 8)] };
        Assert.Equal(SourceState.Unreadable, Judge(seen, School.At(11, 16, 11, 56)).State);
    }

    [Fact]
    public void AShareThatFallsALittleDoesNotEndTheAlarmAndStartItAgain()
    {
        var standing = new SourceStanding(SourceState.Unreadable, Alarming: true, School.At(11, 16, 9), CalmSince: null);
        var seen = Seen(School.At(11, 16, 9, 55)) with { Standing = standing, Recent = [Hour(9, 100, unreadable: 15)] };
        var verdict = Judge(seen, School.At(11, 16, 9, 56));
        Assert.Equal((SourceState.Unreadable, (DateTimeOffset?)null), (verdict.State, verdict.CalmSince));
    }

    [Fact]
    public void ADeviceClassThatIsGoneForASchoolDayIsAnAlarmThoughAllElseGoesOn()
    {
        var days = Enumerable.Range(2, 12).Select(day => new DateOnly(2026, 11, day)).Where(School.Calendar.IsSchoolDay).ToList();
        var hours = days.Append(new DateOnly(2026, 11, 16)).SelectMany(day => Enumerable.Range(9, 6).Select(hour => new ActivityHour(School.At(11, day.Day, hour), 500, 0, 0, -1L))).ToList();
        List<DeviceDay> devices = [.. days.Select(day => new DeviceDay("ipad", day)), .. days.Append(new DateOnly(2026, 11, 16)).Select(day => new DeviceDay("windows", day))];
        var now = School.At(11, 16, 15, 20);
        var seen = Seen(now) with { Profile = SourceProfile.Of(hours, [], devices, School.Calendar, School.At(11, 2, 0), now), Recent = [.. hours.TakeLast(6)] };

        var verdict = Judge(seen, now);
        Assert.Equal((SourceState.DeviceMissing, true), (verdict.State, verdict.Alarming));
        Assert.Contains("no iPad was seen since Fri 13 Nov, while other devices were", verdict.Words, StringComparison.Ordinal);
        // Before the last bell the day is not over: they may come in the afternoon.
        var noon = School.At(11, 16, 12);
        Assert.Equal(SourceState.Healthy, Judge(seen with { LastHeardAt = noon, Profile = SourceProfile.Of(hours, [], devices, School.Calendar, School.At(11, 2, 0), noon) }, noon).State);
    }

    [Fact]
    public void WhatWasSetByHandWins()
    {
        var verdict = Judge(Seen(School.At(11, 16, 10)) with { SetGap = TimeSpan.FromHours(2), Profile = Few }, School.At(11, 16, 11, 30));
        Assert.Equal((SourceState.Healthy, GapBasis.Set), (verdict.State, verdict.Basis));
    }

    private static ActivityHour Hour(int hour, int records, int unreadable = 0, int skewed = 0) => new(School.At(11, 16, hour), records, unreadable, skewed, -1L);

    private static SourceObservations Seen(DateTimeOffset heard) => new()
    {
        CreatedAt = School.At(9, 1, 12), LastHeardAt = heard, Profile = Busy, WatchingSince = School.At(9, 1, 12),
    };

    private static SourceVerdict Judge(SourceObservations seen, DateTimeOffset now) => School.Judge.Judge(seen, now);
}
