using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What a finding weighs: its rule's severity, what the vendor and the learned voice add to it, and the modifiers in their order.</summary>
/// <param name="omitted">Id of a step that is left out; empty: none is.</param>
internal sealed class FindingWeight(RuleSet rules, EventDraft draft, string keyStage, List<Category> categories, LearnedVoice? learned, string omitted)
{
    /// <summary>The severity of a finding; none when it is a hint that nothing confirms.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="rule">Its rule, as the school has it.</param>
    /// <param name="reasons">Where each step is written down; null: nowhere.</param>
    public Severity Of(in Finding finding, Rule rule, List<Reason>? reasons)
    {
        var index = rule.ThemeIn(finding.Field);
        var theme = rules.Taxonomy.Themes[index];
        var severity = Agreement(rule, theme.ParentCode, reasons);
        if (severity == Severity.None)
        {
            return severity;
        }

        for (var m = 0; m < rules.Rules.Modifiers.Length; m++)
        {
            var modifier = rules.Rules.Modifiers[m];
            if (modifier.Themes is not null && !modifier.Themes[index]
                || (modifier.Entry.MustBlock && !theme.MustBlock)
                || (modifier.Near.Length > 0 && (finding.Near & (1ul << m)) == 0)
                || (modifier.Entry.SparesFirm && rule.Firm)
                || !modifier.Fits(draft, finding.Field, keyStage))
            {
                continue;
            }

            Move(ref severity, modifier.Apply(severity), modifier.Id, modifier.Version, modifier.Entry.Explain, reasons);
        }

        // The vendor's word raises and never lowers.
        Move(ref severity, Max(severity, VendorWord.Of(draft)), SeverityStep.VendorSeverity, rules.Taxonomy.Version, "The product itself rates this as grave.", reasons);

        if (theme.Severity == Severity.Critical)
        {
            var floor = rule.Severity < Severity.High ? rule.Severity : Severity.High;
            Move(ref severity, Max(severity, floor), "modifier.critical-theme", rules.Taxonomy.Version, "A concern about danger to life or abuse is never lowered below high.", reasons);
        }

        var most = theme.StatisticsOnly ? Severity.Low : Severity.Critical;
        Move(ref severity, severity < most ? severity : most, "modifier.statistics-only", rules.Taxonomy.Version, "This theme is counted and reported, and raises no alert.", reasons);
        return severity;
    }

    private Severity Agreement(Rule rule, string parent, List<Reason>? reasons)
    {
        var severity = rule.Severity;
        foreach (var category in categories)
        {
            if (category.Says(parent, rules.Taxonomy))
            {
                var agreed = rule.Agree ?? (severity < Severity.High ? severity + 1 : severity);
                var words = reasons is null ? "" : $"{category.Product} put this under '{category.Name}', which says the same as the words.";
                Move(ref severity, Max(severity, agreed), SeverityStep.VendorAgrees, category.Version, words, reasons);
                break;
            }
        }

        if (learned is { } voice && voice.Agreed(rule, parent) is { } raised && raised > severity)
        {
            reasons?.Add(voice.Because("The text reads like what the rule looks for.", $"raised to {Words.Of(raised)}"));
            severity = raised;
        }

        return severity;
    }

    private void Move(ref Severity severity, Severity moved, string id, string version, string explanation, List<Reason>? reasons) =>
        SeverityStep.Move(ref severity, moved, id, version, explanation, id == omitted, reasons);

    private static Severity Max(Severity one, Severity other) => one > other ? one : other;
}
