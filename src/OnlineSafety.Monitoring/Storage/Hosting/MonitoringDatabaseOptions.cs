using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Storage.Embedded;

namespace OnlineSafety.Monitoring.Storage.Hosting;

/// <summary>Where the database is.</summary>
internal sealed record MonitoringDatabaseOptions
{
    /// <summary>Data directory of this installation; the embedded cluster lives in it unless <see cref="Connection"/> is given.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// Connection string of a server of one's own; null for the embedded cluster. Its user makes roles, database and schema on the first start,
    /// or they exist already; processes then work as the role they need (start-up option <c>role</c>).
    /// </summary>
    public string? Connection { get; init; }

    /// <summary>Connection strings that log in as a role itself (<c>Connections:Ingest</c> ...); they win over <see cref="Connection"/>.</summary>
    public IReadOnlyDictionary<DatabaseRole, string> RoleConnections { get; init; } = new Dictionary<DatabaseRole, string>();

    /// <summary>Roles that this process will use; only these are opened and checked.</summary>
    public IReadOnlyList<DatabaseRole> Roles { get; init; } = Enum.GetValues<DatabaseRole>();

    /// <summary>How long the embedded server may take, at the start, until it can be used again after a crash. A migration has no part in it.</summary>
    public TimeSpan RecoversWithin { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>A service keeps the embedded cluster; a command joins it when it runs.</summary>
    public ClusterUse Use { get; init; } = ClusterUse.Command;
}

/// <summary>The database cannot be used; the message lists every reason, one a line, with what to do.</summary>
internal sealed class DatabaseUnusableException(string message, Exception? inner = null) : Exception(message, inner);
