using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;

namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>
/// A file that was read once: it is whole, its SHA-256 is known, and so is its kind. Nothing is appended of a file that fails here.
/// </summary>
internal sealed class FileToImport : IAsyncDisposable
{
    private const int HeadBytes = 64 * 1024;

    private readonly FileStream _file;
    private readonly FileStamp _stamp;
    private readonly bool _gzip;

    private FileToImport(FileStream file, FileStamp stamp, byte[] hash, bool gzip) =>
        (_file, _stamp, Hash, _gzip) = (file, stamp, Convert.ToHexStringLower(hash), gzip);

    /// <summary>SHA-256 of the file as it lies there, hexadecimal.</summary>
    public string Hash { get; }

    /// <summary>What may be logged: names of files can hold names of pupils.</summary>
    public string ShortHash => Hash[..12];

    public FileKind Kind { get; private set; }

    /// <summary>Bytes as they lie there.</summary>
    public long Length => _stamp.Length;

    /// <summary>How far the file was read, in bytes as they lie there.</summary>
    public long Position => _file.Position;

    /// <summary>Opens and checks it.</summary>
    /// <param name="path">Where it lies.</param>
    /// <param name="kind">Null: found out.</param>
    /// <param name="options">Limits.</param>
    /// <exception cref="FileRefusedException">It cannot be imported.</exception>
    /// <exception cref="FileChangedException">It is being written.</exception>
    public static async Task<FileToImport> OpenAsync(string path, FileKind? kind, FileDoorOptions options, CancellationToken cancellationToken)
    {
        var file = Open(path, out var stamp);
        try
        {
            if (stamp.Length > options.MaxBytes)
            {
                throw new FileRefusedException(FileFault.TooLarge);
            }

            var hash = await SHA256.HashDataAsync(file, cancellationToken);
            var gzip = await IsGzipAsync(file, cancellationToken);
            var opened = new FileToImport(file, stamp, hash, gzip);
            if (gzip)
            {
                await opened.RefuseBrokenGzipAsync(options.MaxBytes, cancellationToken);
            }

            opened.Kind = await opened.DetectAsync(Path.GetFileName(path), kind, cancellationToken);
            opened.RefuseChanged();
            return opened;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Reads it from the beginning, gzip undone.</summary>
    public FileWindow Read()
    {
        _file.Position = 0;
        return new FileWindow(_gzip ? new GZipStream(_file, CompressionMode.Decompress, leaveOpen: true) : _file);
    }

    /// <exception cref="FileChangedException">Somebody wrote to it since it was opened.</exception>
    public void RefuseChanged()
    {
        if (FileStamp.Of(new FileInfo(_file.Name)) != _stamp)
        {
            throw new FileChangedException();
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private static FileStream Open(string path, out FileStamp stamp)
    {
        var info = new FileInfo(path);
        if (Directory.Exists(path))
        {
            throw new FileRefusedException(FileFault.Directory);
        }

        if (!info.Exists)
        {
            throw new FileRefusedException(FileFault.Missing);
        }

        // Before it is opened: a pipe or a device has no length, and opening a pipe waits for its writer.
        stamp = FileStamp.Of(info);
        if (stamp.Length == 0)
        {
            throw new FileRefusedException(FileFault.Empty);
        }

        try
        {
            // Shared with everybody, or .NET would lock out the writer, whom we want to notice.
            return new FileStream(
                path, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.SequentialScan });
        }
        catch (UnauthorizedAccessException error)
        {
            throw new FileRefusedException(FileFault.Unreadable, error);
        }
    }

    private static async Task<bool> IsGzipAsync(FileStream file, CancellationToken cancellationToken)
    {
        var magic = new byte[2];
        file.Position = 0;
        return await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken) == magic.Length
            && magic is [0x1F, 0x8B];
    }

    /// <summary>
    /// The decompressor ends without a word where a file was cut, so the size in the last four bytes (RFC 1952) must be what comes out. That
    /// refuses several members in one file as well. Reading twice is cheaper than half an import.
    /// </summary>
    private async Task RefuseBrokenGzipAsync(long most, CancellationToken cancellationToken)
    {
        _file.Position = 0;
        var buffer = new byte[HeadBytes];
        var expanded = 0L;
        try
        {
            await using var gzip = new GZipStream(_file, CompressionMode.Decompress, leaveOpen: true);
            for (var read = 1; read > 0 && expanded <= most; expanded += read)
            {
                read = await gzip.ReadAsync(buffer, cancellationToken);
            }
        }
        catch (InvalidDataException error)
        {
            throw new FileRefusedException(FileFault.GzipBroken, error);
        }

        if (expanded > most)
        {
            throw new FileRefusedException(FileFault.TooLarge);
        }

        _file.Position = Math.Max(0, _file.Length - sizeof(uint));
        var told = await _file.ReadAtLeastAsync(buffer.AsMemory(0, sizeof(uint)), sizeof(uint), throwOnEndOfStream: false, cancellationToken);
        if (Length < 18 || told != sizeof(uint) || BinaryPrimitives.ReadUInt32LittleEndian(buffer) != (uint)expanded)
        {
            throw new FileRefusedException(FileFault.GzipBroken);
        }
    }

    private async Task<FileKind> DetectAsync(string name, FileKind? told, CancellationToken cancellationToken)
    {
        var window = Read();
        await window.FillAsync(HeadBytes, cancellationToken);
        // Who says what it is may import lines with a NUL among the first; UTF-16 no mapping can read.
        var fault = FileKinds.FaultOf(window.Unread);
        return fault is null || (told is not null && fault != FileFault.Utf16)
            ? told ?? FileKinds.Detect(name, window.Unread)
            : throw new FileRefusedException(fault.Value);
    }
}

/// <summary>What tells that a file was written to.</summary>
internal readonly record struct FileStamp(long Length, DateTime Written)
{
    public static FileStamp Of(FileInfo file) => file.Exists ? new FileStamp(file.Length, file.LastWriteTimeUtc) : default;
}
