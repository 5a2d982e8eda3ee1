using System.Buffers;
using System.Text.Unicode;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization.Fields;
using OnlineSafety.Monitoring.Normalization.Shapes;
using OnlineSafety.Monitoring.Normalization.Shapes.Mail;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>
/// Turns a record into events by the mappings of its source. Pure: the same bytes, envelope, zone and mappings give the same events
/// for ever. Holds reusable buffers: one instance per worker, not thread-safe. Never throws for what a record holds.
/// </summary>
internal sealed class Normalizer
{
    private const int MaximumLeadingWords = 2;

    private const int LongestWord = 256;

    private static readonly byte[] Bom = [0xEF, 0xBB, 0xBF];

    /// <summary>No name has them: a word that does belongs to the body.</summary>
    private static readonly SearchValues<byte> BodyMarks = SearchValues.Create("{\"=,|<\t"u8);

    private readonly MappingSet _mappings;
    private readonly Cells _cells = new();
    private readonly Drafting _drafting;
    private readonly ColumnNaming _columns;

    // The body in hand begins with a row of column names.
    private bool _hasNames;

    public Normalizer(MappingSet mappings)
    {
        _mappings = mappings;
        _drafting = new Drafting(_cells);
        _columns = new ColumnNaming(_cells);
    }

    /// <inheritdoc cref="ColumnNaming.Unknown"/>
    public ReadOnlySpan<string> UnknownColumns => _columns.Unknown;

    /// <summary>Reads one record.</summary>
    /// <param name="record">The record.</param>
    /// <param name="pack">The mappings of its source in the order they are tried; empty: none is known.</param>
    /// <param name="zone">Zone of the source's local times.</param>
    /// <param name="sink">Called once for each event.</param>
    /// <param name="categories">The school's own names of this source's category numbers; null: it has none.</param>
    public NormalizeResult Normalize(in RawRecord record, Mapping[] pack, TimeZoneInfo zone, IEventSink sink, CategoryNames? categories = null)
    {
        _columns.Forget();
        if (record.Envelope.ContentType == RecordEnvelope.Mail)
        {
            return ReadMail(pack, new Job(record, zone, sink, categories ?? CategoryNames.None));
        }

        if (pack.Length == 0)
        {
            return new NormalizeResult(NormalizeOutcome.Unclaimed, Reasons.NoMapping, "", 0);
        }

        var job = new Job(record, zone, sink, categories);
        _cells.Load(record.Payload);
        return record.Envelope.IsLine
            ? ReadLine(pack, ref job)
            : ReadBody(pack, ref job, _cells.Body, isLine: false);
    }

    /// <summary>
    /// True for what feeds source health whatever its source is: a sign of life, a line that a syslog relay writes by itself, a row of column names alone, a bounce, a mail of our own.
    /// </summary>
    public bool IsControl(in RawRecord record)
    {
        if (record.Envelope.ContentType == RecordEnvelope.Mail)
        {
            _cells.Mail.Read(record.Payload);
            return _cells.Mail.Answer.Length > 0;
        }

        // With no mapping at all a record is one of these or read by nothing.
        var job = new Job(record, TimeZoneInfo.Utc, Nobody.Instance, CategoryNames.None);
        _cells.Load(record.Payload);
        var result = record.Envelope.IsLine ? ReadLine([], ref job) : ReadBody([], ref job, _cells.Body, isLine: false);
        return result.Outcome == NormalizeOutcome.Control;
    }

    /// <summary>
    /// What a person could read in a record: a mail decoded, anything else as it came and with its escapes undone. For grave words in what no mapping claims.
    /// Valid until the next call.
    /// </summary>
    public ReadOnlyMemory<byte> Readable(in RawRecord record)
    {
        if (record.Envelope.ContentType != RecordEnvelope.Mail)
        {
            return ReadableText.Of(record.Payload);
        }

        _cells.Mail.Read(record.Payload);
        return _cells.Mail.Readable();
    }

    /// <summary>Of that, what a person may have written: names of columns are blanked, and all else stands where it stood. Valid until the next call.</summary>
    public ReadOnlyMemory<byte> Written(in RawRecord record) =>
        record.Envelope.ContentType == RecordEnvelope.Mail ? Readable(record) : ReadableText.Of(_mappings.Headers.Without(record));

