using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>
/// Correlate: an event's assessment in the light of what else is recorded of the same person. A repeated low or medium concern is a pattern, and one that two
/// products report within minutes was no accident of one of them; each raises by a step, no further than high. What a whole class did lowers nothing.
/// </summary>
internal static class Correlator
{
    /// <summary>Earlier events of the same canonical theme that make this one a pattern.</summary>
    private const int Repeats = 3;

    /// <summary>People of whom the same words make a class activity.</summary>
    public const int Class = 5;

    /// <summary>Two products report one thing within this time.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMinutes(5);

    private const string Repeated = "correlate.repeated";
    private const string TwoVendors = "correlate.two-vendors";
    private const string ClassActivity = "correlate.class-activity";

    /// <summary>Whether any history could change the assessment: where none can, none need be read or kept.</summary>
    public static bool Weighs(Assessment assessment, RuleSet rules) => Weighs(assessment.Theme, assessment.Severity, rules);

    private static bool Weighs(string theme, Severity severity, RuleSet rules) =>
        severity is Severity.Low or Severity.Medium && rules.Taxonomy.Find(theme) is { StatisticsOnly: false, Vendor: false };

    /// <summary>
    /// Returns the assessment raised by one step when at least three recorded events of <paramref name="history"/> have its theme (or one with the same
    /// parent), and by one when another product said the same within five minutes; unchanged otherwise. Raises no further than high, and statistics-only
    /// themes not at all. Smoothwall's moderators telephone a school for repeated harmful searches; so a pattern is worth more than its parts.
    /// </summary>
    /// <param name="assessment">What the event alone is.</param>
    /// <param name="at">When it was received.</param>
    /// <param name="vendor">The product that reported it.</param>
    /// <param name="history">What else is recorded of the person.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="ofNoAccount">The person is a device or an address, where nobody knows whether it was one: then what was recorded before raises no further than medium.</param>
    public static Assessment Correlate(Assessment assessment, DateTimeOffset at, string vendor, History history, RuleSet rules, bool ofNoAccount = false)
    {
        if (history.Recent.Count == 0)
        {
            return assessment;
        }

        var seen = new Seen(at, vendor, history, rules, ofNoAccount);
        var severity = seen.Raise(assessment.Outcome, "", out var steps);
        if (steps.Count == 0 && !assessment.Reasons.Any(reason => reason.Without is not null))
        {
            return assessment;
        }

        // What a reason says of the result without it is said of the result in the light of the same history.
        var reasons = assessment.Reasons.Select(reason => reason with
        {
            Without = seen.Raise(reason.Without, ""),
            Parts = reason.Parts.Count == 0 ? reason.Parts : [.. reason.Parts.Select(part => part with { Without = seen.Raise(part.Without, "")! })],
        });
        return assessment with
        {
            Severity = severity,
            Reasons = [.. reasons, .. steps.Select(step => new Reason(step.Rule, rules.Version, "", "", -1, step.Words, $"raised to {Words.Of(step.To)}") { Without = seen.Raise(assessment.Outcome, step.Rule) })],
        };
    }

    /// <summary>Whether so many did the same that a medium result joins the others'. One that is graver stands alone, whoever else did it.</summary>
    public static bool IsClassActivity(Assessment assessment, int alike) => assessment.Severity == Severity.Medium && alike >= Class;

    /// <summary>Notes that a class did the same. It changes nothing but where the result is shown.</summary>
    public static Assessment Note(Assessment assessment, int alike, RuleSet rules) => assessment with
    {
        Reasons =
        [
            .. assessment.Reasons,
            new Reason(ClassActivity, rules.Version, "", "", -1, $"Class activity: the same words were recorded of {Counted.Of(alike, "person", "people")} within the hour. Nothing is lowered.", "joined with the others")
            {
                Without = assessment.Outcome,
            },
        ],
    };

    private sealed class Seen(DateTimeOffset at, string vendor, History history, RuleSet rules, bool ofNoAccount)
    {
        public Counterfactual? Raise(Counterfactual? alone, string omitted) =>
            alone is null ? null : alone with { Severity = Raise(alone, omitted, out _) };

        public Severity Raise(Counterfactual alone, string omitted, out List<(string Rule, Severity To, string Words)> steps)
        {
            var severity = alone.Severity;
            steps = [];
            if (!Weighs(alone.Theme, severity, rules))
            {
                return severity;
            }

            var parent = rules.Taxonomy.Find(alone.Theme)!.ParentCode;
            var same = history.Recent.Where(entry => rules.Taxonomy.Find(entry.Theme)?.ParentCode == parent).ToList();
            if (severity < (ofNoAccount ? Severity.Medium : Severity.High) && same.Count >= Repeats && omitted != Repeated)
            {
                severity++;
                steps.Add((Repeated, severity, $"The same concern was recorded {same.Count} times {(ofNoAccount ? "on this device or address" : "for this person")} in the last days: a pattern, not a single event."));
            }

            // That two products pass on the same address, which our rules alone call a concern, is one opinion and not two.
            if (severity < Severity.High && omitted != TwoVendors && alone.VendorSays
                && same.Find(entry => entry.VendorSays && entry.Vendor != vendor && (at - entry.ReceivedAt).Duration() <= Together) is { } other)
            {
                severity++;
                steps.Add((TwoVendors, severity, $"{other.Vendor} reported the same concern {(ofNoAccount ? "on this device or address" : "about this person")} within minutes."));
            }

            return severity;
        }
    }
}
