using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>A verdict in one line, for mails, digests and terminals: nothing of a person, and no time that grows with every look.</summary>
internal static class VerdictWords
{
    public static string Of(
        SourceState state, DateTimeOffset since, DateTimeOffset? calmSince, TimeSpan gap, GapBasis basis,
        SourceObservations seen, SchoolCalendar calendar, DeviceClasses devices)
    {
        var words = Plain(state, since, gap, basis, seen, calendar.Zone, devices);
        return calmSince is { } calm && state != SourceState.NeverHeard
            ? $"{words}; since {British.When(calm, calendar.Zone)} nothing more is missed, and the alarm ends if that lasts"
            : words;
    }

    private static string Plain(
        SourceState state, DateTimeOffset since, TimeSpan gap, GapBasis basis, SourceObservations seen, TimeZoneInfo zone, DeviceClasses devices) => state switch
    {
        SourceState.Silent => $"silent since {British.When(since, zone)}; in school hours something is expected every {Spoken(gap)}",
        SourceState.Late => $"quiet since {British.When(since, zone)}, longer than the expected {Spoken(gap)}",
        SourceState.NeverHeard => $"nothing was ever received from it; added {British.When(since, zone)}",
        SourceState.CanaryMissing => CanaryWords(seen.Canaries, zone),
        SourceState.VolumeCollapsed => $"far fewer records than usual in school hours, noticed {British.When(since, zone)}",
        SourceState.DeviceMissing => DeviceWords(seen.Profile, since, zone, devices),
        SourceState.Unreadable => $"a large share of its records cannot be read, noticed {British.When(since, zone)}",
        SourceState.ClockSkewed => $"the times in its records cannot be right, noticed {British.When(since, zone)}; check the clock and the time zone of the product",
        SourceState.Unwatched when seen.Canaries.Count > 0 => "too few records to tell silence from a quiet day, and its canary was not seen yet: nothing is proved until it is",
        SourceState.Unwatched => seen.Profile.SchoolDays < SourceProfile.EnoughDays
            ? "too little was heard yet to tell silence from a quiet day; a canary, which is added on its page, would tell"
            : $"sends fewer than {SourceProfile.FewRecords} records a school day and has no canary: nobody would notice if it stopped. One is added on its page",
        _ => basis == GapBasis.Canary ? "healthy, judged by its canary alone" : "healthy",
    };

    private static string CanaryWords(IReadOnlyList<CanarySight> canaries, TimeZoneInfo zone)
    {
        var oldest = canaries.MinBy(canary => canary.LastSeenAt ?? DateTimeOffset.MinValue);
        return oldest?.LastSeenAt is { } seen
            ? $"canary {oldest.Name} was last seen {British.When(seen, zone)}: what that device opens does not reach us"
            : $"canary {oldest?.Name} was never seen: what that device opens does not reach us";
    }

    private static string DeviceWords(SourceProfile profile, DateTimeOffset since, TimeZoneInfo zone, DeviceClasses devices) =>
        SourceJudge.MissingClass(profile) is { } habit
            ? $"no {devices.NameOf(habit.Class)} was seen since {habit.LastSeen.ToString("ddd d MMM", British.Culture)}, while other devices were"
            : $"a class of devices was not seen any more, noticed {British.When(since, zone)}";

    public static string Spoken(TimeSpan gap) => gap.TotalHours < 2 ? $"{Math.Round(gap.TotalMinutes)} min"
        : gap.TotalDays < 2 ? $"{gap.TotalHours.ToString("0.#", British.Culture)} h"
        : $"{gap.TotalDays.ToString("0.#", British.Culture)} days";
}
