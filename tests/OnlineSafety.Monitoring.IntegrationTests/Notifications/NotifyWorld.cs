using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Alerts.Silences;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Storage;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>A migrated database with one school and its staff, a scripted mail server, and dispatchers as separate processes would have them.</summary>
internal sealed class NotifyWorld : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _made = [];

    private NotifyWorld(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public SmtpCapture Smtp { get; } = new();

    public Guid School { get; } = Guid.NewGuid();

    public Guid Dsl { get; } = Guid.NewGuid();

    public static MasterKey Master { get; } = MasterKey.Of(new byte[MasterKey.Length]);

    /// <summary>Of the connections that are opened from now on: a clock of the test's own stands in it.</summary>
    public string SearchPath { get; set; } = MonitoringContext.Schema;

    public NotificationSignals Signals { get; } = new();

    public static async Task<NotifyWorld> CreateAsync(PostgresServer server)
    {
        var world = new NotifyWorld(await server.CreateAsync("onlinesafety-notify", async (template, cancellationToken) =>
        {
            await DatabaseSetup.BootstrapAsync(template.ConnectionString, template.Name, cancellationToken);
            await DatabaseSetup.MigrateAsync(Scoped(template.ConnectionStringFor(DatabaseRoles.Owner)) + ";Pooling=false", cancellationToken);
        }));
        await world.AddSchoolAsync(world.School, "Oak School");
        await world.AddStaffAsync(world.Dsl, "dsl@school.example.test", "dsl");
        return world;
    }

    public Task AddSchoolAsync(Guid school, string name) => Database.RunAsync($"INSERT INTO onlinesafety.school (school_id, name) VALUES ('{school}', '{name}')");

    public Task AddStaffAsync(Guid staff, string email, params string[] roles) => AddStaffAsync(School, staff, email, roles);

    public Task AddStaffAsync(Guid school, Guid staff, string email, params string[] roles) => Database.RunAsync(
        $"INSERT INTO onlinesafety.staff (school_id, staff_id, name, email, roles) VALUES ('{school}', '{staff}', 'Someone', '{email}', '{{{string.Join(',', roles)}}}')");

    /// <summary>An alert with its ledger row, as the transaction that raised it writes them. Returns both ids.</summary>
    public async Task<(Guid Alert, Guid Notification)> RaiseAsync(Guid? to = null, string extra = "", string route = "dsl", Guid? subject = null, int severity = 3, string theme = "self_harm", int audience = 0)
    {
        var (alert, notification) = (Guid.NewGuid(), Guid.NewGuid());
        await Database.RunAsync($"""
            INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key,
                subject_role, subject_staff, source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at)
            SELECT '{School}', '{alert}', 1 + count(*), {severity}, 3, '{theme}', '{theme}', ARRAY['{theme}'], false, {audience}, '{route}', 'user:secretpupil',
                1, {(subject is null ? "NULL" : $"'{subject}'")}, '{"{}"}', '{"{}"}', 3, 'secret search words', '{extra}', now(), now(), now()
            FROM onlinesafety.alert WHERE school_id = '{School}';
            INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
            VALUES ('{School}', '{notification}', 'alert', 'raised', '{alert}', '{to ?? Dsl}', 'email', now(), now());
            """);
        return (alert, notification);
    }

    /// <summary>Alerts about nobody, as grave lines of an unread source raise them, with a row for each recipient; one in <paramref name="criticalEach"/> is critical.</summary>
    public Task RaiseManyAsync(int count, Guid[] to, int criticalEach = int.MaxValue, Guid? school = null) => Database.RunAsync($"""
        WITH made AS (
            INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key,
                subject_role, source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at)
            SELECT '{school ?? School}', gen_random_uuid(), last.number + n, CASE WHEN n % {criticalEach} = 0 THEN 4 ELSE 3 END, 3, 'self_harm', 'self_harm', '{"{self_harm}"}', true, 0,
                'dsl', 'user:secretpupil', 1, '{"{}"}', '{"{}"}', 1, 'secret search words', '', now(), now(), now()
            FROM generate_series(1, {count}) n,
                 (SELECT COALESCE(max(number), 0) AS number FROM onlinesafety.alert WHERE school_id = '{school ?? School}') last
            RETURNING school_id, alert_id)
        INSERT INTO onlinesafety.notification (school_id, notification_id, kind, cause, alert_id, staff_id, channel, due_at, created_at)
        SELECT school_id, gen_random_uuid(), 'alert', 'raised', alert_id, staff_id, 'email', now(), now()
        FROM made, unnest('{"{" + string.Join(',', to) + "}"}'::uuid[]) AS staff_id
        """);

    /// <summary>What waiting would do to the ledger's times.</summary>
    public Task PassAsync(TimeSpan time) => Database.RunAsync($"""
        UPDATE onlinesafety.notification
        SET due_at = due_at - '{time:c}'::interval, created_at = created_at - '{time:c}'::interval, sent_at = sent_at - '{time:c}'::interval,
            lease_until = lease_until - '{time:c}'::interval
        """);

    public MailOptions Mail => new() { RelayHost = "127.0.0.1", RelayPort = Smtp.Port, From = "safety@school.example.test", BaseUrl = "https://safety.example.test" };

    /// <summary>A database of the notify role with a pool of its own, as a process has it.</summary>
    public (Database Database, NpgsqlDataSource Source) Open(DatabaseRole role = DatabaseRole.Notify)
    {
        var source = NpgsqlDataSource.Create(Scoped(Database.ConnectionStringFor(DatabaseRoles.NameOf(role)), SearchPath));
        var database = new Database(source, role);
        _made.Add(database);
        return (database, source);
    }

    public (Dispatcher Dispatcher, Ledger Ledger, NpgsqlDataSource Source) Process(IMailTransport? transport = null, MailOptions? mail = null, TimeProvider? time = null, ChannelOptions? channels = null, TimeProvider? relays = null)
    {
        var (database, source) = Open();
        var options = Options.Create(mail ?? Mail);
        var ledger = new Ledger(database);
        var delivery = new MailDelivery(transport ?? new SmtpTransport(options), options, relays ?? TimeProvider.System);
        var themes = new ThemeCodes();
        var alone = new AlertBody(themes, options);
        INotificationBody[] bodies = [alone, new SourceNoticeBody(options), new MailboxBody(), new DigestBody(new DigestDocument(themes, CategoryWords.None, options))];
        var composer = new MailComposer(database, bodies, new ManyAlertsBody(alone, themes, options), Policies, options);
        var allowed = Options.Create(channels ?? new ChannelOptions());
        var sender = new ChannelSender(database, new ChannelTransport(new GuardedHttp(allowed), themes, allowed, options, TimeProvider.System), allowed, [Master], TimeProvider.System);
        return (new Dispatcher(ledger, composer, delivery, sender, options, time ?? TimeProvider.System, NullLogger<Dispatcher>.Instance), ledger, source);
    }

    public DigestMaker Maker() => new(Open().Database, Policies, Signals, NullLogger<DigestMaker>.Instance);

    public PolicyDirectory Policies { get; } = new(BankHolidays.None, NullLogger.Instance);

    /// <summary>Escalation as a process of its own has it.</summary>
    public EscalationPass Escalation(TimeProvider? time = null)
    {
        var database = Open().Database;
        return new EscalationPass(
            database, new EscalationDesk(database, Policies, Signals, NullLogger<EscalationDesk>.Instance), new ChannelWatch(database, Signals, NullLogger<ChannelWatch>.Instance), new SilenceKeeper(database, NullLogger<SilenceKeeper>.Instance),
            time ?? TimeProvider.System, NullLogger<EscalationPass>.Instance);
    }

    /// <summary>What is sealed of its schools.</summary>
    public SchoolSeals Seals => field ??= new SchoolSeals(Open(DatabaseRole.Process).Database, Master, TimeProvider.System);

    /// <summary>The queue as a console shows it.</summary>
    public AlertQueue Queue() => new(Open(DatabaseRole.Console).Database, ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray()), Policies, Seals);

    public static Actor Member(Guid staff, params string[] roles) => Actor.Member(staff, $"{roles[0]} {staff:N}"[..12], roles);

    public async Task<string> StateAsync(Guid notification) =>
        (string)(await Database.RunAsync($"SELECT state || ' ' || error FROM onlinesafety.notification WHERE notification_id = '{notification}'"))!;

    public Task MakeDueAsync() => Database.RunAsync("UPDATE onlinesafety.notification SET due_at = now() WHERE state = 'due'");

    /// <summary>What a minute and more of waiting would do to the leases of a dead worker.</summary>
    public Task RunOutLeasesAsync() => Database.RunAsync("UPDATE onlinesafety.notification SET lease_until = now() - interval '1 second' WHERE state = 'sending'");

    public static string MessageIdOf(CapturedMail mail) =>
        mail.Text.Split("\r\n").Single(l => l.StartsWith("Message-ID: ", StringComparison.Ordinal))["Message-ID: ".Length..];

    private static string Scoped(string connection, string path = MonitoringContext.Schema) => new NpgsqlConnectionStringBuilder(connection) { SearchPath = path }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        foreach (var made in _made)
        {
            await made.DisposeAsync();
        }

        await Smtp.DisposeAsync();
        await Database.DisposeAsync();
    }
}
