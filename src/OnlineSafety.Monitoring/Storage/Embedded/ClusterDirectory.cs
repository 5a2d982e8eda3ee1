using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>
/// Where the cluster's files are: <c>postgres</c> in the data directory, private to the account that runs Postgres, with
/// <c>cluster</c> (the data files), <c>socket</c>, and the server's logs.
/// </summary>
internal sealed class ClusterDirectory
{
    // sockaddr_un holds 108 bytes, the last of them NUL; Postgres adds "/.s.PGSQL.<port>".
    internal const int LongestSocketPath = 107;

    // Only names the socket file: nothing listens on a port.
    public const int Port = 5432;

    private ClusterDirectory(string home, ClusterAccount account)
    {
        Home = home;
        Account = account;
        Processes = new ClusterProcesses(DataFiles);
    }

    /// <summary>The real path, links resolved.</summary>
    public string Home { get; }

    public ClusterAccount Account { get; }

    public ClusterProcesses Processes { get; }

    public string DataFiles => Path.Combine(Home, "cluster");

    public string StartLog => Path.Combine(Home, "server.log");

    public bool HasCluster => File.Exists(Path.Combine(DataFiles, "PG_VERSION"));

    /// <summary>The running postmaster's own words, or null when none runs.</summary>
    public PostmasterFile? ReadPostmaster() =>
        PostmasterFile.Read(DataFiles) is { } file && Processes.IsRunning(file.ProcessId) ? file : null;

    /// <summary>Major version of the data files, or null when there are none.</summary>
    public int? ReadMajor() => HasCluster
        ? int.Parse(File.ReadAllText(Path.Combine(DataFiles, "PG_VERSION")), CultureInfo.InvariantCulture)
        : null;

    /// <summary>The directory as it is, or null when it was never made: for a guest, which creates nothing.</summary>
    public static ClusterDirectory? Find(EmbeddedPostgresOptions options)
    {
        var path = Path.Combine(options.DataDirectory, "postgres");
        if (!Directory.Exists(path))
        {
            return null;
        }

        var real = Resolve(path);
        return new ClusterDirectory(real, ClusterAccount.For(real, options.Account));
    }

    /// <summary>The directory, made if need be. Only the owner calls this.</summary>
    public static ClusterDirectory Prepare(EmbeddedPostgresOptions options)
    {
        var path = Path.Combine(options.DataDirectory, "postgres");
        if (!Directory.Exists(path))
        {
            Create(path, options.SystemState, ClusterAccount.For(existing: null, options.Account));
        }

        var found = Find(options)!;
        return found.Account.Reaches(found.Home)
            ? found
            : throw new EmbeddedPostgresException(
                $"The account that runs Postgres ({found.Account.User ?? Environment.UserName}) cannot write in {found.Home}: start as the account that created it, or give it back with chown.");
    }

    private static void Create(string path, string systemState, ClusterAccount account)
    {
        if (new FileInfo(path).LinkTarget is { } lost)
        {
            throw new EmbeddedPostgresException($"{path} points to {lost}, which is not there. Mount or restore it, or remove the link to begin anew.");
        }

        account.CreatePrivateDirectory(path);
        if (account.Reaches(path))
        {
            return;
        }

        // Below a closed directory such as /root the account gets no further. The cluster then lives in the system's
        // place for state, under a name never used before, and a link in the data directory shows where.
        Directory.Delete(path);
        Directory.CreateDirectory(systemState, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        var elsewhere = Path.Combine(systemState, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)));
        account.CreatePrivateDirectory(elsewhere);
        Directory.CreateSymbolicLink(path, elsewhere);
    }

    /// <summary>A private directory for the socket: beside the data files, or under the temp path when that path is too long for a socket.</summary>
    public string PrepareSocketDirectory()
    {
        var path = ChooseSocketDirectory(Home, Path.GetTempPath());
        if (!Directory.Exists(path))
        {
            Account.CreatePrivateDirectory(path);
        }

        // In a temp directory anyone may have made it first: it must be a directory of this account, closed to others.
        var seen = Account.Run("stat", "-c", "%F %a", "--", path).Output.Trim();
        if (seen != "directory 700" || Account.Run("test", "-O", path).ExitCode != 0)
        {
            throw new EmbeddedPostgresException($"{path}, needed for the database socket, is not a private directory of the account that runs Postgres. Remove it.");
        }

        return path;
    }

    internal static string ChooseSocketDirectory(string home, string tempPath)
    {
        var beside = Path.Combine(home, "socket");
        // Postgres and the driver both read a comma as the end of one host, and quotes as quotes.
        var plain = beside.AsSpan().IndexOfAny(",\"'") < 0;
        var longest = $"{beside}/.s.PGSQL.{Port.ToString(CultureInfo.InvariantCulture)}";
        if (plain && Encoding.UTF8.GetByteCount(longest) <= LongestSocketPath)
        {
            return beside;
        }

        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)).AsSpan(0, 8));
        return Path.Combine(tempPath, $"onlinesafety-{name}");
    }

    private static string Resolve(string path)
    {
        var answer = ProgramRun.Of(["realpath", "--", path]);
        return answer.ExitCode == 0
            ? answer.Output.TrimEnd('\n')
            : throw new EmbeddedPostgresException($"{path} cannot be resolved: {answer.Output.Trim()}");
    }
}
