using System.Buffers;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>
/// One record a chunk of rows, each with the header row repeated, since the mapping finds columns by it. A row that is none (a quote that is
/// not closed, no end in sight) becomes a chunk of its own up to its first line end, so that it spoils no row but itself.
/// </summary>
internal sealed class CsvChunks(FileWindow window) : FileChunks
{
    private const int MaxHeaderBytes = 64 * 1024;

    /// <summary>No row is longer than a chunk; what claims to be has lost a quote.</summary>
    private const int MaxRowBytes = ChunkBytes;

    private readonly ArrayBufferWriter<byte> _chunk = new(2 * ChunkBytes);
    private byte[]? _header;
    private byte _separator;

    public override async ValueTask<bool> NextAsync(
        RecordBatch batch, RecordEnvelope envelope, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        _header ??= await ReadHeaderAsync(cancellationToken);
        BeginChunk();
        var rows = 0;
        var flags = RecordFlags.None;
        while (true)
        {
            // A whole row, if it is one, is now in memory; and one byte more, which tells whether the file ends there.
            await window.FillAsync(MaxRowBytes + 1, cancellationToken);
            var (length, fault) = NextRow();
            if (length == 0 || (rows > 0 && (fault != RecordFlags.None || _chunk.WrittenCount + length > ChunkBytes)))
            {
                break;
            }

            var row = window.Unread[..length];
            if (row.IndexOfAnyExcept((byte)'\r', (byte)'\n') >= 0)
            {
                _chunk.Write(row);
                rows++;
            }

            window.Take(length);
            if (fault != RecordFlags.None)
            {
                flags = fault;
                break;
            }
        }

        Lines += rows;
        if (rows > 0)
        {
            batch.Add(envelope, receivedAt, flags, _chunk.WrittenSpan);
        }

        return rows > 0;
    }

    private async ValueTask<byte[]> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        await window.FillAsync(MaxHeaderBytes + 1, cancellationToken);
        window.Take(window.Unread.Length - window.Unread.TrimStart("\r\n"u8).Length);
        await window.FillAsync(MaxHeaderBytes + 1, cancellationToken);
        var text = window.Unread[..Math.Min(window.Unread.Length, MaxHeaderBytes)];
        _separator = CsvRow.SeparatorOf(text);
        var length = CsvRow.LengthOf(text, _separator, window.AtEnd && text.Length == window.Unread.Length, out _);
        if (length == 0)
        {
            throw new FileRefusedException(text.IsEmpty ? FileFault.Empty : FileFault.NoHeader);
        }

        var header = text[..length].TrimEnd("\r\n"u8).ToArray();
        window.Take(length);
        return header;
    }

    private void BeginChunk()
    {
        _chunk.ResetWrittenCount();
        _chunk.Write(_header);
        _chunk.Write("\r\n"u8);
    }

    /// <summary>The next row, 0 long at the end; the flag says that it is none.</summary>
    private (int Length, RecordFlags Fault) NextRow()
    {
        var text = window.Unread[..Math.Min(window.Unread.Length, MaxRowBytes)];
        var length = CsvRow.LengthOf(text, _separator, window.AtEnd && text.Length == window.Unread.Length, out _);
        if (length > 0 || text.IsEmpty)
        {
            return (length, RecordFlags.None);
        }

        var line = text.IndexOf((byte)'\n') + 1;
        return line > 0 ? (line, RecordFlags.BadFraming) : (text.Length, RecordFlags.Truncated);
    }
}
