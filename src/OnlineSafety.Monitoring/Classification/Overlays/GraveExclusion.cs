using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification.Overlays;

/// <summary>
/// What no school can exclude, said before it is listed as excluded: words and rules that are recorded and read by a person whatever excludes them
/// (<see cref="Excuses"/>), and words that other rules find all the same. Pure.
/// </summary>
internal static class GraveExclusion
{
    /// <returns>Why it would not take effect; null: it would.</returns>
    public static string? Of(RuleSet rules, OverlayEntry exclusion, DateTimeOffset now)
    {
        if (exclusion.Kind == OverlayKind.ExcludeRule)
        {
            var rule = Array.Find(rules.Rules.Rules, rule => rule.Id == exclusion.Text);
            return rule is { Severity: >= Severity.High } && rules.Taxonomy.Themes[rule.Theme] is { } theme && (theme.Grave || theme.MandatoryAlert)
                ? $"Nothing was excluded. \"{exclusion.Text}\" looks for {theme.Title}, {Words.Of(rule.Severity)}: what is that grave is recorded and read by a person, whatever a school excludes."
                : null;
        }

        var draft = ExampleEvent.Of(exclusion.Text, "search");
        var assessment = new Assessor(rules).Assess(draft, "", new AssessContext(PersonRole.Unknown, "") { Overlay = new SchoolOverlay([exclusion]).Over(rules), At = now });
        return assessment.Severity >= Severity.Medium && rules.Taxonomy.Find(assessment.Theme) is { } still
            ? $"Nothing was excluded. \"{exclusion.Text}\" would still be found with that exclusion, as {still.Title}, {Words.Of(assessment.Severity)}: what is that grave is read by a person, whatever a school excludes."
            : null;
    }
}