    private NormalizeResult ReadMail(Mapping[] pack, Job job)
    {
        var mail = _cells.Mail;
        mail.Read(job.Record.Payload);
        if (mail.Answer.Length > 0)
        {
            return new NormalizeResult(NormalizeOutcome.Control, mail.Answer, "", 0);
        }

        if (mail.Fault.Length > 0)
        {
            return new NormalizeResult(NormalizeOutcome.Unreadable, mail.Fault, "", 0);
        }

        // For a product that writes no time, or an empty one: when the mail was written.
        _ = SyslogTime.ReadIso(mail.Date, out job.Header);
        job.Warnings |= mail.Warnings;
        _cells.Load(ReadOnlyMemory<byte>.Empty);
        foreach (var mapping in pack)
        {
            // Other shapes would read the raw bytes, in which words are encoded.
            if (mapping.Shape is MailShape && Try(mapping, ref job, Slice.None, isLine: false) is var result && IsRead(result))
            {
                return result;
            }
        }

        return Unclaimed;
    }

    private NormalizeResult ReadLine(Mapping[] pack, ref Job job)
    {
        job.Warnings |= Repair(_cells.Body, out var line);
        _cells.Mark();
        var syslog = SyslogMessage.Parse(_cells.Bytes(line), job.Record.ReceivedAt, job.Zone);
        var (bodyStart, bodyLength) = syslog.BodyRange.GetOffsetAndLength(line.Length);
        var (start, length) = syslog.MessageRange.GetOffsetAndLength(line.Length);
        var spaces = Math.Max(0, syslog.Message.IndexOfAnyExcept((byte)' '));
        var message = syslog.Message[spaces..].TrimEnd((byte)' ');
        if (_mappings.IsControlLine(message))
        {
            return new NormalizeResult(NormalizeOutcome.Control, Reasons.ControlLine, "", 0);
        }

        job.Header = syslog.Time;
        if (_mappings.Unwrapped(message) is var inner && !inner.Equals(Range.All))
        {
            var (from, count) = inner.GetOffsetAndLength(message.Length);
            return ReadBody(pack, ref job, Cells.Part(line, start + spaces + from, count), isLine: true);
        }

        var result = ReadBody(pack, ref job, Cells.Part(line, start, length), isLine: true);
        if (!IsRead(result) && length != bodyLength)
        {
            // What looked like a header may have been the body: a product's own line can begin with a date, and a relay may add none.
            job.Header = default;
            var second = ReadBody(pack, ref job, Cells.Part(line, bodyStart, bodyLength), isLine: true);
            result = IsRead(second) || result.Outcome == NormalizeOutcome.Unclaimed ? second : result;
        }

        job.Header = syslog.Time;
        return IsRead(result) || result.Reason == Reasons.ColumnsChanged ? result : ReadPastWords(pack, ref job, Cells.Part(line, start, length), result);
    }

    /// <summary>
    /// A line that nothing reads, once more without its first word or two: a host without a date, an address after the host, a tag without a colon.
    /// </summary>
    private NormalizeResult ReadPastWords(Mapping[] pack, ref Job job, Slice rest, NormalizeResult unread)
    {
        for (var word = 0; word < MaximumLeadingWords; word++)
        {
            var text = _cells.Bytes(rest);
            var start = text.IndexOfAnyExcept((byte)' ');
            var space = start < 0 ? -1 : text[start..].IndexOf((byte)' ');
            if (space is < 0 or > LongestWord || text.Slice(start, space).ContainsAny(BodyMarks))
            {
                break;
            }

            rest = Cells.Part(rest, start + space + 1, rest.Length - start - space - 1);
            var result = ReadBody(pack, ref job, rest, isLine: true);
            if (IsRead(result))
            {
                return result;
            }
        }

        return unread;
    }

    private static bool IsRead(in NormalizeResult result) =>
        result.Outcome is NormalizeOutcome.Mapped or NormalizeOutcome.Control || result.Events > 0;

    private EventWarnings Repair(Slice body, out Slice repaired)
    {
        var text = _cells.Bytes(body);
        repaired = body;
        if (Utf8.IsValid(text))
        {
            return EventWarnings.None;
        }

        repaired = _cells.Repair(text, out var cut, out var invalid);
        return (cut ? EventWarnings.TruncatedUtf8 : EventWarnings.None) | (invalid ? EventWarnings.InvalidUtf8 : EventWarnings.None);
    }

