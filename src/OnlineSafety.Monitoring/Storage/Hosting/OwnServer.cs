using System.Net.Sockets;
using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Storage.Hosting;

/// <summary>A Postgres server that the operator runs: roles, database and schema are made if the given user may, or must stand already.</summary>
internal static class OwnServer
{
    public static async Task PrepareAsync(string connection, CancellationToken cancellationToken)
    {
        const string Example = "It looks like: Host=127.0.0.1;Port=5432;Username=onlinesafety;Password=...;Database=onlinesafety";
        NpgsqlConnectionStringBuilder given;
        try
        {
            given = new NpgsqlConnectionStringBuilder(connection);
        }
        catch (ArgumentException error)
        {
            throw new DatabaseUnusableException($"The connection string cannot be read: {error.Message.TrimEnd('.')}. {Example}", error);
        }

        if (string.IsNullOrWhiteSpace(given.Host))
        {
            throw new DatabaseUnusableException($"The connection string names no Host. {Example}");
        }

        var database = given.Database ?? RoleConnections.DefaultDatabase;
        try
        {
            if (!await StandsAsync(given, database, cancellationToken))
            {
                var administrator = new NpgsqlConnectionStringBuilder(connection) { Database = "postgres", Pooling = false };
                await DatabaseSetup.BootstrapAsync(administrator.ConnectionString, database, cancellationToken);
            }

            await DatabaseSetup.MigrateAsync(RoleConnections.WorkingAsOwner(connection), cancellationToken);
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new DatabaseUnusableException(
                $"The user {given.Username} may not prepare the database ({error.MessageText}). Run this once as an administrator of the server, then start again:"
                + Environment.NewLine + Environment.NewLine + SqlToRun(given.Username ?? "onlinesafety", database),
                error);
        }
        catch (NpgsqlException error) when (error is not PostgresException || error.InnerException is SocketException)
        {
            throw new DatabaseUnusableException(
                $"The database at {given.Host}:{given.Port} cannot be reached: {error.InnerException?.Message ?? error.Message}. Is it running, and are host, port and password right?", error);
        }
        catch (PostgresException error)
        {
            throw new DatabaseUnusableException($"The database at {given.Host}:{given.Port} refused: {error.MessageText} ({error.SqlState}).", error);
        }
    }

    /// <summary>What an administrator runs when the given user may not.</summary>
    public static string SqlToRun(string user, string database)
    {
        var quote = new NpgsqlCommandBuilder();
        var (login, name) = (quote.QuoteIdentifier(user), quote.QuoteIdentifier(database));
        string[] roles = [DatabaseRoles.Owner, .. Enum.GetValues<DatabaseRole>().Select(DatabaseRoles.NameOf)];
        var lines = roles.Select(role => $"CREATE ROLE {role} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT;")
            .Append($"GRANT {string.Join(", ", roles)} TO {login};")
            .Append($"CREATE DATABASE {name} OWNER {DatabaseRoles.Owner};")
            .Append($"\\connect {name}")
            .Append($"CREATE SCHEMA {MonitoringContext.Schema} AUTHORIZATION {DatabaseRoles.Owner};")
            .Append($"CREATE SCHEMA onlinesafety_migration AUTHORIZATION {DatabaseRoles.Owner};");
        return string.Join(Environment.NewLine, lines);
    }

    // True when an earlier start or an administrator made everything: then no right to make roles is needed.
    private static async Task<bool> StandsAsync(NpgsqlConnectionStringBuilder given, string database, CancellationToken cancellationToken)
    {
        var inside = new NpgsqlConnectionStringBuilder(given.ConnectionString) { Database = database, Pooling = false };
        await using var source = NpgsqlDataSource.Create(inside.ConnectionString);
        try
        {
            await using var command = source.CreateCommand(
                """
                SELECT (SELECT count(*) = cardinality($1) AND bool_and(pg_has_role(rolname, 'MEMBER')) FROM pg_roles WHERE rolname = ANY ($1))
                   AND (SELECT count(*) = 2 FROM pg_namespace WHERE nspname IN ('onlinesafety', 'onlinesafety_migration'))
                """);
            string[] roles = [DatabaseRoles.Owner, .. Enum.GetValues<DatabaseRole>().Select(DatabaseRoles.NameOf)];
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = roles });
            return await command.ExecuteScalarAsync(cancellationToken) is true;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InvalidCatalogName)
        {
            return false;
        }
    }
}
