using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>
/// Alerts whose subject is no person but what was done: a class activity, and copies of an event that names nobody.
/// </summary>
internal static class AlertCohort
{
    private const string Prefix = "cohort:";
    private const string OfCopies = Prefix + "copies:";

    /// <summary>A class activity, for terminals and mails.</summary>
    public const string Words = "class activity: several people, the same words within an hour";

    /// <summary>The subject of a class activity's alert. Each audience has one of its own.</summary>
    public static string KeyOf(long signature, Audience audience) => $"{Prefix}{signature:x16}:{WordOf(audience)}";

    /// <summary>The subject of an alert that names nobody.</summary>
    /// <param name="said">Hash of all that its events say.</param>
    public static string KeyOfCopies(string said, Audience audience) => $"{OfCopies}{said}:{WordOf(audience)}";

    /// <summary>No person.</summary>
    public static bool Is(string? subject) => subject is not null && subject.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Copies of an event that names nobody: how many people they are of is not known.</summary>
    public static bool IsOfCopies(string? subject) => subject is not null && subject.StartsWith(OfCopies, StringComparison.Ordinal);

    /// <summary>Several people of a class.</summary>
    public static bool IsOfClass(string? subject) => Is(subject) && !IsOfCopies(subject);

    private static string WordOf(Audience audience) => audience == Audience.DslOnly ? "dsl" : "routed";
}
