using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>By signature: who did the same and when, oldest first.</summary>
internal sealed class SeenAlike : Dictionary<long, List<(string Subject, DateTimeOffset At)>>;

/// <summary>
/// Class activity: many people of a school, the same words, one hour. It lowers nothing; later medium results are shown as one alert instead of thirty. Only
/// of pupils (or people nobody knows) on the DSL's desk, and apart for each audience: nobody comes to see in it what was not theirs to see.
/// </summary>
internal static class Cohorts
{
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>
    /// The newest events that are looked at of one signature, whether they were recorded before or stand in the same chunk. Somebody who loads a page so
    /// often in an hour hides the class, and then everybody's alert stands alone.
    /// </summary>
    public const int Most = 64;

    /// <summary>The signature of what was found in words, null when nothing was.</summary>
    public static long? SignatureOf(Assessment assessment)
    {
        if (assessment.Severity == Severity.None || assessment.Reasons is not [{ Matched.Length: > 0, Start: >= 0, Effect: not "excluded" } deciding, ..] || deciding.Rule.StartsWith("vendor.", StringComparison.Ordinal)
            || deciding.Rule.StartsWith(Classification.Lists.ListedSite.Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        // As pupils type: with or without capitals, signs and double blanks.
        var words = string.Join(' ', new string([.. deciding.Matched.Select(c => char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{deciding.Rule}\n{words}")));
    }

    /// <summary>May join a class activity, if there is one.</summary>
    public static bool Asks(PlannedEvent concern) =>
        Asks(concern.Signature, concern.SubjectKey, concern.Route, concern.Subject.Staff, concern.Subject.Role, concern.Assessment.Severity);

    /// <summary>The same of whatever else knows this much of an event.</summary>
    public static bool Asks(long? signature, string? subjectKey, string route, Guid? staff, PersonRole role, Severity severity) =>
        signature is not null && subjectKey is not null && route == AlertRoute.Dsl && staff is null && role is (PersonRole.Pupil or PersonRole.Unknown) && severity == Severity.Medium;

    /// <summary>Weighs concerns one after the other, when each is as grave as it will be; each is part of what the next one is shown.</summary>
    /// <param name="concerns">In their order.</param>
    /// <param name="seen">By signature, for those that a concern asks of: who is recorded with it. Grows with the concerns.</param>
    /// <param name="rules">The rules.</param>
    public static void Correlate(IEnumerable<PlannedEvent> concerns, SeenAlike seen, RuleSet rules)
    {
        foreach (var concern in concerns)
        {
            if (concern is not { Signature: { } signature, SubjectKey: { } subject } || !seen.TryGetValue(signature, out var others))
            {
                continue;
            }

            var at = concern.Event.ReceivedAt;
            if (others.Count == Most)
            {
                others.RemoveAt(0);
            }

            others.Add((subject, at));
            if (!Asks(concern))
            {
                continue;
            }

            var alike = CountOf(others, at);
            concern.History = concern.History with { Alike = alike };
            if (Correlator.IsClassActivity(concern.Assessment, alike))
            {
                concern.Cohort = AlertCohort.KeyOf(signature, concern.Assessment.Audience);
                concern.Assessment = Correlator.Note(concern.Assessment, alike, rules);
            }
        }
    }

    /// <summary>People of whom the same was recorded within the hour of a moment.</summary>
    public static int CountOf(List<(string Subject, DateTimeOffset At)> others, DateTimeOffset at)
    {
        var people = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (subject, when) in others)
        {
            if ((at - when).Duration() <= Window)
            {
                people.Add(subject);
            }
        }

        return people.Count;
    }
}
