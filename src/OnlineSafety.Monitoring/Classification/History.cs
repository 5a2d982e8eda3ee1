using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What Correlate may know of a recorded event of the same person.</summary>
internal sealed record HistoryEntry(DateTimeOffset ReceivedAt, string Theme, Severity Severity, string Vendor);

/// <summary>One person's recorded events of the last days, oldest first, as read when the event was processed. Stored with the result, so replay is exact.</summary>
internal sealed record History(IReadOnlyList<HistoryEntry> Recent)
{
    public static History Empty { get; } = new([]);
}
