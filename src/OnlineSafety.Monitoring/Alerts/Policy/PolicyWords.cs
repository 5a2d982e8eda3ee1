using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.Alerts.Policy;

/// <summary>A policy in a person's words, one decision a line; two policies differ in the lines that only one of them has. Pure.</summary>
internal static class PolicyWords
{
    private static readonly Severity[] _severities = [Severity.Critical, Severity.High, Severity.Medium, Severity.Low];

    public static IReadOnlyList<string> Of(SchoolPolicy policy)
    {
        var lines = new List<string>();
        lines.AddRange(_severities.Select(severity => $"{Words.Of(severity)}: acknowledged {Clock(policy.Clocks.Of(severity)!.Value, severity, policy.Clocks)}"));
        lines.Add($"no clock is shorter than {Counted.Of(policy.Clocks.AtLeastMinutes, "minute")}");
        lines.Add("out of hours: " + policy.OutOfHours.Words);
        if (policy.OutOfHours.OnCall.Count > 0)
        {
            lines.Add("on call: " + List(policy.OutOfHours.OnCall));
        }

        lines.Add("trust: " + List(policy.Trust));
        lines.AddRange(policy.Routing.Select(rule => $"rule \"{rule.Name}\": {When(rule)}{(rule.Only.Count > 0 ? "; of the desk only " + List(rule.Only) : "")}{(rule.Also.Count > 0 ? "; also " + List(rule.Also) : "")}"));
        lines.AddRange(policy.Escalation.Steps.Select(step => $"unanswered: {Counted.Of((int)step.After.TotalMinutes, "minute")} after the clock ran out {List(step.Tell)}"));
        lines.Add($"unanswered: again every {Counted.Of((int)policy.Escalation.RepeatEvery.TotalMinutes, "minute")}, {Counted.Of(policy.Escalation.Rounds, "round", "rounds, each further one to one desk more of the alert's ladder")}");
        lines.Add($"silences: {Counted.Of(policy.LongestSilenceDays, "day")} at most");
        lines.AddRange(policy.Retention.Words());
        return lines;
    }

    /// <summary>Who is told of what, and when, but for the trust: two policies that agree here differ in clocks and limits alone.</summary>
    public static IReadOnlyList<string> Told(SchoolPolicy policy) =>
    [
        policy.OutOfHours.Choice.ToString(), List(policy.OutOfHours.OnCall), .. policy.Routing.Select(rule => $"{When(rule)}; {List(rule.Only)}; {List(rule.Also)}"),
        .. policy.Escalation.Steps.Select(step => $"{step.After.TotalMinutes:0}; {List(step.Tell)}"),
    ];

    /// <summary>What nobody would hear of, with these staff: kinds of alerts that reach nobody, and what to do about it.</summary>
    public static IReadOnlyList<string> Unheard(IReadOnlyList<StaffMember> staff, SchoolPolicy policy)
    {
        var unheard = new List<string>();
        void Ask(string about, AlertFacts facts)
        {
            if (Recipients.For(facts, staff, policy).Count == 0)
            {
                var trust = Recipients.MissingRole(facts, staff, policy) == StaffRole.Dsl ? "" : ", or name somebody under trust";
                unheard.Add($"An alert about {about} reaches nobody. Give somebody the role \"{StaffRole.LabelOf(Recipients.MissingRole(facts, staff, policy))}\"{trust}.");
            }
        }

        AlertFacts Facts(string route, Audience audience, PersonRole role, Guid? who = null) => new(route, audience, who, Severity.Critical, [], []) { SubjectRole = role };
        Ask("a pupil", Facts(Access.AlertRoute.Dsl, Audience.Routed, PersonRole.Pupil));
        Ask("a pupil who asks for help", Facts(Access.AlertRoute.Dsl, Audience.DslOnly, PersonRole.Pupil));
        Ask("a member of staff", Facts(Access.AlertRoute.Head, Audience.Routed, PersonRole.Staff));
        Ask("a head", Facts(Access.AlertRoute.Chair, Audience.Routed, PersonRole.Head));
        return unheard;
    }

    private static string Clock(ClockTime clock, Severity severity, PolicyClocks clocks) => clock.Kind switch
    {
        ClockKind.EndOfLesson => $"by the end of the lesson ({Counted.Of(clocks.LessonMinutes, "minute")} where no bells are known)",
        ClockKind.SameSchoolDay => "on the same school day",
        _ => $"within {Counted.Of(clock.Minutes, "minute")} of school time{(severity == Severity.Critical ? ", and before the last bell" : "")}",
    };

    private static string When(RoutingRule rule)
    {
        string[] asked =
        [
            .. rule.Severities.Count > 0 ? ["severity " + string.Join(" or ", rule.Severities.Select(Words.Of))] : Array.Empty<string>(),
            .. rule.Themes.Count > 0 ? ["theme " + string.Join(" or ", rule.Themes)] : Array.Empty<string>(),
            .. rule.KeyStages.Count > 0 ? [string.Join(" or ", rule.KeyStages)] : Array.Empty<string>(),
            .. rule.Groups.Count > 0 ? [string.Join(" or ", rule.Groups)] : Array.Empty<string>(),
        ];
        return asked.Length > 0 ? string.Join(", ", asked) : "every alert";
    }

    private static string List(IReadOnlyList<string> desks) => desks.Count > 0 ? string.Join(", ", desks) : "nobody";
}
