using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>A policy in plain words, a section for each question that a school has answered. Pure.</summary>
internal static class PolicySections
{
    private static readonly Severity[] s_severities = [Severity.Critical, Severity.High, Severity.Medium, Severity.Low];

    /// <summary>Desks as they are offered.</summary>
    public static IReadOnlyList<(string Word, string Label)> Desks { get; } =
    [
        (StaffRole.Dsl, "Safeguarding lead"), (StaffRole.Deputy, "Deputies"), (StaffRole.Head, "Head"), (PolicyDesk.Trust, "Trust"), (PolicyDesk.OnCall, "Whoever is on call"),
    ];

    public static IReadOnlyList<PolicySection> Of(SchoolPolicy policy, ThemeGuide guide) =>
    [
        new("How soon alerts are acknowledged",
        [
            .. s_severities.Select(severity => new PolicyLine(British.Capital(Words.Of(severity)), Clock(policy.Clocks.Of(severity)!.Value, severity, policy.Clocks))),
            new("No time is shorter than", Counted.Of(policy.Clocks.AtLeastMinutes, "minute")),
        ]),
        new("Out of hours",
        [
            new("What is done", policy.OutOfHours.Words),
            .. policy.OutOfHours.OnCall.Count > 0 ? [new PolicyLine("On call", List(policy.OutOfHours.OnCall))] : Array.Empty<PolicyLine>(),
        ]),
        new("When nobody answers",
        [
            .. policy.Escalation.Steps.Select(step => new PolicyLine(
                step.After == TimeSpan.Zero ? "When the time above is over" : $"{Counted.Of((int)step.After.TotalMinutes, "minute")} after it was over", List(step.Tell))),
            new("Then again", $"every {Counted.Of((int)policy.Escalation.RepeatEvery.TotalMinutes, "minute")}, {Counted.Of(policy.Escalation.Rounds, "round")} in all"),
            new("At the trust", policy.Trust.Count > 0 ? string.Join(", ", policy.Trust) : "nobody is named: a step that tells the trust tells no one"),
        ]),
        new("Who is told besides, or instead", policy.Routing.Count == 0
            ? [new PolicyLine("Rules", "none: each alert goes to the whole of its desk")]
            : [.. policy.Routing.Select(rule => new PolicyLine(rule.Name, Rule(rule, guide)))]),
        new("Silences", [new("Longest silence", Counted.Of(policy.LongestSilenceDays, "day"))]),
    ];

    private static string Clock(ClockTime clock, Severity severity, PolicyClocks clocks) => clock.Kind switch
    {
        ClockKind.EndOfLesson => $"by the end of the lesson ({Counted.Of(clocks.LessonMinutes, "minute")} where the bells are not known)",
        ClockKind.SameSchoolDay => "on the same school day",
        _ => $"within {Counted.Of(clock.Minutes, "minute")} of school time{(severity == Severity.Critical ? ", and before the last bell" : "")}",
    };

    private static string Rule(RoutingRule rule, ThemeGuide guide)
    {
        string[] asked =
        [
            rule.Severities.Count > 0 ? string.Join(" or ", rule.Severities.Select(Words.Of)) : "", string.Join(" or ", rule.Themes.Select(guide.LabelOf)),
            string.Join(" or ", rule.KeyStages), string.Join(" or ", rule.Groups),
        ];
        var when = string.Join(", ", asked.Where(part => part.Length > 0));
        return $"{(when.Length > 0 ? British.Capital(when) : "Every alert")}:{(rule.Only.Count > 0 ? $" only {List(rule.Only)} of the desk" : "")}{(rule is { Only.Count: > 0, Also.Count: > 0 } ? ";" : "")}{(rule.Also.Count > 0 ? $" also {List(rule.Also)}" : "")}";
    }

    private static string List(IReadOnlyList<string> desks) => string.Join(", ", desks.Select(desk => Desks.FirstOrDefault(known => known.Word == desk) is { Label: { } label } ? label : desk));
}
