using System.Globalization;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntegrationTests.Access;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Alerts;

/// <summary>
/// A school with five years of closed alerts and a queue that nobody has looked at: its installation, once for all tests of plans. <c>ONLINESAFETY_TEST_CLOSED_ALERTS</c>
/// says how many are closed.
/// </summary>
public sealed class LongQueue : IAsyncLifetime
{
    public const int Open = 10_000;

    private const int AlertsOfAPerson = 50;

    private PostgresServer? _server;

    /// <summary>They have the first numbers.</summary>
    public static int Closed { get; } = int.Parse(Environment.GetEnvironmentVariable("ONLINESAFETY_TEST_CLOSED_ALERTS") ?? "100000", CultureInfo.InvariantCulture);

    internal InstallationDatabase Database { get; private set; } = null!;

    internal Guid School { get; private set; }

    internal Dictionary<string, Actor> Actors { get; } = new(StringComparer.Ordinal);

    public async Task InitializeAsync()
    {
        _server = await PostgresServer.LeaseAsync();
        Database = await InstallationDatabase.CreateAsync(_server);
        School = await Database.AddSchoolAsync();
        foreach (var role in new[] { "dsl", "head" })
        {
            var staff = (await Database.AddStaffAsync(School, role, role)).Staff;
            Actors[role] = Actor.Member(staff.StaffId, staff.Name, staff.Roles);
        }

        await AddAsync(1, Closed, "resolved", "now() - interval '7 days' - (5.0 * ({0} - n) / {0}) * interval '365 days'");
        await AddAsync(Closed + 1, Open, "new", "now() - ({0} - n) * interval '1 minute'");
        // Each was told to somebody; of one in ten that was too late, and one in a hundred mails failed.
        await RunAsync($"""
            INSERT INTO onlinesafety.escalation (school_id, alert_id, since, answer_by, rounds, breached_at, answered_at)
            SELECT school_id, alert_id, raised_at, raised_at, (number % 10 = 0)::int, CASE WHEN number % 10 = 0 THEN raised_at END, resolved_at FROM onlinesafety.alert WHERE state = 'resolved';
            INSERT INTO onlinesafety.alert_step (school_id, alert_id, at, actor_kind, actor_name, step, from_state, to_state)
            SELECT school_id, alert_id, raised_at, 'service', 'escalation', 'breached', 'new', 'new' FROM onlinesafety.alert WHERE state = 'resolved' AND number % 10 = 0;
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, error, due_at, created_at, sent_at, answered_for)
            SELECT school_id, gen_random_uuid(), 'alert', 'raised', alert_id, '{Actors["dsl"].Staff}', 'email', CASE WHEN number % 100 = 0 THEN 'failed' ELSE 'sent' END, '', raised_at, raised_at,
                CASE WHEN number % 100 <> 0 THEN raised_at END, true FROM onlinesafety.alert;
            UPDATE onlinesafety.escalation SET next_at = now() + interval '1 hour', answer_by = now() + interval '1 hour' WHERE answered_at IS NULL
            """);
        await RunAsync("VACUUM (ANALYZE) onlinesafety.alert, onlinesafety.escalation, onlinesafety.alert_step, onlinesafety.notification");
    }

    public async Task DisposeAsync()
    {
        await Database.DisposeAsync();
        await _server!.DisposeAsync();
    }

    // A million takes longer than a command may by default.
    private async Task RunAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Database.Test.ConnectionString) { CommandTimeout = 0 }.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private Task AddAsync(int first, int count, string state, string raised) => RunAsync($"""
        INSERT INTO onlinesafety.alert (school_id, alert_id, number, state, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key, subject_role,
            source_ids, vendors, event_count, reasons, first_received_at, last_received_at, raised_at, acted_at, outcome, note, resolved_at, resolved_by)
        SELECT '{School}', gen_random_uuid(), {first} + n, '{state}', 1 + n % 4, 1 + n % 4, t, t, ARRAY[t], false, 0, CASE WHEN n % 5000 = 7 THEN 'head' ELSE 'dsl' END,
            'user:pupil' || n % {Math.Max(1, Closed / AlertsOfAPerson)}, 1, ARRAY[]::uuid[], ARRAY['protex'], 1, '[]'::bytea, at, at, at,
            CASE WHEN resolved THEN at END, CASE WHEN resolved THEN CASE n % 20 WHEN 3 THEN 'concern' ELSE 'false-alert' END END, CASE WHEN resolved THEN 'x'::bytea END,
            CASE WHEN resolved THEN at + interval '1 hour' END, CASE WHEN resolved THEN 'x' END
        FROM (SELECT n, '{state}' = 'resolved' AS resolved, (ARRAY['self_harm', 'gambling', 'bullying', 'drugs'])[1 + n % 4] AS t, {string.Format(CultureInfo.InvariantCulture, raised, count)} AS at
              FROM generate_series(0, {count} - 1) n) made
        """);
}
