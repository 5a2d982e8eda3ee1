using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access;

/// <summary>A database as an installation on a server of one's own opens it, with what tests put into it.</summary>
internal sealed class InstallationDatabase(TestDatabase test, MonitoringDatabase opened) : IAsyncDisposable
{
    public static Actor Tester { get; } = Actor.Operator("tester");

    public static PolicyDirectory Policies { get; } = new(BankHolidays.None, NullLogger.Instance);

    public TestDatabase Test => test;

    public MonitoringDatabase Opened => opened;

    public Database this[DatabaseRole role] => opened[role];

    /// <summary>What is sealed of its schools, by a key of the tests; beside a service that has a key of its own, that service's.</summary>
    public SchoolSeals Seals
    {
        get => field ??= new SchoolSeals(opened[DatabaseRole.Process], MasterKey.Of(new byte[MasterKey.Length]), TimeProvider.System);
        set;
    }

    public SchoolRegister Schools => new(opened[DatabaseRole.Setup]);

    public SourceRegister Sources => new(opened[DatabaseRole.Setup], TimeProvider.System);

    public StaffRegister Staff => new(opened[DatabaseRole.Setup], new PupilNames(() => Seals));

    public static async Task<InstallationDatabase> CreateAsync(PostgresServer server)
    {
        var test = await server.CreateAsync("own-server", async (template, _) => await (await OpenAsync(template)).DisposeAsync());
        return new InstallationDatabase(test, await OpenAsync(test));
    }

    private static Task<MonitoringDatabase> OpenAsync(TestDatabase test) => MonitoringDatabase.OpenAsync(
        new MonitoringDatabaseOptions { DataDirectory = "unused", Connection = test.ConnectionString }, NullLoggerFactory.Instance, TimeProvider.System, default);

    private int _urns = 123456;

    public async Task<Guid> AddSchoolAsync(string name = "Example Academy") =>
        (await Schools.AddAsync(name, (_urns++).ToString(System.Globalization.CultureInfo.InvariantCulture), Tester, default)).SchoolId;

    /// <summary>With a key of which nobody is told.</summary>
    public async Task<IssuedStaff> AddStaffAsync(Guid school, string name, params string[] roles)
    {
        var issued = await Staff.AddAsync(school, new NewStaff(name, $"{name}@school.example", roles, [name]), Tester, default);
        var key = AccessKey.Create(AccessKey.StaffPrefix);
        await Test.RunAsync($"INSERT INTO onlinesafety.staff_key (school_id, staff_id, key_hash) VALUES ('{school}', '{issued.Staff.StaffId}', '\\x{Convert.ToHexString(AccessKey.Hash(key))}')");
        return issued with { Key = key };
    }

    /// <summary>An alert as Processing left it before anything was sealed.</summary>
    public async Task<Guid> AddAlertAsync(
        Guid school, int number, string route = "dsl", short severity = 3, string theme = "self_harm", Guid? subjectStaff = null, string reasons = "[]")
    {
        var id = Guid.NewGuid();
        await using var source = NpgsqlDataSource.Create(test.ConnectionString);
        await using var command = source.CreateCommand(
            """
            INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key,
                subject_role, subject_staff, source_ids, vendors, event_count, reasons, rules, first_received_at, last_received_at, raised_at)
            VALUES ($1, $2, $3, $4, 1, $5, $5, ARRAY[$5], false, 0, $6, 'user:pupil1', 1, $7, '{}', '{protex}', 1, convert_to($8, 'UTF8'),
                    ARRAY(SELECT DISTINCT reason ->> 'rule' FROM jsonb_array_elements($8::jsonb) AS reason), now(), now(), now())
            """);
        command.Parameters.AddWithValue(school);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(number);
        command.Parameters.AddWithValue(severity);
        command.Parameters.AddWithValue(theme);
        command.Parameters.AddWithValue(route);
        command.Parameters.Add(new NpgsqlParameter { Value = (object?)subjectStaff ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.AddWithValue(reasons);
        await command.ExecuteNonQueryAsync();
        await test.RunAsync($"UPDATE onlinesafety.school SET stored_plain = true WHERE school_id = '{school}'");
        return id;
    }

    /// <summary>The ledger row of a mail that left.</summary>
    public Task AddNotificationAsync(Guid school, Guid alert, Guid staff) => test.RunAsync(
        "INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, state, due_at, created_at) "
        + $"VALUES ('{school}', gen_random_uuid(), 'alert', 'raised', '{alert}', '{staff}', 'email', 'sent', now(), now())");

    public async Task AddEventAsync(Guid school, Guid alert, string detail, string theme = "self_harm")
    {
        await using var source = NpgsqlDataSource.Create(test.ConnectionString);
        await using var command = source.CreateCommand(
            """
            INSERT INTO onlinesafety.event (school_id, stream_id, seq, part, source_id, alert_id, received_at, occurred_at, recorded_at, kind, action, risk, severity,
                theme, parent_theme, audience, route, subject_role, vendor, detail)
            VALUES ($1, $2, 1, 0, $2, $3, now(), now(), now(), 1, 1, 1, 3, $4, $4, 0, 'dsl', 1, 'protex', convert_to($5, 'UTF8'))
            """);
        command.Parameters.AddWithValue(school);
        command.Parameters.AddWithValue(Guid.NewGuid());
        command.Parameters.AddWithValue(alert);
        command.Parameters.AddWithValue(theme);
        command.Parameters.AddWithValue(detail);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Access records as "kind name action object", oldest first.</summary>
    public async Task<IReadOnlyList<string>> AccessRecordsAsync(string actions)
    {
        await using var source = NpgsqlDataSource.Create(test.ConnectionString);
        await using var command = source.CreateCommand(
            "SELECT actor_kind || ' ' || actor_name || ' ' || action || ' ' || object FROM onlinesafety.access_record WHERE action LIKE $1 ORDER BY school_id, seq");
        command.Parameters.AddWithValue(actions);
        await using var rows = await command.ExecuteReaderAsync();
        var records = new List<string>();
        while (await rows.ReadAsync())
        {
            records.Add(rows.GetString(0));
        }

        return records;
    }

    /// <summary>The first value of a query that reads what a service sealed with the key in its data directory.</summary>
    public async Task<object?> OpenedAsync(string data, string sql)
    {
        var seals = new SchoolSeals(opened[DatabaseRole.Process], MasterKey.Read(Path.Combine(data, MasterKey.FileName)), TimeProvider.System);
        var rows = await OpenedCopy.QueryAsync(test.ConnectionString, async school => await seals.OfAsync(school, default), sql);
        return rows.Count > 0 ? rows[0][0] : null;
    }

    /// <summary>A data directory with the key of <see cref="Seals"/>, for commands.</summary>
    public static string DataWithKey(string name)
    {
        var data = Directory.CreateTempSubdirectory(name).FullName;
        MasterKey.Of(new byte[MasterKey.Length]).Write(Path.Combine(data, MasterKey.FileName));
        return data;
    }

    public async ValueTask DisposeAsync()
    {
        await opened.DisposeAsync();
        await test.DisposeAsync();
    }
}
