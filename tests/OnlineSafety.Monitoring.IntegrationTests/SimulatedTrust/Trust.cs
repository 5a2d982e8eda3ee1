using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Escalation;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.SimulatedTrust;

/// <summary>What is found at a school.</summary>
/// <param name="Subject">The member of staff whom it is about.</param>
internal sealed record Finding(TrustSchool School, DateTimeOffset At, Severity Severity, string Theme, Audience Audience, string Route, TrustMember? Subject);

/// <summary>
/// Twenty schools in one installation whose clock, that of the database and that of the service, is moved by hand. Everything from the alert on is as it
/// ships: policy, ledger, dispatcher, SMTP, people's steps under row-level security, escalation, digests.
/// </summary>
internal sealed class Trust : IAsyncDisposable
{
    private readonly ShiftedClock _shift;
    private readonly Database _process;
    private readonly Dispatcher _dispatcher;
    private readonly EscalationPass _escalation;
    private readonly DigestService _digests;

    private Trust(NotifyWorld world, ShiftedClock shift, ManualTimeProvider clock, IReadOnlyList<TrustSchool> schools)
    {
        (World, _shift, Clock, Schools) = (world, shift, clock, schools);
        world.SearchPath = ShiftedClock.SearchPath;
        _process = world.Open(DatabaseRole.Process).Database;
        var channels = new ChannelOptions();
        channels.Commands["sms"] = ["/bin/cat"];
        _dispatcher = world.Process(time: clock, channels: channels).Dispatcher;
        _escalation = world.Escalation(clock);
        _digests = new DigestService(world.Open().Database, world.Maker(), world.Policies, clock, NullLogger<DigestService>.Instance);
        Queue = world.Queue();
    }

    public NotifyWorld World { get; }

    public ManualTimeProvider Clock { get; }

    public IReadOnlyList<TrustSchool> Schools { get; }

    public AlertQueue Queue { get; }

    public static async Task<Trust> OpenAsync(PostgresServer server, DateTimeOffset start, int seed)
    {
        var world = await NotifyWorld.CreateAsync(server);
        await world.Database.RunAsync("DELETE FROM onlinesafety.staff; DELETE FROM onlinesafety.school WHERE kind = 'school'");
        var shift = new ShiftedClock(world.Database);
        await shift.InstallAsync(start);
        var random = new Random(seed);
        var schools = Enumerable.Range(1, TrustSchool.Count).Select(number => TrustSchool.Make(number, random)).ToList();
        var trust = new Trust(world, shift, new ManualTimeProvider(start), schools);
        foreach (var school in schools)
        {
            await trust.AddAsync(school, start);
        }

        world.Smtp.Recipient = to => schools.Exists(school => school.RefusesMail && school.Staff.Any(member => member.Is("dsl") && member.Email == to))
            ? new SmtpFault.Answer(550, "5.2.2 Mailbox full")
            : null;
        return trust;
    }

    public async Task MoveToAsync(DateTimeOffset moment)
    {
        Clock.AdvanceTo(moment);
        await _shift.SetAsync(moment);
    }

    /// <summary>What the service does in a while: tells, escalates, makes digests, and tells of these.</summary>
    public async Task WorkAsync()
    {
        await _escalation.RunAsync(default);
        await _digests.MakeDueAsync(default);
        while (await _dispatcher.DispatchOnceAsync(default) > 0)
        {
        }
    }

    /// <summary>The alert and its ledger rows, as the transaction that raises it writes them.</summary>
    public async Task RaiseAsync(Finding found)
    {
        var alert = Guid.NewGuid();
        await using var session = await _process.OpenAsync(found.School.Id, Actor.Service("process"), default);
        var inForce = await World.Policies.OfAsync(session, found.School.Id, default);
        var facts = new AlertFacts(found.Route, found.Audience, found.Subject?.Id, found.Severity, [found.Theme], [])
        {
            SubjectRole = found.Subject is null ? PersonRole.Pupil : PersonRole.Staff,
            OutOfHours = !inForce.Calendar.IsOpen(Clock.GetUtcNow()),
        };
        var told = Recipients.For(facts, [.. found.School.Staff.Select(member => member.Told)], inForce.Policy);
        PlannedNotification[] rows = told.Count == 0
            ? [new PlannedNotification(Guid.NewGuid(), NotifyCause.Raised, alert, Staff: null)]
            : [.. told.Select(member => new PlannedNotification(Guid.NewGuid(), NotifyCause.Raised, alert, member))];
        await World.Database.RunAsync(string.Create(CultureInfo.InvariantCulture, $"""
            INSERT INTO onlinesafety.alert (school_id, alert_id, number, severity, risk, theme, parent_theme, themes, needs_review, audience, route, subject_key,
                subject_role, subject_staff, source_ids, vendors, event_count, reasons, instructions, first_received_at, last_received_at, raised_at)
            SELECT '{found.School.Id}', '{alert}', 1 + count(*), {(int)found.Severity}, 3, '{found.Theme}', '{found.Theme}', ARRAY['{found.Theme}'], false, {(int)found.Audience}, '{found.Route}',
                'user:secretperson', {(int)facts.SubjectRole}, {(found.Subject is null ? "NULL" : $"'{found.Subject.Id}'")}, '{"{}"}', '{"{}"}', 1, 'secret search words', '',
                {ShiftedClock.Schema}.now(), {ShiftedClock.Schema}.now(), {ShiftedClock.Schema}.now()
            FROM onlinesafety.alert WHERE school_id = '{found.School.Id}'
            """));
        await using var batch = session.Batch();
        batch.BatchCommands.Add(AlertSql.NotifyCommand(found.School.Id, rows, Clock.GetUtcNow()));
        await batch.ExecuteNonQueryAsync();
        await session.CommitAsync(default);
    }

    public async Task<List<T>> RowsAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var source = NpgsqlDataSource.Create(World.Database.ConnectionString);
        await using var command = source.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        _digests.Dispose();
        await World.DisposeAsync();
    }

    private async Task AddAsync(TrustSchool school, DateTimeOffset start)
    {
        await World.AddSchoolAsync(school.Id, school.Name);
        await World.Database.RunAsync($"UPDATE onlinesafety.school SET created_at = {ShiftedClock.Schema}.now() - interval '30 days', digest_at = '07:{30 + school.Number}' WHERE school_id = '{school.Id}'");
        foreach (var member in school.Staff)
        {
            await World.AddStaffAsync(school.Id, member.Id, member.Email, [.. member.Roles]);
        }

        if (school.Policy is { } policy)
        {
            var named = $$"""{"{{school.Staff.Single(member => member.Name == "trust").Email}}": "{{school.Staff.Single(member => member.Name == "trust").Id}}"}""";
            Assert.NotNull(PolicyFile.TryReadStored(policy, named));
            await World.Database.RunAsync($"""
                INSERT INTO onlinesafety.school_policy (school_id, policy, named, set_at, set_by, revision)
                VALUES ('{school.Id}', '{policy}', '{named}', '{start:yyyy-MM-dd}', 'the trust', 1)
                """);
        }

        if (school.HasGateway)
        {
            await new ChannelRegister(World.Open(DatabaseRole.Setup).Database, Clock)
                .AddAsync(school.Id, ChannelKind.Exec, "SMS", "sms", Severity.Critical, NotifyWorld.Master, Actor.Operator("the trust"), default);
        }
    }
}
