using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Overlays;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing.Replay;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;
using EventId = OnlineSafety.Monitoring.Events.EventId;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>
/// The pure stages over one record: Normalize, who it is about, Assess; what they say goes into the plan. Nothing is dropped: a record
/// that no mapping reads, or on which a stage breaks, is kept for review and still read for grave words.
/// </summary>
internal sealed partial class Stages(Rules rules, ILogger logger) : IEventSink
{
    private readonly Normalizer _normalizer = new(rules.Mappings);
    private readonly Dictionary<RuleSet, Assessor> _assessors = [];
    private readonly NameRedaction _names = new();

    // The record in hand; OnEvent is called back inside Run.
    private StreamContext _context = null!;
    private Assessor _assessor = null!;
    private CompiledOverlay? _overlay;
    private RecordPlan _plan = null!;
    private RawRecord _record;
    private RecordPosition _position;
    private bool _concern;
    private bool _canaryOnly;
    private bool _erased;
    private bool _unread;
    private IReadOnlyCollection<int>? _held;
    private bool _stands;
    private int _parts;

    /// <summary>The same for a record that was recorded before.</summary>
    /// <param name="held">Parts to plan even when they are of no concern, because an alert holds them: it is given the better reading.</param>
    /// <param name="stands">An erasure left what an alert holds of it as it was: it is read so again.</param>
    public void Reread(StreamContext context, Guid stream, long sequence, in RawRecord record, IReadOnlyCollection<int> held, RecordPlan plan, bool stands = false)
    {
        (_held, _stands) = (held, stands);
        Run(context, stream, sequence, record, plan);
        (_held, _stands) = (null, false);
    }

    /// <summary>Where the names of fields that a mapping leaves over are noted, if anybody wants them.</summary>
    public LeftOverFields? LeftOver { get; init; }

    /// <summary>Whether reasons say what the result would be without them; only what is stored or shown needs that.</summary>
    public bool Explains { get; init; } = true;

    /// <summary>Whether events are counted by device, role and category; only what is stored needs that. One on which assessing breaks is not.</summary>
    public bool Counts { get; init; } = true;

    /// <summary>Whose events are planned whether they are of concern or not, by the key under which they are grouped; null: nobody's.</summary>
    public Func<string?, bool>? Wants { get; init; }

    /// <summary>Whether names of those who were erased are taken out; only what is stored or shown needs that.</summary>
    public bool Redacts { get; init; } = true;

    /// <inheritdoc cref="NameRedaction.TakesWholeTexts"/>
    public bool TakesWholeTexts { init => _names.TakesWholeTexts = value; }

    public void Run(StreamContext context, Guid stream, long sequence, in RawRecord record, RecordPlan plan)
    {
        Begin(context, plan, record, new RecordPosition(stream, sequence));
        (_concern, _canaryOnly, _parts) = (false, false, 0);
        if (context.Capture)
        {
            Capture();
            return;
        }

        var before = plan.Events.Count;
        var result = Normalize(record);
        UnmappedWords.Count(plan, _normalizer.UnknownColumns);
        // Which mapping it was is known only after the events were handed over.
        for (var i = before; i < plan.Events.Count; i++)
        {
            plan.Events[i].Event = plan.Events[i].Event with { Mapping = result.Mapping };
        }

        plan.End(Conclude(result), record.ReceivedAt);
    }

    /// <summary>Takes a record in hand, and the rules that judged when it was received.</summary>
    private void Begin(StreamContext context, RecordPlan plan, in RawRecord record, RecordPosition position)
    {
        (_context, _plan, _record, _position, _erased, _unread) = (context, plan, record, position, false, false);
        if (Redacts)
        {
            _names.Begin(context, record);
        }

        var judged = rules.Of(context.SchoolRules.EditionAt(record.ReceivedAt));
        if (!_assessors.TryGetValue(judged, out var assessor))
        {
            _assessors[judged] = assessor = new Assessor(judged);
        }

        (_assessor, _overlay) = (assessor, context.SchoolRules.Overlay.Over(judged));
    }

    private AssessContext Of(in Subject subject) => new(subject.Role, subject.KeyStage) { Overlay = _overlay, At = _record.ReceivedAt };

    private NormalizeResult Normalize(in RawRecord record)
    {
        try
        {
            return _normalizer.Normalize(record, _context.Pack, _context.TimeZone, this, _context.Categories);
        }
        catch (Exception e)
        {
            // A fault of ours in one record must not hold up the stream behind it.
            NoteFault(e);
            return new NormalizeResult(NormalizeOutcome.Unreadable, Fault, "", _parts);
        }
    }

