using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>The original text that a finding matched, and its UTF-16 offset in the field.</summary>
internal delegate (string Matched, int Start) FindingSlice(EventDraft draft, in Finding finding);

/// <summary>
/// Weighs what was found in one event: each rule's severity after the vendor's agreement and the modifiers; the gravest decides, and
/// every step is written down. Made only when something was found.
/// </summary>
internal sealed class Decision(
    RuleSet rules, EventDraft draft, string keyStage, List<Finding> findings, List<Category> categories, int context, FindingSlice slice, LearnedVoice? learned)
{
    private const string Excused = "modifier.excused";

    private readonly List<string> _themes = [];

    // Null where only the outcome is asked for: then no step is put into words.
    private List<Reason>? _reasons;

    private Excuses _excuses = new(rules, overlay: null);

    /// <summary>Whom it is about, and what their school does otherwise.</summary>
    public AssessContext Context
    {
        get;
        init => (field, _excuses) = (value, new Excuses(rules, value.Overlay));
    }

    /// <summary>Id of a step that is left out, to see what it did; empty: none is.</summary>
    public string Omitted { get; init; } = "";

    /// <summary>Domain lists that the site is on, by their places in <see cref="RuleSet.Sites"/>.</summary>
    public IReadOnlyList<int> Listed { get; init; } = [];

    private Taxonomy Taxonomy => rules.Taxonomy;

    private LearnedVoice? Learned => learned?.Rule == Omitted ? null : learned;

    private FindingWeight Weight => field ??= new FindingWeight(rules, draft, keyStage, categories, Learned, Omitted);

    public Assessment Decide(string unmapped)
    {
        _reasons = [];
        var (theme, risk, severity) = Decided(unmapped);
        return Build(theme, risk, severity, unmapped.Length > 0);
    }

    /// <summary>What <see cref="Decide"/> comes to, without its reasons.</summary>
    public Counterfactual Outcome()
    {
        var (theme, _, severity) = Decided(unmapped: "");
        return theme < 0 || severity == Severity.None ? Assessment.None.Outcome : new Counterfactual(Taxonomy.Themes[theme].Code, severity) { VendorSays = VendorSays(theme) };
    }

    private (int Theme, Risk? Risk, Severity Severity) Decided(string unmapped)
    {
        var best = -1;
        var severity = Severity.None;
        for (var i = 0; i < findings.Count; i++)
        {
            if (findings[i].Excuse < 0 && Weigh(findings[i], null) is var own and > Severity.None && (best < 0 || Beats(i, own, best, severity)))
            {
                (best, severity) = (i, own);
            }
        }

        var theme = -1;
        Risk? risk = null;
        if (best >= 0)
        {
            theme = ThemeOf(findings[best]);
            risk = RuleOf(findings[best]).Risk;
        }

        if (_reasons is not null)
        {
            AddWords(best, _reasons);
        }

        Spare(best, ref severity, ref theme, ref risk);
        new CategoryEvidence(rules, draft, categories, context, IsExcused).Weigh(ref severity, ref theme, ref risk, AddTheme, _reasons);
        WeighLists(ref severity, ref theme, ref risk);
        OpenAsLearned(ref severity, ref theme, ref risk);
        if (draft.Kind == ActivityKind.Report && severity < Severity.Medium && (theme >= 0 || Taxonomy.OfReports >= 0))
        {
            theme = theme >= 0 ? theme : Taxonomy.OfReports;
            Move(ref severity, Severity.Medium, "modifier.report", Taxonomy.Version, "Somebody wrote this report because they were worried: a person reads it, whatever its words.", _reasons);
        }

        HearVendor(ref severity, ref theme, ref risk);
        if (unmapped.Length > 0)
        {
            _reasons?.Add(new Reason("vendor.unmapped", Taxonomy.Version, "category", unmapped, -1, "The product's category is not one that we know. Nothing was concluded from it.", "unmapped"));
        }

        Distrust(ref severity);
        if (severity > Severity.None && Context.Role is not (PersonRole.Unknown or PersonRole.Pupil))
        {
            _reasons?.Add(new Reason("modifier.staff", Taxonomy.Version, "", "", -1, "It is about a member of staff or a governor: as grave as if it were about a pupil, and a matter for another desk.", "noted"));
        }

        return (theme, risk, severity);
    }

    private void AddWords(int best, List<Reason> reasons)
    {
        if (best >= 0)
        {
            AddRule(findings[best], "", reasons);
            Weigh(findings[best], reasons);
        }

        AddOthers(best, reasons);
    }

    // An excuse says what is likely meant, not what is meant: grave words never vanish, they are recorded and add up. A hint that a second voice made
    // speak is no better reason to forget them.
    private void Spare(int best, ref Severity severity, ref int theme, ref Risk? risk)
    {
        if (Omitted == Excused || _excuses.Gravest(findings, Weight, IsTyped) is not (>= 0 and var spared, var kept))
        {
            return;
        }

        foreach (var finding in findings)
        {
            if (_excuses.IsKept(finding, Weight))
            {
                AddTheme(ThemeOf(finding));
            }
        }

        var least = VendorSure && kept < Severity.High ? Severity.High : kept;
        var code = Taxonomy.Themes[ThemeOf(findings[spared])].Code;
        var effect = $"{code} {Words.Of(least)}";
        if (least > severity)
        {
            AddTheme(theme);
            (severity, theme, risk) = (least, ThemeOf(findings[spared]), null);
        }
        else if (best < 0 || RuleOf(findings[best]).Severity == Severity.None)
        {
            effect = $"also {effect}";
        }
        else
        {
            return;
        }

        _reasons?.Add(new Reason(Excused, Taxonomy.Version, "", "", -1, "Words as grave as these are recorded even beside an innocent context.", effect));
    }

    // The vendor knows of it what it does not send: a list of its own, a picture, a moderator's eye.
    // Of a product that is only said to be severe, and not to be a breach, severity may be that of a virus.
    private void HearVendor(ref Severity severity, ref int theme, ref Risk? risk)
    {
        var counted = theme < 0 || Taxonomy.Themes[theme].StatisticsOnly;
        if (severity >= Severity.Medium || !VendorWord.AsksForAPerson(draft) || (counted && !draft.VendorBreach))
        {
            return;
        }

        if ((counted ? Taxonomy.OfVendor : theme) is >= 0 and var heard)
        {
            if (counted)
            {
                AddTheme(theme);
                (theme, risk) = (heard, null);
            }

            Move(ref severity, Severity.Medium, SeverityStep.VendorSeverity, Taxonomy.Version, "The product itself rates this as grave: a person reads it, whatever its words.", _reasons);
        }
    }

    // A pupil can send in another's name what only the browser reports: a hint is looked into, it wakes nobody as if a life were known to be at stake.
    private void Distrust(ref Severity severity)
    {
        if (severity > Severity.None && (draft.Warnings & EventWarnings.LowTrust) != 0 && Omitted != LowTrust.Rule)
        {
            var most = severity > Severity.High ? Severity.High : severity;
            _reasons?.Add(new Reason(LowTrust.Rule, Taxonomy.Version, "", "", -1, LowTrust.Explanation, most < severity ? $"lowered to {Words.Of(most)}" : "noted"));
            severity = most;
        }
    }

    private bool IsTyped => draft.Kind is ActivityKind.Search or ActivityKind.Typed or ActivityKind.Message or ActivityKind.Report;

    private bool VendorSure => VendorWord.IsSure(draft);

    // The site is known as an innocent one, the words speak of something innocent, or a rule excused what it found of one of these themes.
    private bool IsExcused(int[] themes) =>
        context >= 0 || findings.Exists(f => IsExcusedByRules(f) && Array.Exists(themes, theme => IsSame(ThemeOf(f), Taxonomy.Themes[theme])));

    // What a school excludes tells nothing of what the words mean.
    private bool IsExcusedByRules(in Finding finding) => finding.Excuse >= 0 && Context.Overlay?.Exclusion(finding.Excuse) is null;

    private bool IsSame(int theme, Theme other) => string.Equals(Taxonomy.Themes[theme].ParentCode, other.ParentCode, StringComparison.Ordinal);

    private bool VendorSays(int theme) =>
        (Omitted != SeverityStep.VendorSeverity && (VendorSure || draft.VendorSeverity >= 4))
        || (Omitted != SeverityStep.VendorAgrees && categories.Exists(category => category.Says(Taxonomy.Themes[theme].ParentCode, Taxonomy)));

    private Assessment Build(int index, Risk? risk, Severity severity, bool unmapped)
    {
        var reasons = _reasons ?? [];
        if (index < 0 || severity == Severity.None)
        {
            return reasons.Count == 0 ? Assessment.None : Assessment.None with { Reasons = reasons, UnmappedCategory = unmapped };
        }

        var theme = Taxonomy.Themes[index];
        _themes.Remove(theme.Code);
        _themes.Insert(0, theme.Code);
        return new Assessment(risk ?? theme.Risk, theme.Code, theme.ParentCode, severity, reasons)
        {
            // Who tells of harm beside something else is no less protected.
            Audience = _themes.Max(code => Taxonomy.Find(code)!.Audience),
            MaskUrl = theme.MaskUrl,
            Themes = _themes,
            UnmappedCategory = unmapped,
            VendorSays = VendorSays(index),
            Edition = Taxonomy.Edition,
            Rules = Context.Overlay?.VersionAt(Context.At) ?? rules.Version,
        };
    }

    private Rule RuleOf(in Finding finding) => rules.RuleOf(finding, Context.Overlay);

    private int ThemeOf(in Finding finding) => RuleOf(finding).ThemeIn(finding.Field);

    private bool Beats(int candidate, Severity severity, int best, Severity bestSeverity)
    {
        if (severity != bestSeverity)
        {
            return severity > bestSeverity;
        }

        var (one, other) = (RuleOf(findings[candidate]), RuleOf(findings[best]));
        if (one.Priority != other.Priority)
        {
            return one.Priority > other.Priority;
        }

        // The longer match is the more specific; the taxonomy's order decides the rest.
        var (words, otherWords) = (findings[candidate].Words, findings[best].Words);
        return words != otherWords ? words > otherWords : ThemeOf(findings[candidate]) < ThemeOf(findings[best]);
    }

    private Severity Weigh(in Finding finding, List<Reason>? reasons) => Weight.Of(finding, RuleOf(finding), reasons);

    // Where a rule looked at the very words and excused them, or the school excludes that phrase, it stands: both know more of them than the model does.
    private void OpenAsLearned(ref Severity severity, ref int theme, ref Risk? risk)
    {
        if (Learned is not { } voice || voice.Opens <= severity
            || findings.Exists(f => Hushes(f, voice) && ReasonFields.Of(f.Field) == voice.Field && IsSame(ThemeOf(f), voice.Theme)))
        {
            return;
        }

        AddTheme(theme);
        (severity, theme, risk) = (voice.Opens, voice.Verdict.Theme, null);
        var urgent = severity >= Severity.High ? "No rule says so, but it reads as grave: a person should look today." : "No rule says so, and a person should look.";
        _reasons?.Add(voice.Because(urgent, $"{voice.Theme.Code} {Words.Of(severity)}"));
    }

    // A hint says too little to hush what may be grave, and a rule that a school does without speaks of many words.
    private bool Hushes(in Finding finding, LearnedVoice voice) =>
        finding.Excuse >= 0 && Context.Overlay?.Exclusion(finding.Excuse) is not { Kind: OverlayKind.ExcludeRule } && (RuleOf(finding).Severity > Severity.None || !voice.MayBeGrave);

    // What does not decide, or no longer does, is still one of the themes found.
    private void AddTheme(int theme)
    {
        if (theme >= 0 && !_themes.Contains(Taxonomy.Themes[theme].Code, StringComparer.Ordinal))
        {
            _themes.Add(Taxonomy.Themes[theme].Code);
        }
    }

    private void Move(ref Severity severity, Severity moved, string id, string version, string explanation, List<Reason>? reasons) =>
        SeverityStep.Move(ref severity, moved, id, version, explanation, id == Omitted, reasons);

    private void AddRule(in Finding finding, string effect, List<Reason> reasons)
    {
        var rule = RuleOf(finding);
        var code = Taxonomy.Themes[ThemeOf(finding)].Code;
        var (matched, start) = slice(draft, finding);
        var explanation = finding.Excuse < 0 ? rule.Explain : $"{rule.Explain} Not counted: {_excuses.Why(finding.Excuse, slice(draft, finding with { Start = finding.ExcuseStart, End = finding.ExcuseEnd }).Matched)}";
        reasons.Add(new Reason(rule.Id, rule.Version, ReasonFields.Of(finding.Field), matched, start, explanation, effect.Length > 0 ? effect : $"{code} {Words.Of(rule.Severity)}"));
    }

    // What did not decide is shown too: the other themes, and what was excused and why.
    private void AddOthers(int best, List<Reason> reasons)
    {
        for (var i = 0; i < findings.Count; i++)
        {
            // A hint that no vendor confirms was no step at all.
            if (i == best || (RuleOf(findings[i]).Severity == Severity.None && findings[i].Excuse >= 0))
            {
                continue;
            }

            if (findings[i].Excuse >= 0)
            {
                AddRule(findings[i], "excluded", reasons);
            }
            else if (Weigh(findings[i], null) is var severity and > Severity.None)
            {
                var code = Taxonomy.Themes[ThemeOf(findings[i])].Code;
                AddRule(findings[i], $"also {code} {Words.Of(severity)}", reasons);
                AddTheme(ThemeOf(findings[i]));
            }
        }
    }

    private void WeighLists(ref Severity severity, ref int theme, ref Risk? risk)
    {
        foreach (var number in Listed)
        {
            if (rules.Sites[number] is not { } site || site.Rule == Omitted)
            {
                continue;
            }

            var listed = Taxonomy.Themes[site.Theme];
            var alone = Lists.ListedSite.Alone(draft, listed, IsExcused([site.Theme]));
            _reasons?.Add(site.Because(draft, alone > severity ? $"{listed.Code} {Words.Of(alone)}" : "noted"));
            if (alone > severity)
            {
                AddTheme(theme);
                (severity, theme, risk) = (alone, site.Theme, null);
            }
        }
    }
}
