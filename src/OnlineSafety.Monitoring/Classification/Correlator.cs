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
    public static bool Weighs(Assessment assessment, RuleSet rules) => Weighs(assessment.Theme, assessment.Severity, rules);

    private static bool Weighs(string theme, Severity severity, RuleSet rules) =>
        severity is Severity.Low or Severity.Medium && rules.Taxonomy.Find(theme) is { StatisticsOnly: false };

    /// <summary>
    /// Returns the assessment raised by one step when at least three recorded events of <paramref name="history"/> have its theme
    /// (or one with the same parent); unchanged otherwise. Raises no further than high, and statistics-only themes not at all.
    /// Smoothwall's moderators telephone a school for repeated harmful searches; so a pattern is worth more than its parts.
    /// </summary>
    public static Assessment Correlate(Assessment assessment, History history, RuleSet rules)
    {
        var severity = Raised(assessment.Theme, assessment.Severity, history, rules, out var earlier);
        if (severity == assessment.Severity && !assessment.Reasons.Any(reason => reason.Without is not null))
        {
            return assessment;
        }

        // What a reason says of the result without it is said of the result in the light of the same history.
        var reasons = assessment.Reasons.Select(reason => reason with
        {
            Without = Of(reason.Without, history, rules),
            Parts = reason.Parts.Count == 0 ? reason.Parts : [.. reason.Parts.Select(part => part with { Without = Of(part.Without, history, rules)! })],
        });
        return severity == assessment.Severity
            ? assessment with { Reasons = [.. reasons] }
            : assessment with
            {
                Severity = severity,
                Reasons =
                [
                    .. reasons,
                    new Reason(
                        "correlate.repeated", rules.Version, "", "", -1,
                        $"The same concern was recorded {earlier} times for this person in the last days: a pattern, not a single event.", $"raised to {Words.Of(severity)}")
                    {
                        Without = new Counterfactual(assessment.Theme, assessment.Severity),
                    },
                ],
            };
    }

    private static Counterfactual? Of(Counterfactual? without, History history, RuleSet rules) =>
        without is null ? null : without with { Severity = Raised(without.Theme, without.Severity, history, rules, out _) };

    private static Severity Raised(string theme, Severity severity, History history, RuleSet rules, out int earlier)
    {
        earlier = 0;
        if (!Weighs(theme, severity, rules))
        {
            return severity;
        }

        var parent = rules.Taxonomy.Find(theme)!.ParentCode;
        foreach (var entry in history.Recent)
        {
            if (rules.Taxonomy.Find(entry.Theme) is { } other && string.Equals(other.ParentCode, parent, StringComparison.Ordinal))
            {
                earlier++;
            }
        }

        return earlier >= Repeats ? severity + 1 : severity;
    }
}
