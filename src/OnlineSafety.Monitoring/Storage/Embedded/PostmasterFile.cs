using System.Globalization;

namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>
/// What <c>postmaster.pid</c> says. Lines, as in PostgreSQL's src/include/utils/pidfile.h: pid, data directory, start time,
/// port, first socket directory, listen address, shared memory key, status.
/// </summary>
internal sealed record PostmasterFile(int ProcessId, int Port, string SocketDirectory, string Status)
{
    public const string Name = "postmaster.pid";

    /// <summary>Accepts connections; the word is padded with blanks in the file.</summary>
    public bool Ready => Status == "ready";

    /// <summary>Was told to stop.</summary>
    public bool Stopping => Status == "stopping";

    /// <summary>The file's words, or null when it does not exist, is empty or is still being written.</summary>
    public static PostmasterFile? Read(string clusterDirectory)
    {
        try
        {
            return Parse(File.ReadAllLines(Path.Combine(clusterDirectory, Name)));
        }
        catch (IOException)
        {
            // Absent, or removed between two looks.
            return null;
        }
    }

    internal static PostmasterFile? Parse(IReadOnlyList<string> lines)
    {
        if (lines.Count == 0 || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
        {
            return null;
        }

        var port = lines.Count > 3 && int.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : 0;
        return new PostmasterFile(pid, port, lines.Count > 4 ? lines[4] : "", lines.Count > 7 ? lines[7].Trim() : "");
    }
}
