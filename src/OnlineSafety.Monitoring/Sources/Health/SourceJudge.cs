namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>
/// Says how a source stands. Pure: observations, calendar and a moment in, a verdict out.
/// <para>
/// Each check says yes, no or "cannot be told now"; the last changes nothing. An alarm ends only after its cause was gone for a while, so that
/// a source that stutters is one alarm and not many.
/// </para>
/// </summary>
internal sealed class SourceJudge(SchoolCalendar calendar, DeviceClasses devices)
{
    /// <summary>Alarm at this many expected gaps: people are told within two.</summary>
    public const double AlarmAt = 1.9;

    private const double CollapsedBelow = 0.15;
    private const double RecoveredFrom = 0.3;
    private const int LeastExpected = 100;
    private const double UnreadableFrom = 0.2;
    private const double SkewedFrom = 0.5;
    private const int LeastForShare = 20;

    private static readonly TimeSpan ShortestHold = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestHold = TimeSpan.FromHours(2);
    private static readonly TimeSpan Unsteady = TimeSpan.FromHours(24);

    public SourceVerdict Judge(SourceObservations seen, DateTimeOffset now)
    {
        var (gap, basis) = GapOf(seen);
        var found = Find(seen, gap, basis, now);
        var standing = seen.Standing;
        if (found.Alarming)
        {
            var since = standing is { } same && same.State == found.State ? same.Since : found.Since;
            return Verdict(found.State, alarming: true, since, calmSince: null);
        }

        if (standing is { Alarming: true })
        {
            // A source that is late again has not recovered.
            var calm = found.State == SourceState.Late ? (DateTimeOffset?)null : standing.CalmSince ?? now;
            if (calm is not { } since || now - since < HoldOf(seen, standing.State, gap, now))
            {
                return Verdict(standing.State, alarming: true, standing.Since, calm);
            }
        }

        var begun = standing is { Alarming: false } && standing.State == found.State ? standing.Since : found.Since;
        return Verdict(found.State, alarming: false, begun, calmSince: null);

        SourceVerdict Verdict(SourceState state, bool alarming, DateTimeOffset since, DateTimeOffset? calmSince) => new(
            state, alarming, since, calmSince, gap, basis, VerdictWords.Of(state, since, calmSince, gap, basis, seen, calendar, devices));
    }

    private Finding Find(SourceObservations seen, TimeSpan gap, GapBasis basis, DateTimeOffset now)
    {
        if (seen.LastHeardAt is not { } heard)
        {
            // Somebody may be setting it up: an alarm only after a whole day's lessons.
            return new Finding(SourceState.NeverHeard, Quiet(seen, seen.CreatedAt, now) >= SchoolHours.Usual.Closes - SchoolHours.Usual.Opens, seen.CreatedAt);
        }

        var byCanary = basis == GapBasis.Canary;
        var quiet = Quiet(seen, heard, now);
        if (!byCanary && (quiet > gap * AlarmAt || IsStillSilent(seen, heard)))
        {
            return new Finding(SourceState.Silent, Alarming: true, heard);
        }

        foreach (var (state, holds) in Troubles(seen, now))
        {
            // What cannot be told now is as it was.
            if (holds ?? Stands(seen, state))
            {
                return new Finding(state, Alarming: true, now);
            }
        }

        return byCanary
            ? new Finding(seen.Canaries.Any(canary => canary.LastSeenAt is not null) ? SourceState.Healthy : SourceState.Unwatched, Alarming: false, now)
            : quiet > gap ? new Finding(SourceState.Late, Alarming: false, heard) : new Finding(SourceState.Healthy, Alarming: false, now);
    }

    /// <summary>The gravest first.</summary>
    private IEnumerable<(SourceState State, bool? Holds)> Troubles(SourceObservations seen, DateTimeOffset now)
    {
        yield return (SourceState.CanaryMissing, CanaryMissing(seen, now));
        yield return (SourceState.VolumeCollapsed, Collapsed(seen, now));
        yield return (SourceState.DeviceMissing, MissingClass(seen.Profile) is not null);
        yield return (SourceState.Unreadable, Share(seen, hour => hour.Unreadable, UnreadableFrom, SourceState.Unreadable));
        yield return (SourceState.ClockSkewed, Share(seen, hour => hour.Skewed, SkewedFrom, SourceState.ClockSkewed));
    }

    private static bool Stands(SourceObservations seen, SourceState state) => seen.Standing is { Alarming: true } standing && standing.State == state;

