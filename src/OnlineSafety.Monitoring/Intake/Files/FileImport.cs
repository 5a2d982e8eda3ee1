using System.Globalization;
using System.Security.Cryptography;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Telemetry;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <param name="Kind">How it was cut.</param>
/// <param name="Records">Records in the file.</param>
/// <param name="Added">Those that were not in the log before.</param>
/// <param name="Lines">Lines, rows or elements in them.</param>
/// <param name="Bytes">Payload bytes in the file's records.</param>
/// <param name="Took">Reading and appending, without the first reading.</param>
internal sealed record ImportedFile(FileKind Kind, long Records, long Added, long Lines, long Bytes, TimeSpan Took);

/// <summary>
/// Appends a file chunk by chunk. Each chunk has a delivery id made of the file's hash and the chunk's number, claimed in the append's own
/// transaction: an import may end anywhere and run again, in this process or another, and appends only what is missing.
/// </summary>
internal sealed class FileImport(IntakeAppender appender, TimeProvider time)
{
    private const string Peer = "file";

    /// <summary>Imports <paramref name="file"/> into <paramref name="target"/>; complete when all of it is durable.</summary>
    /// <param name="file">The file, checked.</param>
    /// <param name="target">Whose records these are.</param>
    /// <param name="again">Null: what was imported before is not added. Else a word of the caller's, which makes this another delivery.</param>
    /// <param name="progress">Told after each chunk how many bytes of the file were read.</param>
    /// <exception cref="FileRefusedException">It cannot be cut; nothing was appended.</exception>
    /// <exception cref="FileChangedException">Somebody writes to it; what was whole before is appended.</exception>
    /// <exception cref="IntakeUnavailableException">The log took no more.</exception>
    public async Task<ImportedFile> RunAsync(
        FileToImport file, SourceKey target, string? again, Action<long>? progress, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var envelope = RecordEnvelope.Of(Door.File, FileKinds.ContentTypeOf(file.Kind), Peer);
        var chunks = FileChunks.Of(file.Kind, file.Read());
        var batch = new RecordBatch(FileChunks.ChunkBytes);
        var delivery = $"file:{file.Hash}:{FileKinds.WordOf(file.Kind)}:{again}:";
        long records = 0, added = 0, bytes = 0;
        for (var number = 0; await chunks.NextAsync(batch, envelope, time.GetUtcNow(), cancellationToken); number++)
        {
            // Before the append: bytes that were written since the hash was taken belong to another delivery.
            file.RefuseChanged();
            IntakeMetrics.OnReceived(Door.File, batch.Count);
            CountFlags(batch);
            var claim = new DeliveryClaim(delivery + number.ToString(CultureInfo.InvariantCulture), HashOf(batch));
            var result = await appender.AppendAsync(Door.File, target, batch, claim, cancellationToken);
            records += batch.Count;
            added += result.Duplicate ? 0 : batch.Count;
            bytes += batch.Bytes;
            batch.Clear();
            progress?.Invoke(file.Position);
        }

        // What was written during the last append was not read: whoever moves the file away now would hide it.
        file.RefuseChanged();
        return new ImportedFile(file.Kind, records, added, chunks.Lines, bytes, time.GetElapsedTime(started));
    }

    private static byte[] HashOf(RecordBatch batch)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var i = 0; i < batch.Count; i++)
        {
            hash.AppendData(batch[i].Payload.Span);
            hash.AppendData("\n"u8);
        }

        return hash.GetHashAndReset();
    }

    private static void CountFlags(RecordBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Flags is not RecordFlags.None and var flags)
            {
                IntakeMetrics.OnFlagged(Door.File, (flags & RecordFlags.BadFraming) != 0 ? "bad_framing" : "truncated", 1);
            }
        }
    }
}
