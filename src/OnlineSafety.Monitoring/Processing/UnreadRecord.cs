using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;
using EventId = OnlineSafety.Monitoring.Events.EventId;

namespace OnlineSafety.Monitoring.Processing;

/// <summary>What is shown of a record that no mapping reads: its beginning, as text. The whole of it is in evidence.</summary>
internal static class UnreadRecord
{
    /// <summary>Bytes of it that are shown.</summary>
    private const int Shown = 4096;

    /// <param name="text">The record as people read it.</param>
    public static MonitoringEvent EventOf(StreamContext context, in RawRecord record, RecordPosition position, int part, ReadOnlySpan<byte> text) => new()
    {
        Id = new EventId(position.Stream, position.Sequence, part),
        School = context.Target.School,
        Source = context.Target.Source,
        Vendor = context.Product,
        Product = context.Product,
        Mapping = "",
        OccurredAt = record.ReceivedAt,
        TimeBasis = TimeBasis.Received,
        ReceivedAt = record.ReceivedAt,
        RawHash = Convert.ToHexStringLower(SHA256.HashData(record.Payload.Span)),
        Text = Encoding.UTF8.GetString(Utf8Text.Cap(text, Shown)),
        RecordFlags = record.Flags,
    };

    /// <summary>What was found behind the text that is shown stands nowhere in it.</summary>
    public static Assessment Within(Assessment assessment, int length) => assessment.Reasons.Any(reason => reason.Start + reason.Length > length)
        ? assessment with { Reasons = [.. assessment.Reasons.Select(reason => reason.Start + reason.Length > length ? reason with { Start = -1 } : reason)] }
        : assessment;
}