    /// <summary>School time in which it said nothing and somebody listened.</summary>
    private TimeSpan Quiet(SourceObservations seen, DateTimeOffset since, DateTimeOffset now) =>
        calendar.OpenTime(since > seen.WatchingSince ? since : seen.WatchingSince, now);

    // A silence of weeks leaves no history to be judged by: it ends when something is heard, and not before.
    private static bool IsStillSilent(SourceObservations seen, DateTimeOffset heard) =>
        seen.Standing is { Alarming: true, State: SourceState.Silent } standing && heard <= standing.Since;

    private static (TimeSpan Gap, GapBasis Basis) GapOf(SourceObservations seen)
    {
        if (seen.SetGap is { } set)
        {
            return (set, GapBasis.Set);
        }

        var profile = seen.Profile;
        if (profile.HasFew && !Stands(seen, SourceState.Silent))
        {
            return (seen.Canaries.Count == 0 ? SourceProfile.Assumed : seen.Canaries.Max(CanaryGap), GapBasis.Canary);
        }

        return profile.IsMeasured ? (profile.Gap, GapBasis.Measured) : (Longer(profile.Gap, SourceProfile.Assumed), GapBasis.Assumed);
    }

    // A device restarts, a lid is shut: one run may be missed.
    private static TimeSpan CanaryGap(CanarySight canary) => Longer(canary.Every * 2, SourceProfile.Floor);

    private bool? CanaryMissing(SourceObservations seen, DateTimeOffset now)
    {
        if (seen.Behind)
        {
            return null;
        }

        return seen.Canaries.Any(canary => Quiet(seen, canary.LastSeenAt ?? canary.CreatedAt, now) > CanaryGap(canary) * AlarmAt);
    }

    /// <summary>The last two whole school hours of today against what is usual in them.</summary>
    private bool? Collapsed(SourceObservations seen, DateTimeOffset now)
    {
        // While it recovers from silence, hours of silence are among these.
        if (seen.Behind || Stands(seen, SourceState.Silent) || calendar.Open(calendar.DayOf(now)) is not { } school || now < school.From)
        {
            return null;
        }

        var end = new DateTimeOffset(Math.Min(now.UtcTicks, school.To.UtcTicks) / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
        var begin = end.AddHours(-2);
        // While we were away nothing could be counted.
        if (begin < school.From || begin < seen.WatchingSince || begin < seen.LastClearedAt)
        {
            return null;
        }

        var usual = seen.Profile.Volumes[SourceProfile.LocalHour(calendar, begin)];
        if (usual.Median < LeastExpected)
        {
            return null;
        }

        // A source that sends in bursts has hours with next to nothing: less than half of the least that was ever seen is what counts.
        var records = seen.Recent.Where(hour => hour.Hour >= begin && hour.Hour < end).Sum(hour => hour.Records);
        return Stands(seen, SourceState.VolumeCollapsed)
            ? records < Math.Min(usual.Median * RecoveredFrom, usual.Lowest)
            : records < Math.Min(usual.Median * CollapsedBelow, usual.Lowest / 2.0);
    }

    internal static DeviceHabit? MissingClass(SourceProfile profile) => profile.Devices.FirstOrDefault(habit => habit.MissingFor(profile.EndedDays) is not null);

    /// <summary>A share of the records of the last two hours that had any, or of as many as hold enough; half the share is enough to stay.</summary>
    private static bool? Share(SourceObservations seen, Func<ActivityHour, int> part, double from, SourceState state)
    {
        var (records, some, hours) = (0, 0, 0);
        for (var i = seen.Recent.Count - 1; i >= 0 && (hours < 2 || records < LeastForShare); i--)
        {
            (records, some, hours) = (records + seen.Recent[i].Records, some + part(seen.Recent[i]), hours + 1);
        }

        return records < LeastForShare ? null : some >= records * (Stands(seen, state) ? from / 2 : from);
    }

    private static TimeSpan HoldOf(SourceObservations seen, SourceState state, TimeSpan gap, DateTimeOffset now)
    {
        if (seen.LastClearedAt is { } cleared && now - cleared < Unsteady)
        {
            return LongestHold;
        }

        // Longer than the gap: after one stray record it is late again before it is well.
        var heard = gap * 1.25;
        return state != SourceState.Silent ? Hold : heard < ShortestHold ? ShortestHold : heard > LongestHold ? LongestHold : heard;
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private readonly record struct Finding(SourceState State, bool Alarming, DateTimeOffset Since);
}
