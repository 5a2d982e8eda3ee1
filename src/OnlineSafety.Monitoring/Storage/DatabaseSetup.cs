using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Storage;

/// <summary>Makes roles, database and schema, and refuses a server that would break our promises.</summary>
internal static class DatabaseSetup
{
    private const string MigrationSchema = "onlinesafety_migration";

    private static readonly TimeSpan MigrationStatement = TimeSpan.FromHours(6);

    /// <summary>
    /// Makes roles and database as an administrator of the server (the embedded cluster's superuser, or whoever runs this on a server of one's own).
    /// Safe to repeat.
    /// </summary>
    public static async Task BootstrapAsync(string administratorConnection, string database, CancellationToken cancellationToken)
    {
        await using (var server = NpgsqlDataSource.Create(administratorConnection))
        {
            await using var roles = server.CreateCommand(RolesSql);
            await roles.ExecuteNonQueryAsync(cancellationToken);
            await using var exists = server.CreateCommand("SELECT 1 FROM pg_database WHERE datname = $1");
            exists.Parameters.Add(new NpgsqlParameter<string> { TypedValue = database });
            if (await exists.ExecuteScalarAsync(cancellationToken) is null)
            {
                var quoted = new NpgsqlCommandBuilder().QuoteIdentifier(database);
                await using var create = server.CreateCommand($"CREATE DATABASE {quoted} OWNER {DatabaseRoles.Owner}");
                try
                {
                    await create.ExecuteNonQueryAsync(cancellationToken);
                }
                catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
                {
                    // Another process was faster; the database stands.
                }
            }
        }

        var inside = new NpgsqlConnectionStringBuilder(administratorConnection) { Database = database };
        await using var source = NpgsqlDataSource.Create(inside.ConnectionString);
        await using var schemas = source.CreateCommand(
            $"CREATE SCHEMA IF NOT EXISTS {MonitoringContext.Schema} AUTHORIZATION {DatabaseRoles.Owner}; " +
            $"CREATE SCHEMA IF NOT EXISTS {MigrationSchema} AUTHORIZATION {DatabaseRoles.Owner}");
        try
        {
            await schemas.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateSchema)
        {
            // IF NOT EXISTS can lose a race against another process that makes the same schema.
        }
    }

    /// <summary>Brings the schema up to date as its owner.</summary>
    public static async Task MigrateAsync(string ownerConnection, CancellationToken cancellationToken)
    {
        var options = new DbContextOptionsBuilder<MonitoringContext>()
            // A statement over a large log takes long; one that takes longer than this hangs.
            .UseNpgsql(ownerConnection, npgsql => npgsql.MigrationsHistoryTable("history", MigrationSchema).CommandTimeout((int)MigrationStatement.TotalSeconds))
            // The schema is SQL-first: there is no model snapshot to compare with. A test compares model and catalogue instead.
            .ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning))
            .Options;
        await using var context = new MonitoringContext(options);
        await context.Database.MigrateAsync(cancellationToken);
    }

    /// <summary>Every reason why this connection must not be used, empty when it may.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var settings = new NpgsqlCommand(
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off' ORDER BY name", connection);
        await using (var rows = await settings.ExecuteReaderAsync(cancellationToken))
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                faults.Add($"The server runs with {rows.GetString(0)} = off: what we acknowledge could be lost. Set {rows.GetString(0)} = on.");
            }
        }

        await using var role = new NpgsqlCommand("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user", connection);
        await using var row = await role.ExecuteReaderAsync(cancellationToken);
        if (await row.ReadAsync(cancellationToken))
        {
            if (row.GetBoolean(1))
            {
                faults.Add($"Role {row.GetString(0)} is a superuser, which row-level security does not bind. Use one of the onlinesafety_* roles.");
            }
            else if (row.GetBoolean(2))
            {
                faults.Add($"Role {row.GetString(0)} has BYPASSRLS. Take it away: ALTER ROLE {row.GetString(0)} NOBYPASSRLS.");
            }
        }

        return faults;
    }

    private const string RolesSql = """
        DO $$
        DECLARE r text;
        BEGIN
            FOREACH r IN ARRAY ARRAY['onlinesafety_owner', 'onlinesafety_setup', 'onlinesafety_ingest', 'onlinesafety_process', 'onlinesafety_notify', 'onlinesafety_console', 'onlinesafety_audit', 'onlinesafety_keys', 'onlinesafety_retention'] LOOP
                IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r) THEN
                    BEGIN
                        EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOINHERIT', r);
                    EXCEPTION WHEN duplicate_object OR unique_violation THEN
                        NULL;
                    END;
                END IF;
                -- Whoever makes the roles without being superuser must be able to work as them, and to give the database to its owner.
                IF NOT pg_has_role(r, 'MEMBER') THEN
                    EXECUTE format('GRANT %I TO CURRENT_USER', r);
                END IF;
            END LOOP;
        END
        $$;
        """;
}
