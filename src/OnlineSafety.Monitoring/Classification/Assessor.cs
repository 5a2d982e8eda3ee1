using System.Text;
using OnlineSafety.Monitoring.Classification.Lists;
using OnlineSafety.Monitoring.Classification.Model;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What the school knows about the person of an event.</summary>
/// <param name="Role">The people list's word, or the vendor's hint.</param>
/// <param name="KeyStage"><c>KS1</c> to <c>KS5</c>, empty when not known.</param>
internal readonly record struct AssessContext(PersonRole Role, string KeyStage)
{
    /// <summary>What their school does otherwise than the shared rules; null: nothing.</summary>
    public CompiledOverlay? Overlay { get; init; }

    /// <summary>When the event was received: which entries of the overlay work.</summary>
    public DateTimeOffset At { get; init; }
}

/// <summary>
/// Assess: one event to its assessment, by the rules alone. Pure: the same draft, vendor, context and rules give the same assessment for ever.
/// One per worker: it holds reusable scratch and is not thread-safe. An event on which nothing is found allocates nothing.
/// </summary>
internal sealed partial class Assessor(RuleSet rules, FieldReader reader)
{
    private readonly FieldReader _reader = reader;
    private readonly KnownCategories _known = new(rules.Categories);
    private readonly UrlText _url = new();
    private readonly SearchAddress _search = new();
    private readonly TypedReader? _typed = rules.Model is { } model ? new TypedReader(model, rules.Taxonomy) : null;
    private readonly List<Finding> _findings = [];
    private readonly List<Category> _categories = [];
    private readonly ListedHosts _hosts = new(rules.Lists);
    private readonly List<int> _listed = [];
    private readonly Explainer _explainer = new(rules, reader);
    private readonly OverlayReader _overlays = new(rules);
    private Assessment? _latest;
    private Verdict _learned = Verdict.Silent;
    private LearnedVoice? _voice;
    private int _context;
    private int _unread;

    public Assessor(RuleSet rules)
        : this(rules, new FieldReader(rules.Rules))
    {
    }

    /// <summary>
    /// Assesses a draft. <paramref name="vendor"/> names the category map (<c>smoothwall</c>). The person's role changes no severity, only later
    /// the route; the key stage does.
    /// </summary>
    public Assessment Assess(EventDraft draft, string vendor, in AssessContext context)
    {
        (_learned, _voice) = (_typed?.Read(draft) ?? Verdict.Silent, null);
        if (Finds(draft, vendor, context, out var unmapped))
        {
            return Decide(draft, context, unmapped?.Unmapped ?? "");
        }

        // Then nothing but the name decides, and so the result is the same for every event that has it.
        return unmapped is null ? Assessment.None : unmapped.Alone ??= Decide(draft, default, unmapped.Unmapped);
    }

    /// <summary>Theme and severity alone of what the rules say of an event beside a learned voice that has spoken already.</summary>
    /// <param name="learned">What that said.</param>
    /// <param name="voice">In its words; null when it is silent.</param>
    public Counterfactual OutcomeOf(EventDraft draft, string vendor, in AssessContext context, Verdict learned, LearnedVoice? voice)
    {
        (_learned, _voice) = (learned, voice);
        return Finds(draft, vendor, context, out _)
            ? Decision(draft, context, _findings, _categories, NoSlice, "").Outcome()
            : Assessment.None.Outcome;
    }

    // Reads all that an event holds but for the learned voice, which is heard before; false when nothing of it needs to be weighed.
    private bool Finds(EventDraft draft, string vendor, in AssessContext context, out MetCategory? unmapped)
    {
        _latest = null;
        _findings.Clear();
        unmapped = ReadCategories(draft, vendor);
        _listed.Clear();
        _hosts.Find(draft[EventField.UrlHost], _listed);
        ReadFields(draft, _categories.Count > 0 || _listed.Count > 0 || _learned.Speaks ? RulesAsked.All : RulesAsked.Deciding, context);
        if (_findings.Count > 0 || _categories.Count > 0 || _listed.Count > 0 || draft.Kind == ActivityKind.Report || _learned.Opens || VendorWord.AsksForAPerson(draft))
        {
            ReadContexts(draft);
            return true;
        }

        return false;
    }

