using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>The alert that a class activity shares. Its subject is no person but what they did.</summary>
internal static class AlertCohort
{
    private const string Prefix = "cohort:";

    /// <summary>For terminals and mails.</summary>
    public const string Words = "class activity: several people, the same words within an hour";

    /// <summary>The subject of the alert. Each audience has one of its own.</summary>
    public static string KeyOf(long signature, Audience audience) => $"{Prefix}{signature:x16}:{(audience == Audience.DslOnly ? "dsl" : "routed")}";

    public static bool Is(string? subject) => subject is not null && subject.StartsWith(Prefix, StringComparison.Ordinal);
}
