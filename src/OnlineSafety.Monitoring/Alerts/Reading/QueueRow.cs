using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Alerts.Escalation;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>
/// An alert in the list of the console, for somebody who may see it. It says whose it is, because a known child must be seen without opening each; what was written
/// is behind it. The look at a list names its alerts in the access records.
/// </summary>
public sealed record QueueRow
{
    public required int Number { get; init; }

    /// <summary>Word of <c>AlertState</c>.</summary>
    public required string State { get; init; }

    public required string Severity { get; init; }

    public required string Risk { get; init; }

    /// <summary>As a person reads it: its themes that are told of at once, the gravest first.</summary>
    public required string Theme { get; init; }

    /// <summary><c>user:</c>, <c>device:</c> or <c>address:</c>; null: nobody is known, or it is about several people.</summary>
    public string? Subject { get; init; }

    /// <summary>Years, classes and key stages, as the people list has them.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Word of <c>PersonRole</c>.</summary>
    public string SubjectRole { get; init; } = "";

    /// <summary>When the last of it happened, as its product says.</summary>
    public DateTimeOffset LastHappenedAt { get; init; }

    /// <summary>Who gave it to whoever is on it; null: nobody did.</summary>
    public string? GivenBy { get; init; }

    /// <summary>Whoever it was given to has not acted on it since.</summary>
    public bool IsGivenOn { get; init; }

    /// <summary>Of that, no message reached them.</summary>
    public bool IsUntold { get; init; }

    /// <summary>Who said: I have it; null: nobody has, or not since it grew.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>Its further themes.</summary>
    public required IReadOnlyList<string> Also { get; init; }

    public required int Count { get; init; }

    /// <summary>Names of the sources that reported it.</summary>
    public required IReadOnlyList<string> Sources { get; init; }

    public required bool NeedsReview { get; init; }

    public required bool Unproven { get; init; }

    public required bool Late { get; init; }

    /// <summary>The same words by several people within an hour.</summary>
    public required bool ClassActivity { get; init; }

    /// <summary>Raised to try the chain out: nothing has happened.</summary>
    public bool Drill { get; init; }

    /// <summary>It waits, and no message is sent about it: somebody silenced what is like it.</summary>
    public bool Silenced { get; init; }

    /// <summary>When it was raised, or became new again: when its clock began.</summary>
    public required DateTimeOffset Since { get; init; }

    public required DateTimeOffset LastReceivedAt { get; init; }

    /// <summary>By when somebody should have it, by the school's clocks; null: no clock runs.</summary>
    public DateTimeOffset? AcknowledgeBy { get; init; }

    /// <summary>The clock behind it, before the school's policy is asked.</summary>
    internal StandingClock? Clock { get; init; }

    /// <summary>When a person last acted on it.</summary>
    public DateTimeOffset? ActedAt { get; init; }

    /// <summary>Who is on it; null: nobody.</summary>
    public string? Who { get; init; }

    /// <summary>The reader is on it.</summary>
    public required bool Mine { get; init; }

    public string? Outcome { get; init; }

    /// <summary>Why it fired, in the words of the rule; names no person.</summary>
    public required string Why { get; init; }

    public bool IsWaiting => State == AlertState.New;

    /// <summary>Nobody is on it: it is new, or nobody at the next desk has taken it on.</summary>
    public bool Waits => IsWaiting || IsLeft;

    /// <summary>It was put before the next desk, and nobody has acted on it since.</summary>
    public bool IsLeft => State == AlertState.Escalated;

    public bool IsResolved => State == AlertState.Resolved;

    /// <summary>A person must read what no mapping could; whoever resolved it has.</summary>
    public bool WantsReader => NeedsReview && !IsResolved;

    /// <summary>Changes when anything that a row shows changes. For an address: six hexadecimal digits.</summary>
    public string Version
    {
        get
        {
            var shown = string.Create(CultureInfo.InvariantCulture, $"{State}|{Severity}|{Theme}|{Count}|{Who}|{Outcome}|{NeedsReview}|{Unproven}|{LastReceivedAt.UtcTicks}|{Since.UtcTicks}|{AcknowledgeBy?.UtcTicks}|{Silenced}|{GivenBy}|{IsGivenOn}|{IsUntold}");
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(shown)).AsSpan(0, 3));
        }
    }
}

/// <summary>Open alerts that are alike, counted.</summary>
/// <param name="Themes">All themes of each of them, and the canonical ones to which they belong.</param>
internal sealed record QueueCount(bool Waiting, string Severity, string Risk, IReadOnlyList<QueueTheme> Themes, bool Mine, int Alerts);

/// <summary>A theme as a filter knows it and as a person reads it.</summary>
internal readonly record struct QueueTheme(string Code, string Title);

/// <summary>A page of the queue.</summary>
/// <param name="Next">Where the next page begins; null: there is none.</param>
/// <param name="Counts">Of everything that is open, whatever the filter.</param>
/// <param name="Newest">Number of the newest open alert that the reader may see; 0: none.</param>
/// <param name="Untold">Open ones that were given to somebody whom no message about it reached, whatever the filter.</param>
internal sealed record QueuePageView(IReadOnlyList<QueueRow> Rows, QueuePosition? Next, IReadOnlyList<QueueCount> Counts, int Newest, IReadOnlyList<UntoldAlert> Untold);

/// <summary>An alert that was given to somebody who does not know of it.</summary>
public readonly record struct UntoldAlert(int Number, string Who);

/// <summary>A source, for whoever asks what is being watched.</summary>
/// <param name="LastHeardAt">Null: never.</param>
/// <param name="State">As last judged; empty: not yet.</param>
/// <param name="Troubled">It needs attention.</param>
/// <param name="WantsLook">Nothing is known to be wrong, and nothing to be right.</param>
public sealed record WatchedSource(string Name, string Product, DateTimeOffset? LastHeardAt, string State, bool Troubled, bool WantsLook);