    /// <summary>
    /// The assessment of a draft, each reason with what the result would be without it, and without which words of its match it would be another. Only for
    /// what is stored or shown, because every reason is one more decision.
    /// </summary>
    public Assessment Explain(Assessment assessment, EventDraft draft, string vendor, in AssessContext context)
    {
        if (assessment.Reasons.Count == 0 || assessment.Reasons[0].Without is not null)
        {
            return assessment;
        }

        if (!ReferenceEquals(assessment, _latest))
        {
            // Something else was read since; the same event gives the same assessment.
            assessment = Assess(draft, vendor, context);
        }

        var person = context;
        var explained = _explainer.Explain(
            assessment, _findings, _categories, person.Overlay, (findings, known, step) => Decision(draft, person, findings, known, NoSlice, step).Outcome());
        if (_explainer.Deciding(assessment, _findings, person.Overlay) is not { } deciding)
        {
            return explained;
        }

        var text = deciding.Field == EventField.Url ? _url.Read(UrlPart(draft)) : draft[deciding.Field];
        var parts = new List<Range>();
        foreach (var (start, end) in _explainer.Words(text, deciding))
        {
            parts.Add(deciding.Field == EventField.Url ? _url.OriginOf(start, draft[EventField.Url].Length).._url.OriginOf(end, draft[EventField.Url].Length) : start..end);
        }

        return _explainer.WithParts(explained, draft, deciding.Field, parts, vendor, context, _learned, VoiceIn(draft));
    }

    /// <summary>
    /// Reads a raw record that no mapping claims. Only rules of grave themes (<see cref="Theme.Grave"/>) at high or above speak, for here
    /// nothing tells a message from page furniture; percent signs and pluses are undone first. Nothing excuses them: a word near by may be the
    /// name of a device, or of another record.
    /// </summary>
    /// <param name="utf8">Its text.</param>
    /// <param name="lowTrust">Anybody could have sent it.</param>
    public Assessment AssessText(ReadOnlySpan<byte> utf8, bool lowTrust = false)
    {
        _latest = null;
        _findings.Clear();
        _categories.Clear();
        _listed.Clear();
        _reader.Read(EventField.Text, _url.Read(utf8), default, RulesAsked.Grave, _findings);
        for (var i = _findings.Count - 1; i >= 0; i--)
        {
            var rule = rules.Rules.Rules[_findings[i].Rule];
            if (rule.Severity < Severity.High || !rules.Taxonomy.Themes[rule.Theme].Grave)
            {
                _findings.RemoveAt(i);
            }
        }

        if (_findings.Count == 0)
        {
            return Assessment.None;
        }

        return DecideText(utf8, lowTrust);
    }

    private Assessment DecideText(ReadOnlySpan<byte> utf8, bool lowTrust)
    {
        var draft = new EventDraft { Warnings = lowTrust ? EventWarnings.LowTrust : EventWarnings.None };
        draft.Set(EventField.Text, utf8);
        (_context, _learned) = (-1, Verdict.Silent);
        var assessment = Decision(draft, default, _findings, _categories, SliceDecoded, "").Decide("");
        return _explainer.Explain(assessment, _findings, _categories, overlay: null, (findings, known, step) => Decision(draft, default, findings, known, NoSlice, step).Outcome());
    }

    private static ReadOnlySpan<EventField> TextFields => [EventField.SearchQuery, EventField.Text, EventField.App, EventField.VendorReason];

    private void ReadFields(EventDraft draft, RulesAsked asked, in AssessContext context)
    {
        _context = -1;
        _unread = 0;
        foreach (var field in TextFields)
        {
            if (!draft.Has(field))
            {
                continue;
            }

            if (Read(field, draft[field], default, asked, context))
            {
                _context = Math.Max(_context, _reader.Context);
            }
            else
            {
                _unread |= 1 << (int)field;
            }
        }

        if (draft.Has(EventField.Url))
        {
            Read(EventField.Url, _url.Read(UrlPart(draft)), draft[EventField.UrlHost], asked, context);
        }
    }

    private bool Read(EventField field, ReadOnlySpan<byte> text, ReadOnlySpan<byte> host, RulesAsked asked, in AssessContext context)
    {
        var from = _findings.Count;
        var read = _reader.Read(field, text, host, asked, _findings);
        if (context.Overlay is not null)
        {
            _overlays.Read(context.Overlay, context.At, field, text, host, _findings, from);
        }

        return read;
    }

