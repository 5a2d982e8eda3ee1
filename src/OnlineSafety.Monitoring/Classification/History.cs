using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>What Correlate may know of a recorded event of the same person.</summary>
/// <param name="VendorSays">The product itself said so, not our rules alone.</param>
internal sealed record HistoryEntry(DateTimeOffset ReceivedAt, string Theme, Severity Severity, string Vendor, bool VendorSays = false);

/// <summary>One person's recorded events of the last days, oldest first, as read when the event was processed. Stored with the result, so replay is exact.</summary>
internal sealed record History(IReadOnlyList<HistoryEntry> Recent)
{
    /// <summary>People, this one among them, of whom the same words were recorded within the hour; 0: nobody asked, for it matters to a few results alone.</summary>
    public int Alike { get; init; }

    public static History Empty { get; } = new([]);
}
