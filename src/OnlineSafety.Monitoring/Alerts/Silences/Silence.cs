using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts.Silences;

/// <summary>
/// Which alerts no message is sent about for a while. All that an alert holds must be covered: one that takes in another theme or source is told again.
/// </summary>
/// <param name="Most">Up to this severity: medium, or high with a second person's word. Critical never.</param>
internal sealed record SilenceScope(Guid? Source, string? Theme, string? Rule, Severity Most)
{
    public bool NeedsSecondPerson => Most >= Severity.High;

    /// <summary>For people.</summary>
    public static string WordsOf(string? source, string? theme, string? rule, Severity most)
    {
        string?[] parts = [source is null ? null : $"source {source}", theme is null ? null : $"theme {theme}", rule is null ? null : $"rule {rule}"];
        return $"{string.Join(", ", parts.Where(part => part is not null))}, up to {Words.Of(most)}";
    }
}

/// <summary>What <c>silence add</c> asks for.</summary>
internal sealed record NewSilence(SilenceScope Scope, string Reason, DateTimeOffset Until)
{
    public const int LongestReason = 500;
}

/// <summary>A silence in a list: public JSON of <c>silence list</c>.</summary>
public sealed record SilenceView
{
    public required Guid Silence { get; init; }

    public required Guid? Source { get; init; }

    public required string? SourceName { get; init; }

    public required string? Theme { get; init; }

    public required string? Rule { get; init; }

    /// <summary>Up to this severity.</summary>
    public required string UpTo { get; init; }

    public required string Reason { get; init; }

    public required string Author { get; init; }

    /// <summary>The second person; null when there is none yet, or none is needed.</summary>
    public required string? Approver { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    /// <summary><c>standing</c>, <c>waiting</c> for its second person, or <c>ended</c>.</summary>
    public required string State { get; init; }

    /// <summary><c>by-hand</c>, <c>over</c> or <c>unmatched</c>; null while it stands.</summary>
    public required string? WhyEnded { get; init; }

    /// <summary>Alerts of which no message was sent because of it.</summary>
    public required long Hits { get; init; }

    public string Scope => SilenceScope.WordsOf(SourceName, Theme, Rule, Words.TryRead<Severity>(UpTo, out var most) ? most : Severity.Medium);
}

/// <summary>What a silence would have done, counted among the alerts that its author may see.</summary>
/// <param name="Days">How far back was looked.</param>
/// <param name="High">Of them high, which it covers only with a second person's word.</param>
/// <param name="Open">Of them open now.</param>
/// <param name="All">Alerts of that time in all, the critical ones among them.</param>
public sealed record SilencePreview(int Days, long Covered, long High, long Open, long All);
