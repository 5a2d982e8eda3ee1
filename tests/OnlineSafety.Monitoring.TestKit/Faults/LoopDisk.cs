using System.Globalization;
using System.Runtime.InteropServices;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.TestKit.Faults;

/// <summary>
/// A file system of its own in a file, which can be filled and whose power can be cut. Needs root and a kernel that mounts files.
/// </summary>
internal sealed partial class LoopDisk : IDisposable
{
    // _IOR('X', 125, __u32): EXT4_IOC_SHUTDOWN of Linux, made to test power cuts (xfstests, src/godown.c).
    private const ulong Shutdown = 0x8004587D;

    // EXT4_GOING_FLAGS_NOLOGFLUSH: nothing that was not on its way to the disk is written any more, the journal neither.
    private const uint FlushNothing = 2;

    private static readonly Lazy<string?> s_unavailable = new(Try);

    private readonly string _home;

    private LoopDisk(int mebibytes)
    {
        _home = Directory.CreateTempSubdirectory("onlinesafety-disk-").FullName;
        // The account that runs Postgres passes through it.
        File.SetUnixFileMode(_home, File.GetUnixFileMode(_home) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Mountpoint = Path.Combine(_home, "mounted");
        Directory.CreateDirectory(Mountpoint);
        using (var image = File.Create(Image))
        {
            image.SetLength(mebibytes * 1024L * 1024L);
        }

        // No blocks kept back for root, who fills the disk.
        Run("mkfs.ext4", "-q", "-F", "-m", "0", Image);
        Mount();
    }

    /// <summary>Why there are none on this machine, or null.</summary>
    public static string? Unavailable => s_unavailable.Value;

    /// <summary>Where it is mounted.</summary>
    public string Mountpoint { get; }

    private string Image => Path.Combine(_home, "image");

    private string Filler => Path.Combine(Mountpoint, "filler");

    public static LoopDisk Create(int mebibytes) => new(mebibytes);

    /// <summary>
    /// The power goes: from this instant nothing more reaches the disk. What was flushed is there; what was only in memory is gone.
    /// </summary>
    public void CutPower()
    {
        var directory = Open(Mountpoint, 0);
        try
        {
            var how = FlushNothing;
            if (directory < 0 || Control(directory, Shutdown, ref how) != 0)
            {
                throw new InvalidOperationException($"The power of {Mountpoint} cannot be cut: {Marshal.GetLastPInvokeErrorMessage()}.");
            }
        }
        finally
        {
            _ = Close(directory);
        }
    }

    /// <summary>The power comes back: the file system recovers from its journal. Nobody may use it meanwhile.</summary>
    public async Task RemountAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            // A killed process lets go of its files a moment later.
            var answer = ProgramRun.Of(["umount", Mountpoint]);
            if (answer.ExitCode == 0)
            {
                break;
            }

            if (attempt == 100)
            {
                throw new InvalidOperationException($"{Mountpoint} cannot be unmounted: {answer.Output.Trim()}");
            }

            await Task.Delay(50);
        }

        Mount();
    }

    /// <summary>Takes all space that is left.</summary>
    public void Fill()
    {
        var left = new DriveInfo(Mountpoint).AvailableFreeSpace;
        ProgramRun.Of(["fallocate", "-l", left.ToString(CultureInfo.InvariantCulture), Filler]);
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                file.Write(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        for (var attempt = 0; attempt < 100 && ProgramRun.Of(["umount", Mountpoint]).ExitCode != 0; attempt++)
        {
            Thread.Sleep(50);
        }

        Directory.Delete(_home, recursive: true);
    }

    private static string? Try()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "Only root mounts file systems.";
        }

        try
        {
            using var disk = Create(16);
            return null;
        }
        catch (Exception error)
        {
            return $"This machine mounts no file systems from files: {error.Message}";
        }
    }

    private void Mount() => Run("mount", "-o", "loop", Image, Mountpoint);

    private static void Run(params string[] command)
    {
        var answer = ProgramRun.Of(command);
        if (answer.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]}: {answer.Output.Trim()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int file, ulong request, ref uint argument);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int file);
}
