using System.Globalization;
using OnlineSafety.Monitoring.Storage;

namespace OnlineSafety.Monitoring.TestKit;

/// <summary>
/// The clock of one test database, which a test moves: functions of the names by which statements ask the time stand before the server's own in the search
/// path. A connection sees it whose search path is <see cref="SearchPath"/>; the schema's own functions are made to. What a column's default says is not moved.
/// </summary>
internal sealed class ShiftedClock(TestDatabase database)
{
    public const string Schema = "shifted_clock";

    public static string SearchPath => $"{Schema},pg_catalog,{MonitoringContext.Schema}";

    public async Task InstallAsync(DateTimeOffset start)
    {
        await database.RunAsync($"""
            CREATE SCHEMA {Schema};
            CREATE TABLE {Schema}.shift (by interval NOT NULL);
            INSERT INTO {Schema}.shift VALUES ('{Written(start)}'::timestamptz - pg_catalog.clock_timestamp());
            """);
        foreach (var name in new[] { "now", "statement_timestamp", "transaction_timestamp", "clock_timestamp" })
        {
            await database.RunAsync(
                $"CREATE FUNCTION {Schema}.{name}() RETURNS timestamptz LANGUAGE sql STABLE AS $$ SELECT pg_catalog.{name}() + (SELECT by FROM {Schema}.shift) $$");
        }

        await database.RunAsync($"""
            GRANT USAGE ON SCHEMA {Schema} TO PUBLIC;
            GRANT SELECT ON {Schema}.shift TO PUBLIC;
            DO $$
            DECLARE f regprocedure;
            BEGIN
                FOR f IN SELECT p.oid::regprocedure FROM pg_proc p WHERE p.pronamespace = '{MonitoringContext.Schema}'::regnamespace
                         AND EXISTS (SELECT 1 FROM unnest(p.proconfig) AS c WHERE c LIKE 'search_path=%{MonitoringContext.Schema}%') LOOP
                    EXECUTE format('ALTER FUNCTION %s SET search_path = {Schema}, pg_catalog, {MonitoringContext.Schema}, pg_temp', f);
                END LOOP;
            END $$;
            """);
    }

    /// <summary>Sets it to a moment, however long the work since the last took.</summary>
    public Task SetAsync(DateTimeOffset moment) => database.RunAsync($"UPDATE {Schema}.shift SET by = '{Written(moment)}'::timestamptz - pg_catalog.clock_timestamp()");

    private static string Written(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
}
