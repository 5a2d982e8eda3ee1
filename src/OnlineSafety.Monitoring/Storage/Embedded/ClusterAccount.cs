namespace OnlineSafety.Monitoring.Storage.Embedded;

/// <summary>The operating-system account that owns the cluster's files and runs its programs: Postgres refuses to run as root.</summary>
/// <param name="User">Name or number to change to, or null: the host's own account.</param>
/// <param name="Group">Name or number of the group that goes with it.</param>
internal sealed record ClusterAccount(string? User, string? Group)
{
    private static readonly ClusterAccount Own = new(null, null);

    /// <param name="existing">The cluster's directory if there is one: its owner stays its owner.</param>
    /// <param name="account">The account for a new one.</param>
    public static ClusterAccount For(string? existing, string account)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return Own;
        }

        if (existing is not null)
        {
            var owner = ProgramRun.Of(["stat", "-L", "-c", "%u %g", "--", existing]).Output.Trim().Split(' ');
            if (owner is [var user, var group] && user != "0")
            {
                return new ClusterAccount(user, group);
            }
        }

        var known = ProgramRun.Of(["id", "-gn", "--", account]);
        return known.ExitCode == 0
            ? new ClusterAccount(account, known.Output.Trim())
            : throw new EmbeddedPostgresException(
                $"Postgres does not run as root, and the account '{account}' does not exist on this machine. Create it with: useradd --system {account}");
    }

    /// <summary>The command as this account runs it.</summary>
    public IReadOnlyList<string> Command(params IReadOnlyList<string> command) => User is null
        ? command
        : ["setpriv", $"--reuid={User}", $"--regid={Group}", "--init-groups", "--reset-env", "--", .. command];

    public ProgramRun Run(params IReadOnlyList<string> command) => ProgramRun.Of(Command(command));

    /// <summary>A directory that this account alone can enter. Its parent may belong to the host.</summary>
    public void CreatePrivateDirectory(string path)
    {
        IReadOnlyList<string> owner = User is null ? [] : [$"--owner={User}", $"--group={Group}"];
        var made = ProgramRun.Of(["install", "--directory", "--mode=0700", .. owner, "--", path]);
        if (made.ExitCode != 0)
        {
            throw new EmbeddedPostgresException($"The directory {path} cannot be created: {made.Output.Trim()}");
        }
    }

    /// <summary>Whether this account gets through all parents of the directory and may write in it.</summary>
    public bool Reaches(string directory) => Run("test", "-w", directory, "-a", "-x", directory).ExitCode == 0;
}
