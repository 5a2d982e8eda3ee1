using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>
/// A file cut into chunks, each one append. The cuts depend on the bytes alone, never on how they were read: the number of a chunk is part of
/// its delivery id, so a second run must cut in the same places. For that reason the sizes here are no settings.
/// </summary>
internal abstract class FileChunks
{
    /// <summary>A chunk is full at about this many bytes.</summary>
    public const int ChunkBytes = 256 * 1024;

    /// <summary>A longer record is cut into pieces, each flagged. As large as the largest body by HTTP.</summary>
    public const int MaxRecordBytes = 4 * 1024 * 1024;

    /// <summary>Short lines cost memory beside their bytes.</summary>
    protected const int MaxRecords = 8192;

    /// <summary>Lines, rows or elements read so far.</summary>
    public long Lines { get; protected set; }

    /// <summary>Puts the records of the next chunk into an empty batch; false (and none) when the file is over.</summary>
    /// <exception cref="FileRefusedException">It cannot be cut; only before the first chunk.</exception>
    public abstract ValueTask<bool> NextAsync(RecordBatch batch, RecordEnvelope envelope, DateTimeOffset receivedAt, CancellationToken cancellationToken);

    public static FileChunks Of(FileKind kind, FileWindow window) => kind switch
    {
        FileKind.Csv => new CsvChunks(window),
        FileKind.Json => new JsonChunks(window),
        _ => new LineChunks(window),
    };

    protected static bool IsFull(RecordBatch batch) => batch.Bytes >= ChunkBytes || batch.Count >= MaxRecords;
}
