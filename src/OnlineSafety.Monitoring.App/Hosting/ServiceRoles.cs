using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Hosting;

/// <summary>What one process does. A school runs all of them in one; a contractor runs several processes of each.</summary>
[Flags]
internal enum ServiceRoles : byte
{
    None = 0,

    /// <summary>Doors and intake log.</summary>
    Ingest = 1,

    /// <summary>Reads the log, raises alerts.</summary>
    Process = 2,

    /// <summary>Mails and digests.</summary>
    Notify = 4,

    /// <summary>The staff's routes.</summary>
    Console = 8,

    All = Ingest | Process | Notify | Console,
}

internal static class ServiceRoleWords
{
    /// <summary>Reads <c>ingest,process</c>.</summary>
    /// <exception cref="SetupException">A word is none of the roles.</exception>
    public static ServiceRoles Parse(string words)
    {
        var roles = ServiceRoles.None;
        foreach (var word in words.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            roles |= word.ToLowerInvariant() switch
            {
                "ingest" => ServiceRoles.Ingest,
                "process" => ServiceRoles.Process,
                "notify" => ServiceRoles.Notify,
                "console" => ServiceRoles.Console,
                _ => throw new SetupException($"\"{SetupText.Shown(word)}\" is not a role. Roles: ingest, process, notify, console."),
            };
        }

        return roles == ServiceRoles.None ? throw new SetupException("--roles names no role. Roles: ingest, process, notify, console.") : roles;
    }

    /// <summary>The database roles that these need, and no other: a process that only ingests holds no way to read an event.</summary>
    public static IReadOnlyList<DatabaseRole> Databases(this ServiceRoles roles)
    {
        List<DatabaseRole> databases = [];
        Add(ServiceRoles.Ingest, DatabaseRole.Ingest);
        Add(ServiceRoles.Process, DatabaseRole.Process);
        Add(ServiceRoles.Notify, DatabaseRole.Notify);
        Add(ServiceRoles.Console, DatabaseRole.Console);
        return databases;

        void Add(ServiceRoles role, DatabaseRole database)
        {
            if (roles.HasFlag(role))
            {
                databases.Add(database);
            }
        }
    }
}
