using System.Text.Json;
using System.Text.Json.Serialization;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>
/// What a digest knows: counts, ages and hashes, and what staff wrote of exclusions and silences. No host, device or account of a pupil. Alerts carry the routing facts
/// by which each recipient's own view is cut from it, so it is stored once and rendered for each.
/// </summary>
internal sealed record DigestContent
{
    public required string School { get; init; }

    public required DateOnly Day { get; init; }

    public required bool Late { get; init; }

    public required DateTimeOffset From { get; init; }

    public required DateTimeOffset To { get; init; }

    /// <summary>Most frequent first; <see cref="BlockedTotal"/> counts also what is cut off.</summary>
    public required IReadOnlyList<BlockedActivity> Blocked { get; init; }

    public required long BlockedTotal { get; init; }

    public required IReadOnlyList<ActionTotal> Actions { get; init; }

    public required IReadOnlyList<AlertGroup> Alerts { get; init; }

    /// <summary>Gravest and oldest first.</summary>
    public required IReadOnlyList<WaitingAlert> Unacknowledged { get; init; }

    public required IReadOnlyList<SourceReport> Sources { get; init; }

    public required WatchReport Watch { get; init; }

    /// <summary>Escalated a school day ago or longer, and nobody has acted on it since.</summary>
    public IReadOnlyList<LeftAlert> Left { get; init; } = [];

    /// <summary>Not answered in time: still red, or breached or answered in the window.</summary>
    public IReadOnlyList<BreachedAlert> Breaches { get; init; } = [];

    public IReadOnlyList<UndeliveredMessages> Undelivered { get; init; } = [];

    /// <summary>How many breaches and messages there are in all, by desk. Null: made before they were counted beside the lists.</summary>
    public IReadOnlyList<DeskCount>? Counts { get; init; }

    /// <summary>What no messages are sent about.</summary>
    public IReadOnlyList<SilenceReport> Silences { get; init; } = [];

    public IReadOnlyList<DrillResult> Drills { get; init; } = [];

    /// <summary>What the school chose for the time outside school hours, in words.</summary>
    public OutOfHoursReport? OutOfHours { get; init; }

    /// <summary>What the school excludes from the rules, the next to end first.</summary>
    public IReadOnlyList<Exclusion> Exclusions { get; init; } = [];

    public required IReadOnlyList<ChainHead> Heads { get; init; }

    /// <summary>Cut for somebody who does not answer alerts about pupils (<see cref="DigestForOthers"/>), whoever reads it.</summary>
    public bool ForOthers { get; init; }

    /// <summary>Anchor of the record of who looked at what; null: nothing was recorded yet.</summary>
    public string? AuditAnchor { get; init; }

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, DigestJson.Default.DigestContent);

    public static DigestContent FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize(json, DigestJson.Default.DigestContent) ?? throw new JsonException("A digest without content.");
}

/// <param name="Category">Vendor's category as sent.</param>
internal sealed record BlockedActivity(string Category, string Theme, long Count);

/// <param name="Action"><see cref="Events.DeviceAction"/>.</param>
/// <param name="UnknownRole">How many of them by somebody whose role nobody knows.</param>
internal sealed record ActionTotal(short Action, long Count, long UnknownRole);

/// <param name="Raised">Raised within the window; otherwise older.</param>
/// <param name="Untold">Of them new, grave, and known to nobody: no mail about them has left.</param>
/// <param name="Late">Of them raised by a replay in the window, long after what is in them was received.</param>
/// <param name="Unproven">Of them open, and the gravest was reported by a browser, which proves nothing.</param>
/// <param name="Oldest">When the oldest of them was raised, where they are new.</param>
/// <param name="Left">Of them escalated a school day ago or longer, and taken on by nobody.</param>
/// <param name="Themes">All of each of them; null: from before they were kept.</param>
/// <param name="GivenUntold">Of them given to a colleague whom no mail about it has reached.</param>
internal sealed record AlertGroup(
    string State, short Severity, string Theme, short Audience, string Route, Guid? SubjectStaff, bool Raised, long Count, long Untold = 0, long Late = 0, long Unproven = 0,
    short SubjectRole = 0, DateTimeOffset? Oldest = null, long Left = 0, IReadOnlyList<string>? Themes = null, long GivenUntold = 0)
{
    [JsonIgnore]
    public IEnumerable<string> AllThemes => Themes is { Count: > 0 } ? Themes.Distinct(StringComparer.Ordinal) : [Theme];
}