    public void OnEvent(EventDraft draft, int part)
    {
        // Also when this very event breaks: what is planned of a record must never share a part, or its rows would refuse each other for ever.
        _parts = part + 1;
        if (_context.Canaries.In(draft) is { } canary)
        {
            _plan.Canaries[canary] = _record.ReceivedAt;
            if (Assess(draft, Subject.Nobody).Severity < Severity.High)
            {
                // It goes no further: neither counted nor shown as what somebody did. A record that holds other events is theirs.
                _canaryOnly |= part == 0;
                return;
            }

            // Whoever knows a token must not hide behind it what stands in the event's other fields.
        }

        _canaryOnly = false;
        var subject = _context.People.Find(draft[EventField.User], draft[EventField.UserAsSent]);
        var isListed = subject.Role != PersonRole.Unknown;
        subject = isListed ? subject : subject with { Role = draft.RoleHint };
        var assessment = Assess(draft, subject);
        LeftOver?.Note(draft);
        if (Counts)
        {
            Count(draft, subject, isListed, assessment);
        }

        var concern = BecomesRow(draft, assessment.Severity);
        if (!concern && !IsHeld(part) && Wants is null && _context.Erased.IsEmpty)
        {
            return;
        }

        var origin = new EventOrigin(_context.Target.School, _context.Target.Source, _context.Product, _context.Product, Mapping: "");
        var read = EventMaterializer.Materialize(draft, new EventId(_position.Stream, _position.Sequence, part), origin, _record);
        var key = SubjectKeys.Of(read, subject) is { } name ? _context.Seal.Index(name) : null;
        if (!IsHeld(part) && _context.Erased.Hides(key, read.ReceivedAt, read.OccurredAt, assessment.Severity))
        {
            // Counted above, without a name. The record's bytes hold it, so they become no evidence for anybody else in it either.
            _erased = true;
            return;
        }

        if (!concern && !IsHeld(part) && Wants?.Invoke(key) != true)
        {
            return;
        }

        _concern = true;
        if (Explains && assessment.Severity > Severity.None)
        {
            assessment = _assessor.Explain(assessment, draft, _context.Product, Of(subject));
        }

        _plan.Events.Add(Plan(read, assessment, subject, review: "", held: !concern));
    }

    private void Count(EventDraft draft, in Subject subject, bool isListed, Assessment assessment)
    {
        var device = rules.Devices.Of(draft[EventField.UserAgent], draft[EventField.DeviceHost]);
        var names = _names.Of(draft.OccurredAt, assessment.Severity);
        _plan.Activity.AddEvent(device, (draft.Warnings & EventWarnings.ClockSkew) != 0, _record.ReceivedAt);
        _plan.UnknownRole += !isListed && draft.Has(EventField.User) ? 1 : 0;
        _plan.Counters.Add(draft, assessment.Theme, subject.Role, subject.Year, device, names);
        UnmappedWords.Count(_plan, draft, assessment, names);
    }

    private bool IsHeld(int part) => _held is { } held && held.Contains(part);

    private Assessment Assess(EventDraft draft, in Subject subject)
    {
        // The event itself last: explaining what it is made of then needs no second reading.
        var left = _assessor.AssessLeftOver(draft);
        var assessment = _assessor.Assess(draft, _context.Product, Of(subject));
        return left.Severity > assessment.Severity ? left.Beside(assessment) : assessment;
    }

    /// <summary>
    /// Concerns and blocked searches. What a browser asked with each key while somebody typed is no search yet: the search itself comes as an
    /// event of its own. Grave words are taken at once, also when nobody pressed return.
    /// </summary>
    private static bool BecomesRow(EventDraft draft, Severity severity) => (draft.Warnings & EventWarnings.Autosuggest) != 0
        ? severity >= Severity.High
        : severity != Severity.None || (draft.Kind == ActivityKind.Search && draft.Action == DeviceAction.Blocked);

    private Disposition Conclude(in NormalizeResult result)
    {
        switch (result.Outcome)
        {
            case NormalizeOutcome.Control when IsNobodys(result):
                return Disposition.Control;
            case NormalizeOutcome.Control or NormalizeOutcome.Mapped when IsHardlyRead(result) && AssessText() is var grave && (grave.Severity > Severity.None || _unread):
                Review(_unread ? Fault : result.Reason.Length > 0 ? result.Reason : Reasons.NoRecords, result.Events, grave);
                AddEvidence();
                return Disposition.Review;
            case NormalizeOutcome.Control:
                return Disposition.Control;
            case NormalizeOutcome.Unclaimed or NormalizeOutcome.Unreadable:
                Review(result.Reason, result.Events);
                AddEvidence();
                return Disposition.Review;
            default:
                if (!_concern)
                {
                    return _canaryOnly ? Disposition.Control : Disposition.Counted;
                }

                AddEvidence();
                return Disposition.Concern;
        }
    }

    private PlannedEvent Plan(MonitoringEvent read, Assessment assessment, in Subject subject, string review, bool held = false)
    {
        var (name, seal) = (SubjectKeys.Of(read, subject), _context.Seal);
        var planned = new PlannedEvent
        {
            Event = read,
            Assessment = assessment,
            Subject = subject,
            SubjectKey = name is null ? null : seal.Index(name),
            SubjectName = name,
            Route = AlertRoute.For(subject.Role),
            Review = review,
            Held = held,
            Cohort = name is null ? Copies.KeyOf(read, review, assessment.Audience, seal) : null,
            Signature = review.Length == 0 && Cohorts.SignatureOf(assessment) is { } signature ? seal.Index(signature) : null,
        };
        if (!_stands || !IsHeld(read.Id.Part))
        {
            _names.Redact(planned);
        }

        return planned;
    }

    private void AddEvidence()
    {
        if (_names.IsHeld || !(_erased || _names.IsInRecord))
        {
            _plan.Evidence.Add(new PlannedEvidence(_position.Sequence, _record.Envelope, _record.Payload));
        }
    }
}
