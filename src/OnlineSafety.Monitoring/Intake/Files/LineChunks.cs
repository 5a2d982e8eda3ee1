using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>One record a line: log lines and NDJSON. Blank lines are none.</summary>
internal sealed class LineChunks(FileWindow window) : FileChunks
{
    private const int FirstLook = 64 * 1024;

    public override async ValueTask<bool> NextAsync(
        RecordBatch batch, RecordEnvelope envelope, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        while (!IsFull(batch))
        {
            if (TakeLine(batch, envelope, receivedAt))
            {
                continue;
            }

            if (window.AtEnd)
            {
                break;
            }

            // Twice as much each time: a long line is searched again from its beginning.
            await window.FillAsync(Math.Min((2 * window.Unread.Length) + FirstLook, MaxRecordBytes + 1), cancellationToken);
        }

        return batch.Count > 0;
    }

    /// <summary>False when the line does not end in what was read.</summary>
    private bool TakeLine(RecordBatch batch, RecordEnvelope envelope, DateTimeOffset receivedAt)
    {
        var text = window.Unread;
        var end = text[..Math.Min(text.Length, MaxRecordBytes + 1)].IndexOf((byte)'\n');
        if (end < 0 && text.Length <= MaxRecordBytes && !(window.AtEnd && text.Length > 0))
        {
            return false;
        }

        var isPiece = end < 0 && text.Length > MaxRecordBytes;
        var line = isPiece ? text[..MaxRecordBytes] : (end < 0 ? text : text[..end]).TrimEnd((byte)'\r');
        if (!line.IsEmpty)
        {
            batch.Add(envelope, receivedAt, isPiece ? RecordFlags.Truncated : RecordFlags.None, line);
            Lines++;
        }

        window.Take(isPiece ? MaxRecordBytes : end < 0 ? text.Length : end + 1);
        return true;
    }
}
