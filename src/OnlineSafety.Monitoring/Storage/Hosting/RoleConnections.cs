using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Storage.Hosting;

/// <summary>Builds the connection string of each role.</summary>
internal static class RoleConnections
{
    public const string DefaultDatabase = "onlinesafety";

    /// <summary>A login of the role's own: embedded cluster, or configured.</summary>
    public static string LoggingInAs(string connection, DatabaseRole role) => Common(connection, role).ConnectionString;

    /// <summary>Another user's login that works as the role from its first statement on.</summary>
    public static string WorkingAs(string connection, DatabaseRole role)
    {
        var builder = Common(connection, role);
        SetRole(builder, DatabaseRoles.NameOf(role));
        return builder.ConnectionString;
    }

    public static string WorkingAsOwner(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection) { Pooling = false, SearchPath = MonitoringContext.Schema };
        builder.Database ??= DefaultDatabase;
        SetRole(builder, DatabaseRoles.Owner);
        return builder.ConnectionString;
    }

    public static string LoggingInAsOwner(string connection) =>
        new NpgsqlConnectionStringBuilder(connection) { Pooling = false, SearchPath = MonitoringContext.Schema }.ConnectionString;

    private static NpgsqlConnectionStringBuilder Common(string connection, DatabaseRole role)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection)
        {
            SearchPath = MonitoringContext.Schema,
            ApplicationName = DatabaseRoles.NameOf(role),
            MaxPoolSize = PoolSize(role),
            KeepAlive = 30,
            // The same few statements run again and again; parsing and planning them anew was a third of the server's time.
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            // Nothing of a session outlives its transaction here: scope and actor are local to it, locks too, and who listens keeps the connection.
            // The seven statements of a reset before each use cost the server as much as a small commit.
            NoResetOnClose = true,
            // Error details quote rows; rows hold what a child typed.
            IncludeErrorDetail = false,
        };
        builder.Database ??= DefaultDatabase;
        if (role == DatabaseRole.Ingest)
        {
            // A sender waits behind each of these statements. A server that has not answered by then hangs: the sender is told to come again.
            (builder.Timeout, builder.CommandTimeout) = (5, 10);
        }

        return builder;
    }

    // As a start-up option the role is what every reset goes back to: DISCARD ALL between two users of a pooled connection, even RESET ROLE,
    // leave it in place (a test holds us to it). A SET ROLE after connecting would be undone by the first reset.
    private static void SetRole(NpgsqlConnectionStringBuilder builder, string role) =>
        builder.Options = $"{builder.Options} -c role={role}".TrimStart();

    // The embedded server takes 60 connections; this leaves some for commands that join it.
    private static int PoolSize(DatabaseRole role) => role switch
    {
        DatabaseRole.Process => 14,
        DatabaseRole.Ingest => 14,
        DatabaseRole.Setup or DatabaseRole.Audit or DatabaseRole.Retention => 3,
        _ => 8,
    };
}