    private Assessment Decide(EventDraft draft, in AssessContext person, string unmapped) =>
        _latest = Decision(draft, person, _findings, _categories, Slice, "").Decide(unmapped);

    private Decision Decision(EventDraft draft, in AssessContext person, List<Finding> findings, List<Category> known, FindingSlice slice, string omitted) =>
        new(rules, draft, person.KeyStage ?? "", findings, known, _context, slice, VoiceIn(draft)) { Context = person, Omitted = omitted, Listed = _listed };

    // Made once for an event, however often it is decided anew.
    private LearnedVoice? VoiceIn(EventDraft draft) => _learned.Speaks ? _voice ??= _typed?.VoiceOf(_learned, draft) : null;

    // Only a category is weighed by what the words speak of: so the texts that were passed over are read in full only beside one.
    private void ReadContexts(EventDraft draft)
    {
        foreach (var field in TextFields)
        {
            if (_categories.Count > 0 && (_unread & (1 << (int)field)) != 0)
            {
                _context = Math.Max(_context, _reader.ContextOf(draft[field]));
            }
        }

        // Of a bare address the site is all there is to know: an encyclopaedia that a filter put under drugs is still an encyclopaedia.
        if ((_categories.Count > 0 || _listed.Count > 0) && !draft.Has(EventField.SearchQuery) && !draft.Has(EventField.Text) && draft.Has(EventField.UrlHost))
        {
            _context = Math.Max(_context, _reader.ContextOfHost(draft[EventField.UrlHost]));
        }
    }

    // The URL, byte by byte where it stands, but for the search term.
    private ReadOnlySpan<byte> UrlPart(EventDraft draft) =>
        draft.TermParameter.IsEmpty ? draft[EventField.Url] : _search.WithoutTerm(draft[EventField.Url], draft.TermParameter.Span, draft.TermIsQuery);

    // Returns the first category that no map knows, null when all are known.
    private MetCategory? ReadCategories(EventDraft draft, string vendor)
    {
        _categories.Clear();
        var unmapped = draft.Has(EventField.VendorTheme) ? ReadCategory(vendor, draft[EventField.VendorTheme]) : null;
        for (var i = 0; i < draft.CategoryCount; i++)
        {
            var unknown = ReadCategory(vendor, draft.Category(i));
            unmapped ??= unknown;
        }

        return unmapped;
    }

    private MetCategory? ReadCategory(string vendor, ReadOnlySpan<byte> name)
    {
        var met = _known.Find(vendor, name);
        if (met.Category is not { } category)
        {
            // A name of no bytes is no name: there is nothing to show.
            return met.Unmapped.Length > 0 ? met : null;
        }

        if (category.Weight != CategoryWeight.Ignore && !_categories.Contains(category))
        {
            _categories.Add(category);
        }

        return null;
    }

    private (string Matched, int Start) Slice(EventDraft draft, in Finding finding)
    {
        if (finding.Field != EventField.Url)
        {
            return Cut(draft[finding.Field], finding.Start, finding.End);
        }

        // A host hit has no words of its own: the host is what matched.
        if (finding.End == 0)
        {
            var host = draft[EventField.UrlHost];
            var at = draft[EventField.Url].IndexOf(host);
            return (Encoding.UTF8.GetString(host), at < 0 ? -1 : Encoding.UTF8.GetCharCount(draft[EventField.Url][..at]));
        }

        var url = draft[EventField.Url];
        _url.Read(UrlPart(draft));
        return Cut(url, _url.OriginOf(finding.Start, url.Length), _url.OriginOf(finding.End, url.Length));
    }

    private (string Matched, int Start) SliceDecoded(EventDraft draft, in Finding finding)
    {
        var text = draft[EventField.Text];
        return Cut(text, _url.OriginOf(finding.Start, text.Length), _url.OriginOf(finding.End, text.Length));
    }

    // Nobody reads what a trial quotes.
    private static (string Matched, int Start) NoSlice(EventDraft draft, in Finding finding) => ("", -1);

    private static (string Matched, int Start) Cut(ReadOnlySpan<byte> text, int start, int end) =>
        (Encoding.UTF8.GetString(text[start..end]), Encoding.UTF8.GetCharCount(text[..start]));
}
