namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>How a source stands. Graver ones have higher numbers; of several that hold at once the gravest is shown.</summary>
internal enum SourceState : byte
{
    Healthy,

    /// <summary>Sends too little to be judged by its silence, and has no canary: nobody would notice.</summary>
    Unwatched,

    /// <summary>Quiet for longer than expected, not yet long enough for an alarm.</summary>
    Late,

    ClockSkewed,

    /// <summary>A large share of its records cannot be read.</summary>
    Unreadable,

    /// <summary>Devices of a class that it usually sees are gone from it.</summary>
    DeviceMissing,

    VolumeCollapsed,

    CanaryMissing,

    NeverHeard,

    Silent,
}

internal static class SourceStateWords
{
    /// <summary>Shown, and never stored: it was heard for the first time since it was judged. It is read as well.</summary>
    public const string JustHeard = "just heard";

    public const string Silent = "silent";

    /// <summary>The word that is stored and printed.</summary>
    public static string Of(SourceState state) => state switch
    {
        SourceState.Healthy => "healthy",
        SourceState.Unwatched => "unwatched",
        SourceState.Late => "late",
        SourceState.ClockSkewed => "clock skewed",
        SourceState.Unreadable => "unreadable",
        SourceState.DeviceMissing => "device class missing",
        SourceState.VolumeCollapsed => "volume collapsed",
        SourceState.CanaryMissing => "canary missing",
        SourceState.NeverHeard => "never heard",
        _ => Silent,
    };

    /// <summary>As people read the stored word: a source that nobody can judge is none that is off.</summary>
    public static string Shown(string word) => word == Of(SourceState.Unwatched) ? "too quiet to judge" : word;

    public static SourceState Read(string word) => Array.Find(Enum.GetValues<SourceState>(), state => Of(state) == word);
}

/// <summary>Where the expected gap comes from.</summary>
internal enum GapBasis : byte
{
    Assumed,
    Measured,
    Set,

    /// <summary>Judged by its canary alone: how often the canary comes.</summary>
    Canary,
}

internal static class GapBasisWords
{
    public static string Of(GapBasis basis) => basis switch
    {
        GapBasis.Measured => "measured",
        GapBasis.Set => "set",
        GapBasis.Canary => "canary",
        _ => "assumed",
    };
}

/// <summary>What a canary did.</summary>
/// <param name="Name">What people call it: the device that opens it.</param>
/// <param name="Every">How often it is opened in school hours.</param>
internal sealed record CanarySight(string Name, TimeSpan Every, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt);

/// <summary>How the source stood when it was judged before.</summary>
/// <param name="CalmSince">Since when nothing is wrong any more, while the alarm is still held; null: it is not.</param>
internal sealed record SourceStanding(SourceState State, bool Alarming, DateTimeOffset Since, DateTimeOffset? CalmSince);

/// <summary>All that a source is judged by.</summary>
internal sealed record SourceObservations
{
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When something other than a heartbeat or canary was last received, also when it waits to be processed; null: never.</summary>
    public required DateTimeOffset? LastHeardAt { get; init; }

    /// <summary>Records wait to be processed: what counts of today is not all yet.</summary>
    public bool Behind { get; init; }

    /// <summary>Expected gap that somebody set; null: measured.</summary>
    public TimeSpan? SetGap { get; init; }

    public required SourceProfile Profile { get; init; }

    /// <summary>Hours of the last day, in order.</summary>
    public IReadOnlyList<ActivityHour> Recent { get; init; } = [];

    public IReadOnlyList<CanarySight> Canaries { get; init; } = [];

    /// <summary>Null: never judged.</summary>
    public SourceStanding? Standing { get; init; }

    /// <summary>When its last alarm was cleared; one that comes and goes is held longer.</summary>
    public DateTimeOffset? LastClearedAt { get; init; }

    /// <summary>Since when we have listened without a break: a source is not blamed for our own absence.</summary>
    public required DateTimeOffset WatchingSince { get; init; }
}

/// <summary>What came of judging a source.</summary>
/// <param name="Alarming">People are to be told.</param>
/// <param name="ExpectedGap">Longest silence in school hours that is nothing unusual.</param>
/// <param name="Words">One line for people.</param>
internal sealed record SourceVerdict(
    SourceState State, bool Alarming, DateTimeOffset Since, DateTimeOffset? CalmSince, TimeSpan ExpectedGap, GapBasis Basis, string Words)
{
    public SourceStanding Standing => new(State, Alarming, Since, CalmSince);
}
