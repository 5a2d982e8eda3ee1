using System.Globalization;
using System.Runtime.InteropServices;

namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>Signals with a meaning to a postmaster (PostgreSQL documentation, "Shutting Down the Server").</summary>
internal enum PostmasterSignal
{
    /// <summary>SIGINT: end sessions, checkpoint, stop.</summary>
    FastShutdown = 2,

    /// <summary>SIGQUIT: stop at once; the next start recovers from the log.</summary>
    ImmediateShutdown = 3,

    /// <summary>SIGKILL: only for children whose postmaster is dead.</summary>
    Kill = 9,
}

/// <summary>
/// The processes of one cluster, seen through /proc: every Postgres process works in its data directory,
/// so a process is ours when it is called <c>postgres</c> and its working directory is the cluster. A reused pid is never taken for one.
/// </summary>
internal sealed partial class ClusterProcesses(string clusterDirectory)
{
    public bool IsRunning(int pid)
    {
        var process = $"/proc/{pid.ToString(CultureInfo.InvariantCulture)}";
        try
        {
            // A zombie has no working directory any more, so it counts as ended.
            return new FileInfo(process + "/cwd").LinkTarget == clusterDirectory
                && File.ReadAllText(process + "/comm").TrimEnd() == "postgres";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Ended between the looks, or another account's process: not ours either way.
            return false;
        }
    }

    public List<int> Running()
    {
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && IsRunning(pid))
            {
                found.Add(pid);
            }
        }

        return found;
    }

    /// <summary>Whether the server is in recovery: then it has a process that calls itself so.</summary>
    public bool AreRecovering() => Running().Exists(pid => TitleOf(pid).StartsWith("postgres: startup", StringComparison.Ordinal));

    public void Signal(int pid, PostmasterSignal signal)
    {
        if (IsRunning(pid))
        {
            // A process that ended just now makes this fail with ESRCH, which is what was wanted.
            _ = Kill(pid, (int)signal);
        }
    }

    /// <summary>Whether any process has this pid, ours or not.</summary>
    public static bool Exists(int pid) => Directory.Exists($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}");

    private static string TitleOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/cmdline");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
