using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>
/// What a school decided about its alerts: how soon, out of hours, who besides, and what follows when nobody answers. Shape and words are those of
/// <c>schemas/policy.schema.json</c>; <see cref="PolicyFile"/> reads it. It may narrow and add to whom <see cref="Notifications.Recipients"/> tells, never lift a conflict of interest.
/// </summary>
internal sealed record SchoolPolicy
{
    /// <summary><c>schemas/policies/default.json</c>: what holds for a school that set none.</summary>
    public static SchoolPolicy Default { get; } = PolicyFile.ReadDefault();

    public required PolicyClocks Clocks { get; init; }

    public required OutOfHours OutOfHours { get; init; }

    /// <summary>E-mail addresses of staff at the trust: the desk behind the chair of governors.</summary>
    public required IReadOnlyList<string> Trust { get; init; }

    public required IReadOnlyList<RoutingRule> Routing { get; init; }

    public required EscalationPlan Escalation { get; init; }

    /// <summary>Longest time of a silence, in days; never more than 14.</summary>
    public required int LongestSilenceDays { get; init; }

    /// <summary>How long each kind of thing is kept.</summary>
    public required RetentionClocks Retention { get; init; }

    /// <summary>Who the e-mail addresses in it are. Addresses of nobody are missing.</summary>
    public IReadOnlyDictionary<string, Guid> Named { get; init; } = new Dictionary<string, Guid>(StringComparer.Ordinal);
}

/// <summary>How soon alerts are acknowledged, by severity.</summary>
/// <param name="LessonMinutes">Length of a lesson where no bells are known.</param>
/// <param name="AtLeastMinutes">No clock is shorter, however near the bell.</param>
internal sealed record PolicyClocks(ClockTime Critical, ClockTime High, ClockTime Medium, ClockTime Low, int LessonMinutes, int AtLeastMinutes)
{
    /// <summary>Null: nobody waits for it.</summary>
    public ClockTime? Of(Severity severity) => severity switch
    {
        Severity.Critical => Critical,
        Severity.High => High,
        Severity.Medium => Medium,
        Severity.Low => Low,
        _ => null,
    };
}

internal enum ClockKind : byte
{
    EndOfLesson,
    SameSchoolDay,

    /// <summary>So many minutes of school time.</summary>
    Minutes,
}

/// <param name="Minutes">Of <see cref="ClockKind.Minutes"/>; else 0.</param>
internal readonly record struct ClockTime(ClockKind Kind, int Minutes = 0);

internal enum OutOfHoursChoice : byte
{
    /// <summary>What comes then waits for the next school day. Every digest says so.</summary>
    NotWatched,

    /// <summary>A number that people ring; the service tells the usual desks and does not wait for an answer.</summary>
    TrustNumber,

    /// <summary>People who are told at any hour, and of whom an answer is expected.</summary>
    OnCall,
}

/// <param name="OnCall">Desks or e-mail addresses of staff.</param>
/// <param name="TrustNumber">As it is printed; empty for the other choices.</param>
internal sealed record OutOfHours(OutOfHoursChoice Choice, IReadOnlyList<string> OnCall, string TrustNumber)
{
    /// <summary>What every digest prints.</summary>
    public string Words => Choice switch
    {
        OutOfHoursChoice.OnCall => "Out of hours the on-call list is told of high and critical alerts, and an answer is expected.",
        OutOfHoursChoice.TrustNumber => $"Out of hours nobody here is expected to answer. Ring {TrustNumber}.",
        _ => "Alerts out of hours are NOT watched: they wait for the next school day.",
    };
}

/// <summary>Who is told besides or instead, inside a desk. Conditions that are empty hold for every alert; all that are given must hold.</summary>
/// <param name="Themes">Taxonomy codes.</param>
/// <param name="KeyStages"><c>KS1</c> to <c>KS5</c>.</param>
/// <param name="Groups">Years, classes or sites as the people list has them, without regard to case.</param>
/// <param name="Only">Of the desk that would be told, only these; empty: the whole desk.</param>
/// <param name="Also">These as well.</param>
internal sealed record RoutingRule(
    string Name, IReadOnlyList<Severity> Severities, IReadOnlyList<string> Themes, IReadOnlyList<string> KeyStages, IReadOnlyList<string> Groups,
    IReadOnlyList<string> Only, IReadOnlyList<string> Also)
{
    public bool Fits(AlertFacts facts) =>
        (Severities.Count == 0 || Severities.Contains(facts.Severity))
        && (Themes.Count == 0 || facts.Themes.Any(theme => Themes.Contains(theme, StringComparer.Ordinal)))
        && (KeyStages.Count == 0 || facts.Groups.Any(group => KeyStages.Contains(group, StringComparer.OrdinalIgnoreCase)))
        && (Groups.Count == 0 || facts.Groups.Any(group => Groups.Contains(group, StringComparer.OrdinalIgnoreCase)));
}

/// <summary>What follows a clock that ran out.</summary>
/// <param name="RepeatEvery">From the last step to the first one of the next round.</param>
internal sealed record EscalationPlan(IReadOnlyList<EscalationStep> Steps, TimeSpan RepeatEvery, int Rounds)
{
    public const int MostRounds = 5;
}

/// <param name="After">From the breach, or from the start of a further round.</param>
/// <param name="Tell">Desks or e-mail addresses of staff.</param>
internal sealed record EscalationStep(TimeSpan After, IReadOnlyList<string> Tell);

/// <summary>Words for desks in a policy beside those of <see cref="StaffRole"/>; anything else is the e-mail address of a member of staff.</summary>
internal static class PolicyDesk
{
    public const string Trust = "trust";
    public const string OnCall = "on-call";
}
