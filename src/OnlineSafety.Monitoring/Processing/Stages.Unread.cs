using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Processing;

/// <content>What no mapping reads: it is read as plain text for grave words, and listed.</content>
internal sealed partial class Stages
{
    /// <summary>Why a record is listed that a fault of ours kept from being read.</summary>
    private const string Fault = "fault";

    /// <summary>
    /// A record whose source waits for a mapping: grave words alert at once, as in any record that nothing reads. All others leave no row: the log
    /// has their bytes, and they are read when the mapping is there. What a relay writes by itself stays what it is.
    /// </summary>
    private void Capture()
    {
        if (!_context.Canaries.IsEmpty)
        {
            // No field is known yet. It is only seen: the record stays what it is.
            _context.Canaries.AddFrom(_normalizer.Readable(_record).Span, _record.ReceivedAt, _plan.Canaries);
        }

        var control = _normalizer.IsControl(_record);
        var answer = control && _record.Envelope.ContentType == RecordEnvelope.Mail;
        var assessment = answer ? Assessment.None : AssessText();
        if (assessment.Severity == Severity.None && !_unread)
        {
            _plan.End(control ? Disposition.Control : Disposition.Captured, _record.ReceivedAt);
            return;
        }

        Review(_unread ? Fault : "captured", part: 0, assessment);
        AddEvidence();
        _plan.End(Disposition.Review, _record.ReceivedAt, unread: false);
    }

    /// <summary>A record of a segment that cannot be opened, or is not there: there is nothing to read, but it is listed.</summary>
    public void Damaged(StreamContext context, IntakeLog.SegmentHeader header, long sequence, string damage, RecordPlan plan)
    {
        var record = new RawRecord(RecordEnvelope.Of(Door.Http, "", ""), header.ReceivedFrom, RecordFlags.None, ReadOnlyMemory<byte>.Empty);
        Begin(context, plan, record, new RecordPosition(header.Stream, sequence));
        Review(damage, part: 0);
        plan.End(Disposition.Review, header.ReceivedFrom);
    }

    /// <summary>A record whose rows the database refuses: its bytes are kept as they came, and read as plain text for grave words.</summary>
    public void Refused(StreamContext context, Guid stream, long sequence, in RawRecord record, RecordPlan plan)
    {
        Begin(context, plan, record, new RecordPosition(stream, sequence));
        Review("refused", part: 0);
        AddEvidence();
        plan.End(Disposition.Review, record.ReceivedAt);
    }

    /// <summary>
    /// No event came of it, by a condition that is too wide or for an empty list; or it is a mail, in which most may stand beside the labels. Not where somebody in
    /// it was erased: read as plain text it would come back.
    /// </summary>
    private bool IsHardlyRead(in NormalizeResult result) => result.Events == 0 || (!_concern && !_erased && _record.Envelope.ContentType == RecordEnvelope.Mail);

    /// <summary>A mail that answers one of ours holds our own words: an alert about an alert would never end. Names of columns nobody typed.</summary>
    private static bool IsNobodys(in NormalizeResult result) => result.Reason is Reasons.MailAnswer or Reasons.OwnMail or Reasons.ColumnNames;

    /// <summary>Reads the record as plain text, a mail decoded and names of columns apart, against the grave phrases.</summary>
    private void Review(string reason, int part) => Review(reason, part, AssessText());

    private Assessment AssessText()
    {
        try
        {
            var text = _normalizer.Written(_record).Span;
            return text.IsEmpty ? Assessment.None : _assessor.AssessText(text, (_record.Flags & RecordFlags.Unproven) != 0);
        }
        catch (Exception e)
        {
            // Nobody knows what stands in it: it is listed with its bytes, and holds up nothing behind it.
            NoteFault(e);
            _unread = true;
            return Assessment.None;
        }
    }

    private void Review(string reason, int part, Assessment assessment)
    {
        _plan.AddUnmapped(UnmappedKey.Record, reason);
        var read = UnreadRecord.EventOf(_context, _record, _position, part, _normalizer.Readable(_record).Span);
        _plan.Events.Add(Plan(read, UnreadRecord.Within(assessment, read.Text?.Length ?? 0), Subject.Nobody, reason));
    }

    private void NoteFault(Exception fault)
    {
        ProcessingLog.RecordFailed(logger, _position.ToString(), ErrorWords.Of(fault));
        ProcessingMetrics.Faults.Add(1);
    }
}
