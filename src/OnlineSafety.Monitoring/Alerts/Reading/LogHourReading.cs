using Microsoft.Extensions.Logging;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.Processing;

namespace OnlineSafety.Monitoring.Alerts.Reading;

/// <summary>
/// One reading of the log for one alert. A record is first only normalised, which is cheap, and told apart by whom it names; of those that are the person's the
/// stages say what they say of any record, so that what the law forbids to pass on is masked here too.
/// </summary>
internal sealed class LogHourReading(
    Rules rules, ThemeGuide guide, Actor reader, AlertDetailView alert, DateTimeOffset from, DateTimeOffset to, bool device, ILogger logger) : IEventSink
{
    private readonly Normalizer _normalizer = new(rules.Mappings);
    private readonly Stages _stages = new(rules, logger) { Explains = false, TakesWholeTexts = true };
    private readonly RecordPlan _plan = new();
    private readonly HashSet<Guid> _sources = [];
    private readonly List<EventView> _person = [];
    private readonly List<EventView> _device = [];
    private readonly Dictionary<int, LoggedMatch> _parts = [];
    private LoggedPerson? _wanted;
    private StreamContext _context = null!;
    private Guid _stream;
    private long _unreadable;
    private int _others;

    public long Records { get; private set; }

    public bool Full => _person.Count + _device.Count >= LogHourReader.MostEvents;

    /// <summary>The stream that the next segments are of.</summary>
    public void Enter(SourceKey source, Guid stream, StreamContext context)
    {
        var subject = alert.Subject is null ? null : context.Seal.Index(alert.Subject);
        // Who was erased is not brought back by a later alert, nor by name in what others did.
        (_context, _stream) = (context with { Erased = context.Erased.Around(subject, alert.RaisedAt) }, stream);
        _wanted = LoggedPerson.Of(alert.Subject, alert.Events, context.People);
        _sources.Add(source.Source);
    }

    public void Take(OpenedSegment segment)
    {
        if (segment.Damage.Length > 0)
        {
            _unreadable += segment.Header.Records;
            return;
        }

        for (var i = 0; i < segment.Records.Count && !Full; i++)
        {
            var record = segment.Records[i];
            if (record.ReceivedAt >= from && record.ReceivedAt <= to)
            {
                Records++;
                Take(record, segment.Header.First + i);
            }
        }
    }

    public void OnEvent(EventDraft draft, int part)
    {
        var subject = _context.People.Find(draft[EventField.User], draft[EventField.UserAsSent]);
        var match = _wanted!.Match(draft, subject.Account);
        if (match == LoggedMatch.Other)
        {
            _others += device ? 1 : 0;
        }
        else if (match == LoggedMatch.Person || (match == LoggedMatch.Device && device))
        {
            _parts[part] = match;
        }
    }

    public LogHour Found() => new(
        Full ? LogSight.Cut : Records > 0 ? LogSight.Whole : LogSight.Gone, from, to, [.. _person.OrderByDescending(e => e.ReceivedAt).ThenByDescending(e => e.Event, StringComparer.Ordinal)])
    {
        Device = [.. _device.OrderByDescending(e => e.ReceivedAt)],
        Others = _others,
        Records = Records,
        Unreadable = _unreadable,
        Sources = _sources.Count,
    };

    private void Take(in RawRecord record, long sequence)
    {
        if (_wanted is null)
        {
            return;
        }

        _parts.Clear();
        try
        {
            _normalizer.Normalize(record, _context.Pack, _context.TimeZone, this, _context.Categories);
        }
        catch (Exception)
        {
            // As in Stages, which told of it when the record was processed: a fault of ours in one must not take the others from the reader.
            _unreadable++;
            return;
        }

        if (_parts.Count == 0)
        {
            return;
        }

        _plan.Start(sequence);
        _stages.Reread(_context, _stream, sequence, record, _parts.Keys, _plan);
        foreach (var planned in _plan.Events)
        {
            // Whose desk it is was decided for the alert; somebody who became staff since is another desk's.
            if (_parts.TryGetValue(planned.Event.Id.Part, out var match) && planned.Review.Length == 0 && reader.Routes.Contains(planned.Route, StringComparer.Ordinal)
                && !_context.Erased.Hides(planned.SubjectKey, planned.Event.ReceivedAt, planned.Event.OccurredAt, planned.Assessment.Severity))
            {
                (match == LoggedMatch.Person ? _person : _device).Add(ViewOf(planned));
            }
        }
    }

    private EventView ViewOf(PlannedEvent planned)
    {
        var (read, assessment) = (planned.Event, planned.Assessment);
        var mask = assessment.MaskUrl || guide.MasksUrls([assessment.Theme]);
        return new EventView
        {
            Event = read.Id.ToString(),
            ReceivedAt = read.ReceivedAt,
            OccurredAt = read.OccurredAt,
            Kind = Words.Of(read.Kind),
            Action = Words.Of(read.Action),
            Risk = Words.Of(assessment.Risk),
            Theme = assessment.Theme,
            Severity = Words.Of(assessment.Severity),
            Vendor = read.Vendor,
            Review = "",
            User = read.UserAsSent ?? read.User,
            DeviceHost = read.DeviceHost,
            DeviceIp = read.DeviceIp,
            Url = mask && read.Url is not null ? StoredEvent.Masked : read.Url,
            SearchQuery = StoredEvent.MaskText(read.SearchQuery, mask),
            Text = StoredEvent.MaskText(read.Text, mask),
            App = StoredEvent.MaskText(read.App, mask),
            Categories = read.Categories,
            Reasons = StoredEvent.Mask(assessment.Reasons, mask),
        };
    }
}
