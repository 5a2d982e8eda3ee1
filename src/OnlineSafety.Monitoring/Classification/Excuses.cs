using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Why findings do not count, and which of them are recorded all the same.</summary>
internal readonly struct Excuses(RuleSet rules, CompiledOverlay? overlay)
{
    /// <summary>In words, behind "Not counted:".</summary>
    /// <param name="excuse">What excuses it.</param>
    /// <param name="words">The words of the text that do.</param>
    public string Why(int excuse, string words) => overlay?.Exclusion(excuse) is { } entry
        ? $"the school excludes '{entry.Text}' until {entry.Until.UtcDateTime:yyyy-MM-dd} ({entry.RuleId}): {entry.Why}"
        : $"'{words}' stands near it.";

    /// <summary>The gravest of what is excused and recorded all the same, with what it is recorded as; -1 when nothing is.</summary>
    /// <param name="findings">All findings of an event.</param>
    /// <param name="weight">What they weigh.</param>
    /// <param name="typed">Somebody wrote the words, and no page brought them along.</param>
    public (int Finding, Severity Severity) Gravest(List<Finding> findings, FindingWeight weight, bool typed)
    {
        var (gravest, severity, rule) = (-1, Severity.None, Severity.None);
        for (var i = 0; i < findings.Count; i++)
        {
            if (IsKept(findings[i], weight)
                && (KeptAs(findings[i], weight, typed), rules.RuleOf(findings[i], overlay).Severity) is var (kept, own)
                && (kept, own).CompareTo((severity, rule)) > 0)
            {
                (gravest, severity, rule) = (i, kept, own);
            }
        }

        return (gravest, severity);
    }

    /// <summary>Whether it is excused and recorded all the same: grave words, whatever excuses them; and of a theme that must alert in every school also what the school itself excludes.</summary>
    public bool IsKept(in Finding finding, FindingWeight weight)
    {
        if (finding.Excuse < 0)
        {
            return false;
        }

        var rule = rules.RuleOf(finding, overlay);
        var theme = rules.Taxonomy.Themes[rule.ThemeIn(finding.Field)];
        return IsSchools(finding)
            ? (theme.Grave || theme.MandatoryAlert) && Gravity(finding, rule, weight) >= Severity.High
            : theme.Grave && rule.Severity >= Severity.High;
    }

    private bool IsSchools(in Finding finding) => overlay?.Exclusion(finding.Excuse) is not null;

    // What a school excludes is kept by what it would have come to: a rule that is grave only with the product's word, or beside others, is no lighter for it.
    private static Severity Gravity(in Finding finding, Rule rule, FindingWeight weight) =>
        weight.Of(finding, rule, reasons: null) is var weighed && weighed > rule.Severity ? weighed : rule.Severity;

    // What is critical is read by a person where a word that anybody can add would hide it: who writes "i", or "me", means no character of a play, and no
    // school can silence it. The rest adds up.
    private Severity KeptAs(in Finding finding, FindingWeight weight, bool typed)
    {
        var rule = rules.RuleOf(finding, overlay);
        var critical = IsSchools(finding)
            ? Gravity(finding, rule, weight) == Severity.Critical
            : rule is { Severity: Severity.Critical, Firm: true } && typed && finding.Speaker;
        return critical ? Severity.Medium : Severity.Low;
    }
}
