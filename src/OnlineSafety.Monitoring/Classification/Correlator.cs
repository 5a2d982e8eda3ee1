using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Correlate: an event's assessment in the light of the same person's history. One rule stands: a repeated low or medium concern is a pattern.
/// </summary>
internal static class Correlator
{
    /// <summary>Earlier events of the same canonical theme that make this one a pattern.</summary>
    private const int Repeats = 3;

    /// <summary>Whether any history could change the assessment: where none can, none need be read or kept.</summary>
    public static bool Weighs(Assessment assessment, RuleSet rules) =>
        assessment.Severity is Severity.Low or Severity.Medium && rules.Taxonomy.Find(assessment.Theme) is { StatisticsOnly: false };

    /// <summary>
    /// Returns the assessment raised by one step when at least three recorded events of <paramref name="history"/> have its theme
    /// (or one with the same parent); unchanged otherwise. Raises no further than high, and statistics-only themes not at all.
    /// Smoothwall's moderators telephone a school for repeated harmful searches; so a pattern is worth more than its parts.
    /// </summary>
    public static Assessment Correlate(Assessment assessment, History history, RuleSet rules)
    {
        if (!Weighs(assessment, rules))
        {
            return assessment;
        }

        var earlier = 0;
        foreach (var entry in history.Recent)
        {
            if (rules.Taxonomy.Find(entry.Theme) is { } theme && string.Equals(theme.ParentCode, assessment.ParentTheme, StringComparison.Ordinal))
            {
                earlier++;
            }
        }

        if (earlier < Repeats)
        {
            return assessment;
        }

        var severity = assessment.Severity + 1;
        var reason = new Reason(
            "correlate.repeated",
            rules.Version,
            "",
            "",
            -1,
            $"The same concern was recorded {earlier} times for this person in the last days: a pattern, not a single event.",
            $"raised to {Words.Of(severity)}");
        return assessment with { Severity = severity, Reasons = [.. assessment.Reasons, reason] };
    }
}
