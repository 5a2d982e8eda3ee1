using System.Globalization;

namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>A directory of server programs and their major version.</summary>
internal sealed record PostgresBinaries(string Directory, int Major)
{
    public const int OldestMajor = 15;

    private const string DebianRoot = "/usr/lib/postgresql";

    public string Postgres => Path.Combine(Directory, "postgres");

    public string InitDb => Path.Combine(Directory, "initdb");

    /// <param name="configured">A directory to use and no other, or null.</param>
    /// <param name="clusterMajor">Major version of the cluster that exists, or null: data files open only with their own major version.</param>
    /// <exception cref="EmbeddedPostgresException">None fits; the message names the command that installs it.</exception>
    public static PostgresBinaries Find(string? configured, int? clusterMajor) =>
        Find(configured, clusterMajor, DebianRoot, Environment.GetEnvironmentVariable("PATH") ?? "");

    internal static PostgresBinaries Find(string? configured, int? clusterMajor, string debianRoot, string searchPath)
    {
        var candidates = configured is null ? [.. Installed(debianRoot), .. InPath(searchPath)] : Holding(configured);
        var fitting = candidates
            .Where(found => clusterMajor is null ? found.Major >= OldestMajor : found.Major == clusterMajor)
            .MaxBy(found => found.Major);
        return fitting ?? throw new EmbeddedPostgresException(Missing(configured, clusterMajor));
    }

    private static string Missing(string? configured, int? clusterMajor)
    {
        var wanted = clusterMajor is { } major
            ? $"PostgreSQL {major}, the version of the existing cluster,"
            : $"PostgreSQL {OldestMajor} or newer";
        if (configured is not null)
        {
            return $"{wanted} was not found in the configured directory {configured} (it must hold postgres and initdb).";
        }

        var sudo = Environment.IsPrivilegedProcess ? "" : "sudo ";
        return $"{wanted} is not installed. Install it with: {sudo}apt-get install --no-install-recommends postgresql-{clusterMajor ?? OldestMajor}";
    }

    private static List<PostgresBinaries> Installed(string debianRoot) =>
        System.IO.Directory.Exists(debianRoot)
            ? [.. System.IO.Directory.EnumerateDirectories(debianRoot).SelectMany(version => Holding(Path.Combine(version, "bin")))]
            : [];

    private static List<PostgresBinaries> InPath(string searchPath) =>
        [.. searchPath.Split(':', StringSplitOptions.RemoveEmptyEntries).SelectMany(Holding)];

    private static List<PostgresBinaries> Holding(string directory)
    {
        var postgres = Path.Combine(directory, "postgres");
        if (!File.Exists(postgres) || !File.Exists(Path.Combine(directory, "initdb")))
        {
            return [];
        }

        return ReadMajor(postgres) is { } major ? [new PostgresBinaries(directory, major)] : [];
    }

    // "postgres (PostgreSQL) 15.16 (Debian 15.16-0+deb12u1)"; answered before Postgres looks at who runs it.
    private static int? ReadMajor(string postgres)
    {
        var answer = ProgramRun.Of([postgres, "-V"]);
        var words = answer.Output.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
        if (answer.ExitCode != 0 || words.Length < 3)
        {
            return null;
        }

        var number = words[2].AsSpan();
        var end = number.IndexOfAnyExceptInRange('0', '9');
        return int.TryParse(end < 0 ? number : number[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
    }
}
