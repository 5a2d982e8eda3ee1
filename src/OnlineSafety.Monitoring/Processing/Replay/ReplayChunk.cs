using OnlineSafety.Monitoring.IntakeLog;

namespace OnlineSafety.Monitoring.Processing.Replay;

/// <summary>An event row as it stands, read again now.</summary>
/// <param name="Unread">Of a record that no mapping reads.</param>
/// <param name="Held">A legal hold stands on its person or its alert: it stays as it is.</param>
/// <param name="HasEvidence">The bytes of its record are kept: nobody who was erased is named in them, or an erasure left them because its alert is open.</param>
internal readonly record struct OldEvent(long Sequence, int Part, Guid? Alert, bool Unread, bool Held, bool HasEvidence);

/// <summary>Whole counter blocks that one transaction replaces, with the log's records of them.</summary>
/// <param name="Segments">Empty when the log cannot be opened there: the range is left as it is.</param>
/// <param name="Old">Event rows of the range, by sequence and part.</param>
internal sealed record ReplayChunk(ReplayRange Range, long First, long Last, IReadOnlyList<OpenedSegment> Segments, IReadOnlyList<OldEvent> Old) : IDisposable
{
    public bool IsReadable => Segments.Count > 0;

    public long Records => Last - First + 1;

    public void Dispose()
    {
        foreach (var segment in Segments)
        {
            segment.Dispose();
        }
    }
}