/// <param name="Watched">Somebody is set to answer.</param>
internal sealed record OutOfHoursReport(bool Watched, string Words)
{
    public static OutOfHoursReport Of(SchoolPolicy policy) => new(policy.OutOfHours.Choice == OutOfHoursChoice.OnCall, policy.OutOfHours.Words);
}

/// <param name="Marks">Its themes and how grave each is (<see cref="ThemeMarks"/>).</param>
internal sealed record WaitingAlert(int Number, short Severity, string Theme, short Audience, string Route, Guid? SubjectStaff, DateTimeOffset RaisedAt, short SubjectRole = 0, string Marks = "");

/// <param name="LastReceivedAt">Null: never heard.</param>
/// <param name="Unreadable">Records of the window for review.</param>
/// <param name="Unmapped">Distinct words of the vendor, met in the window, that no map knows.</param>
/// <param name="State">As the watch judged it when the digest was made; empty: not judged.</param>
/// <param name="Words">The state in words.</param>
/// <param name="Notices">What is not watched through it.</param>
/// <param name="Alarming">People were told.</param>
/// <param name="Capture">It waits for a mapping.</param>
internal sealed record SourceReport(
    Guid Source, string Name, string Product, bool Unassigned, DateTimeOffset? LastReceivedAt, long Records, long Unreadable, long Unmapped,
    string State = "", string Words = "", IReadOnlyList<string>? Notices = null, bool Alarming = false, bool Capture = false)
{
    [JsonIgnore]
    public Attention Attention => SourceAttention.Of(enabled: true, Unassigned, Capture, State, Alarming);
}

/// <summary>What does not count at the school.</summary>
/// <param name="Words">The phrase, or the id of the rule.</param>
/// <param name="Rule">A whole rule.</param>
internal sealed record Exclusion(string Words, bool Rule, string Why, string Author, DateTimeOffset Until);

/// <summary>How well the school is watched.</summary>
internal sealed record WatchReport
{
    /// <summary>Records in the log that no mapping has read yet.</summary>
    public required long Backlog { get; init; }

    /// <summary>Days, at most, until the TLS certificate of the doors ends: 14, or 1 when it ends within a day or has ended; null: longer, or none.</summary>
    public int? CertificateDays { get; init; }

    /// <summary>When sources were last judged; null: never.</summary>
    public DateTimeOffset? JudgedAt { get; init; }

    /// <summary>What the watch over sources lacks.</summary>
    public IReadOnlyList<string> Notices { get; init; } = [];

    /// <summary>There is no mail relay: the newest mail went to a folder, and to nobody.</summary>
    public bool NoRelay { get; init; }

    /// <summary>Of those, captured: their source has no mapping yet, and they were read for grave words alone.</summary>
    public long Captured { get; init; }

    public required int Dsls { get; init; }

    public required int Deputies { get; init; }

    public required int Heads { get; init; }

    public required int Chairs { get; init; }
}

/// <summary>An anchor of the log's hash chain outside our reach: with it a cut tail is noticed.</summary>
internal sealed record ChainHead(Guid Source, Guid Stream, long Last, string Hash)
{
    [JsonIgnore]
    public HeadAnchor Anchor => new(Stream, Last, Convert.FromHexString(Hash));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DigestContent))]
[JsonSerializable(typeof(DigestScope))]
internal sealed partial class DigestJson : JsonSerializerContext;
