using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Storage;

/// <summary>
/// Makes names durable. A file that was flushed may still be lost with its name when the power goes: the name lies in the directory, which Linux
/// flushes only when asked (fsync(2), "Calling fsync() does not necessarily ensure that the entry in the directory ... has also reached disk").
/// </summary>
internal static partial class DirectoryOnDisk
{
    // O_RDONLY | O_CLOEXEC, the same number on every Linux that .NET runs on.
    private const int ReadOnlyNotInherited = 0x80000;

    /// <summary>Returns when what was made, moved or deleted in the directory is on disk.</summary>
    /// <exception cref="IOException">It cannot be said that it is.</exception>
    public static void Flush(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            // Other systems write names through with the file.
            return;
        }

        var directory = Open(path, ReadOnlyNotInherited);
        if (directory < 0)
        {
            throw Failure(path);
        }

        try
        {
            if (Synchronize(directory) != 0)
            {
                throw Failure(path);
            }
        }
        finally
        {
            _ = Close(directory);
        }
    }

    private static IOException Failure(string path) =>
        new($"The directory {path} cannot be written to disk: {Marshal.GetLastPInvokeErrorMessage()}.");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Synchronize(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
