using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>
/// Takes the names of those who were erased out of what is planned of a record from before. It is judged as it was typed, so that no alert is missed, and stored
/// without the name. What a legal hold is on stays as it is. Where nobody was erased it costs one comparison for each record.
/// </summary>
internal sealed class NameRedaction
{
    private readonly Dictionary<DateTimeOffset, bool> _inRaw = [];
    private ErasedHere _erased = ErasedHere.Nobody;
    private ErasedNames? _names;
    private RawRecord _record;
    private DateTimeOffset? _earliest;
    private bool _found;

    /// <summary>Whether texts go whole where names cannot be told (<see cref="ErasedHere.NamelessUntil"/>).</summary>
    public bool TakesWholeTexts { get; set; }

    /// <summary>Something of the record is held: its bytes are kept as they came.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>The record's bytes name somebody who was erased: they become no evidence.</summary>
    public bool IsInRecord => _found || (_earliest is { } moment && IsInRaw(moment));

    public void Begin(StreamContext context, in RawRecord record)
    {
        var isAnother = !ReferenceEquals(_erased, context.Erased);
        if (isAnother)
        {
            _erased = context.Erased;
            _names = _erased.IsEmpty ? null : new ErasedNames(_erased, context.Seal);
        }

        if (isAnother || _names is not null)
        {
            (_record, _earliest, _found, IsHeld) = (record, null, false, false);
            _inRaw.Clear();
        }
    }

    /// <summary>For words of an event that are counted; null: they stay.</summary>
    public NameMask? Of(DateTimeOffset occurredAt, Severity severity) => _names?.At(ErasedHere.MomentOf(_record.ReceivedAt, occurredAt, severity));

    public void Redact(PlannedEvent planned)
    {
        if (_names is null)
        {
            return;
        }

        var moment = ErasedHere.MomentOf(planned.Event.ReceivedAt, planned.Event.OccurredAt, planned.Assessment.Severity);
        if (_names.At(moment) is not { } mask)
        {
            return;
        }

        if (_erased.Holds(planned.SubjectKey))
        {
            IsHeld = true;
            return;
        }

        _earliest = _earliest < moment ? _earliest : moment;
        var text = new Redacted(TakesWholeTexts && moment <= _erased.NamelessUntil ? ErasedNames.Whole : mask, IsInRaw(moment));
        var name = new Redacted(mask, text.Encoded);
        var read = Redact(planned.Event, name, text, isListed: planned.Subject.Account.Length > 0);
        // On the people list it is somebody else's own name.
        planned.SubjectName = planned.Subject.Account.Length > 0 ? planned.SubjectName : name.Of(planned.SubjectName);
        planned.Assessment = Redact(planned.Assessment, text, isMoved: text.Found, isNamed: text.Found || name.Found);
        planned.Event = read;
        _found |= text.Found || name.Found;
    }

    private bool IsInRaw(DateTimeOffset moment)
    {
        if (_names!.At(moment) is not { } mask || _erased.Since(moment) is not { } since)
        {
            return false;
        }

        if (!_inRaw.TryGetValue(since, out var found))
        {
            _inRaw[since] = found = mask.IsInRecord(_record.Payload.ToArray());
        }

        return found;
    }

    private static MonitoringEvent Redact(MonitoringEvent read, Redacted name, Redacted text, bool isListed) => read with
    {
        ActionAsSent = name.Of(read.ActionAsSent),
        UserAsSent = isListed ? read.UserAsSent : name.Of(read.UserAsSent),
        User = isListed ? read.User : name.Of(read.User),
        Group = name.Of(read.Group),
        DeviceHost = name.Of(read.DeviceHost),
        UserAgent = name.Of(read.UserAgent),
        Url = text.Of(read.Url),
        UrlHost = name.Of(read.UrlHost),
        SearchQuery = text.Of(read.SearchQuery),
        Text = text.Of(read.Text),
        App = text.Of(read.App),
        Categories = [.. read.Categories.Select(category => name.Of(category)!)],
        VendorTheme = name.Of(read.VendorTheme),
        VendorSeverityWord = name.Of(read.VendorSeverityWord),
        VendorReason = text.Of(read.VendorReason),
        Unmapped = [.. read.Unmapped.Select(field => KeyValuePair.Create(name.Of(field.Key)!, text.Of(field.Value)!))],
    };

    /// <param name="isMoved">A text is not as long as it was: what was found stands elsewhere in it by now.</param>
    /// <param name="isNamed">An explanation may quote what was typed.</param>
    private static Assessment Redact(Assessment assessment, Redacted text, bool isMoved, bool isNamed) => assessment with
    {
        Reasons =
        [
            .. assessment.Reasons.Select(reason => reason with
            {
                Matched = text.Of(reason.Matched)!,
                Start = isMoved ? -1 : reason.Start,
                Explanation = isNamed || !OwnWords.Explain(reason.Rule, reason.Explanation) ? text.Of(reason.Explanation)! : reason.Explanation,
                Parts = [.. reason.Parts.Select(part => part with { Matched = text.Of(part.Matched)!, Start = isMoved ? -1 : part.Start })],
            }),
        ],
    };

    /// <summary>Texts without the names, and whether there were any.</summary>
    private sealed class Redacted(NameMask mask, bool encoded)
    {
        public bool Encoded { get; } = encoded;

        public bool Found { get; private set; }

        public string? Of(string? text)
        {
            if (text is null)
            {
                return null;
            }

            var plain = mask.Of(text, Encoded);
            Found |= plain != text;
            return plain;
        }
    }
}
