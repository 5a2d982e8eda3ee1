using System.Text;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What would be said of an event if only these things were known of it, and one step were left out.</summary>
internal delegate Counterfactual DecideAgain(List<Finding> findings, List<Category> categories, string omitted);

/// <summary>
/// Says of each reason what the result would be without it, by deciding again; and of words inside the deciding match, by the rules reading again without them. Off
/// the hot path and bounded: it is asked only for what is stored. Reusable scratch of one worker, not thread-safe.
/// </summary>
/// <param name="rules">The rules.</param>
/// <param name="reader">What read the event: it still knows the fields of which nothing is taken out.</param>
internal sealed class Explainer(RuleSet rules, FieldReader reader)
{
    private const int MostReasons = 24;
    private const int MostParts = 6;

    /// <summary>Words of longer texts are not tried one by one.</summary>
    private const int LongestText = 8 * 1024;

    private const string CategoryReason = "vendor.category";

    private readonly List<Finding> _findings = [];
    private readonly List<Category> _categories = [];
    private readonly EventDraft _trial = new();
    private MatchedWords? _words;
    private MatchedWords? _intents;
    private Assessor? _again;

    /// <summary>Gives the reasons their <see cref="Reason.Without"/>.</summary>
    public Assessment Explain(Assessment assessment, List<Finding> findings, List<Category> categories, CompiledOverlay? overlay, DecideAgain decide)
    {
        var reasons = new Reason[assessment.Reasons.Count];
        for (var i = 0; i < reasons.Length; i++)
        {
            var reason = assessment.Reasons[i];
            reasons[i] = i < MostReasons ? reason with { Without = Said(reasons.AsSpan(0, i), reason) ?? Without(reason, findings, categories, overlay, decide) } : reason;
        }

        return assessment with { Reasons = reasons };
    }

    // What one rule found in a title and in an address is left out together: the answer is the same.
    private static Counterfactual? Said(ReadOnlySpan<Reason> before, Reason reason)
    {
        foreach (var other in before)
        {
            if (other.Rule == reason.Rule && reason.Rule != CategoryReason)
            {
                return other.Without;
            }
        }

        return null;
    }

    private Counterfactual Without(Reason reason, List<Finding> findings, List<Category> categories, CompiledOverlay? overlay, DecideAgain decide)
    {
        _findings.Clear();
        foreach (var finding in findings)
        {
            if (rules.RuleOf(finding, overlay).Id != reason.Rule)
            {
                _findings.Add(finding);
            }
        }

        _categories.Clear();
        foreach (var category in categories)
        {
            if (reason.Rule != CategoryReason || category.Name != reason.Matched)
            {
                _categories.Add(category);
            }
        }

        return decide(_findings, _categories, reason.Rule);
    }

    /// <summary>The finding that decided, null when no rule did.</summary>
    public Finding? Deciding(Assessment assessment, List<Finding> findings, CompiledOverlay? overlay)
    {
        // It is the first reason, unless all that was found is excused.
        foreach (var finding in findings)
        {
            if (finding.Excuse < 0 && finding.End > 0 && rules.RuleOf(finding, overlay).Id == assessment.Reasons[0].Rule && ReasonFields.Of(finding.Field) == assessment.Reasons[0].Field)
            {
                return finding;
            }
        }

        return null;
    }

    /// <summary>Words inside of a match, as bytes of <paramref name="text"/>: what fulfils each group of its rule, and what speaks of an intent.</summary>
    public List<(int Start, int End)> Words(ReadOnlySpan<byte> text, in Finding finding)
    {
        var found = new List<(int Start, int End)>();
        if (text.Length > LongestText)
        {
            return found;
        }

        // A school's own phrase has no parts.
        int[][] groups = finding.Rule < rules.Rules.Rules.Length ? rules.Rules.Rules[finding.Rule].Groups : [];
        if (groups.Length > 1)
        {
            _words ??= new MatchedWords(rules.Rules);
            _words.Read(text);
            foreach (var group in groups)
            {
                _words.AddLongest(group, finding, found);
            }
        }

        _intents ??= new MatchedWords(rules.Intents);
        _intents.Read(text);
        foreach (var rule in rules.Intents.Rules)
        {
            _intents.AddLongest(rule.Groups[0], finding, found);
        }

        return found;
    }

    /// <summary>
    /// Reads the event again by the rules without each of the parts, and writes to the first reason those that change the result. The learned voice stands as it judged the
    /// whole, as it does when a rule is left out: it is a voice of its own, whose reason names its own words, and to ask it of each part takes as long as all the rest ten times over.
    /// </summary>
    public Assessment WithParts(
        Assessment assessment, EventDraft draft, EventField field, List<Range> parts, string vendor, in AssessContext context, Verdict learned, LearnedVoice? voice)
    {
        var changing = new List<ReasonPart>();
        foreach (var part in parts.Distinct().Take(MostParts))
        {
            _trial.SetTo(draft, field, part);
            var without = (_again ??= new Assessor(rules, reader)).OutcomeOf(_trial, vendor, context, learned, voice);
            if (without.Theme != assessment.Theme || without.Severity != assessment.Severity)
            {
                var text = draft[field];
                changing.Add(new ReasonPart(Encoding.UTF8.GetString(text[part]), Encoding.UTF8.GetCharCount(text[..part.Start]), without));
            }
        }

        return changing.Count == 0
            ? assessment
            : assessment with { Reasons = [assessment.Reasons[0] with { Parts = changing }, .. assessment.Reasons.Skip(1)] };
    }
}