    private NormalizeResult ReadBody(Mapping[] pack, ref Job job, Slice body, bool isLine)
    {
        var text = _cells.Bytes(body);
        if (text.StartsWith(Bom))
        {
            body = Cells.Part(body, Bom.Length, body.Length - Bom.Length);
            text = _cells.Bytes(body);
        }

        // A relay keeps the space that stood between tag and message (rsyslog's %msg%) and may put one of its own before it.
        if (isLine && text.IndexOfAnyExcept((byte)' ') is var spaces and > 0)
        {
            body = Cells.Part(body, spaces, body.Length - spaces);
            text = _cells.Bytes(body);
        }

        if (Utf8Text.Trim(text).IsEmpty)
        {
            return new NormalizeResult(NormalizeOutcome.Unreadable, Reasons.Empty, "", 0);
        }

        var header = _mappings.Headers.Read(text);
        if (header.IsAlone && _columns.Read(pack, body, header, isLine) is { } alone)
        {
            return alone;
        }

        _hasNames = header.IsThere;
        var nearest = Unclaimed;
        foreach (var mapping in pack)
        {
            var result = Try(mapping, ref job, body, isLine);
            if (IsRead(result))
            {
                return result;
            }

            nearest = nearest.Outcome == NormalizeOutcome.Unclaimed ? result : nearest;
        }

        return nearest.Outcome != NormalizeOutcome.Unclaimed && nearest.Reason != Reasons.NoFields ? nearest
            : header.IsThere && _columns.Read(pack, body, header, isLine) is { Outcome: NormalizeOutcome.Unreadable } changed ? changed
            : ReadSignOfLife(job, body, isLine, nearest);
    }

    private NormalizeResult ReadSignOfLife(in Job job, Slice body, bool isLine, in NormalizeResult otherwise)
    {
        var quiet = new Job(job.Record, job.Zone, Nobody.Instance);
        foreach (var mapping in _mappings.Everyones)
        {
            if (Try(mapping, ref quiet, body, isLine) is { Outcome: NormalizeOutcome.Control } control)
            {
                return control;
            }
        }

        return otherwise;
    }

    private NormalizeResult Try(Mapping mapping, ref Job job, Slice body, bool isLine)
    {
        if (mapping.Shape.IsLine && !isLine)
        {
            return Unclaimed;
        }

        _cells.Body = body;
        if (!isLine && !mapping.Shape.NeedsUtf8)
        {
            job.Warnings |= Repair(body, out var repaired);
            _cells.Body = repaired;
        }

        _cells.Mark();
        _cells.Prepare(mapping.SlotNames.Length, mapping.Blanks);
        switch (mapping.Shape.Open(_cells, job.Record.Envelope.ContentType))
        {
            case Fit.Foreign:
                return Unclaimed;
            case Fit.Broken:
                return new NormalizeResult(NormalizeOutcome.Unreadable, _cells.Broken, mapping.Label, 0);
        }

        _columns.Note(mapping);
        var (events, controls, empty) = (0, 0, 0);
        _cells.Broken = "";
        while (mapping.Shape.Next(_cells))
        {
            var isFirst = events + controls + empty == 0;
            if (isFirst && !mapping.When.AllHold(_cells))
            {
                return Unclaimed;
            }

            if ((mapping.Control.Length > 0 && mapping.Control.AllHold(_cells)) || (_hasNames && isFirst && mapping.Shape is CsvRowsShape))
            {
                controls++;
            }
            else if (_drafting.Fill(mapping, job.Record, job.Warnings, new Moment(job.Record.ReceivedAt, job.Header, job.Zone, job.Categories)) is var draft && (mapping.IsBare || !draft.IsUnread))
            {
                job.Sink.OnEvent(draft, events++);
            }
            else
            {
                // Its names are others than the mapping's: the product changed its export, which an event of nobody and nothing would hide.
                empty++;
            }
        }

        var reason = _cells.Broken.Length == 0 && empty > 0 ? Reasons.NoFields : _cells.Broken;
        return reason.Length > 0 ? new NormalizeResult(NormalizeOutcome.Unreadable, reason, mapping.Label, events)
            : events > 0 || (controls == 0 && mapping.Shape is not CsvShape)
            ? new NormalizeResult(NormalizeOutcome.Mapped, "", mapping.Label, events)
            : new NormalizeResult(NormalizeOutcome.Control, controls > 0 ? Reasons.Heartbeat : Reasons.ColumnNames, mapping.Label, 0);
    }

    private static NormalizeResult Unclaimed => new(NormalizeOutcome.Unclaimed, Reasons.NoMapping, "", 0);

    private sealed class Nobody : IEventSink
    {
        public static Nobody Instance { get; } = new();

        public void OnEvent(EventDraft draft, int part)
        {
        }
    }

    /// <summary>One call's work, handed down.</summary>
    private struct Job(in RawRecord record, TimeZoneInfo zone, IEventSink sink, CategoryNames? categories = null)
    {
        public readonly RawRecord Record = record;
        public readonly TimeZoneInfo Zone = zone;
        public readonly IEventSink Sink = sink;
        public readonly CategoryNames Categories = categories ?? CategoryNames.None;
        public SyslogTime Header;
        public EventWarnings Warnings;
    }
}
