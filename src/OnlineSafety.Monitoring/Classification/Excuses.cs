using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Why findings do not count, and which of them are recorded all the same.</summary>
internal readonly struct Excuses(RuleSet rules, CompiledOverlay? overlay)
{
    /// <summary>In words, behind "Not counted:".</summary>
    public string Why(int excuse) => overlay?.Exclusion(excuse) is { } entry
        ? $"the school excludes '{entry.Text}' until {entry.Until.UtcDateTime:yyyy-MM-dd} ({entry.RuleId}): {entry.Why}"
        : $"'{rules.Rules.SetNames[excuse]}' stands near it.";

    /// <summary>The gravest of what is excused and recorded all the same, -1 when nothing is.</summary>
    public int Gravest(List<Finding> findings)
    {
        var gravest = -1;
        for (var i = 0; i < findings.Count; i++)
        {
            if (findings[i].Excuse >= 0 && IsKept(findings[i])
                && (gravest < 0 || rules.RuleOf(findings[i], overlay).Severity > rules.RuleOf(findings[gravest], overlay).Severity))
            {
                gravest = i;
            }
        }

        return gravest;
    }

    // Grave words, whatever excuses them; and of a theme that must alert in every school also what the school itself excludes.
    private bool IsKept(in Finding finding)
    {
        var rule = rules.RuleOf(finding, overlay);
        var theme = rules.Taxonomy.Themes[rule.ThemeIn(finding.Field)];
        return rule.Severity >= Severity.High && (theme.Grave || (theme.MandatoryAlert && overlay?.Exclusion(finding.Excuse) is not null));
    }
}
