using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.Sources.Health;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.TestKit;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Crossings;

/// <summary>
/// Many schools with the same numbers and names behind four connections: requests that succeed, fail and are broken off take turns on them, and none ever
/// gets a row of another school than its own. <c>ONLINESAFETY_TEST_REQUESTS=100000</c> is the run in full.
/// </summary>
public sealed class MixedRequestsTests(PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const int Schools = 50;
    private const int AlertsEach = MixedSchool.AlertsEach;
    private const int Connections = 4;
    private const int AtOnce = 12;

    // In a hundred readings of the hour around: patience may end on a busy machine, and says so.
    private const int MostCut = 4;
    private const string FullRun = "ONLINESAFETY_TEST_REQUESTS";

    private static readonly int Requests = int.Parse(Environment.GetEnvironmentVariable(FullRun) ?? "4000", CultureInfo.InvariantCulture);

    private readonly ConcurrentBag<string> _crossings = [];
    private readonly ConcurrentDictionary<string, int> _done = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, int> _recorded = new();
    private readonly ConcurrentDictionary<string, TimeSpan> _took = new(StringComparer.Ordinal);
    private int _cut;

    private TestInstallation _installation = null!;
    private NpgsqlDataSource _pool = null!;
    private Database _console = null!;
    private AlertQueue _queue = null!;
    private StaffKeys _keys = null!;
    private Sessions _sessions = null!;
    private LogRequests _log = null!;
    private MixedSchool[] _schools = [];

    public async Task InitializeAsync()
    {
        _installation = await TestInstallation.CreateAsync(postgres.Server);
        var connection = RoleConnections.LoggingInAs(_installation.Store.ConnectionStringFor("onlinesafety_console"), DatabaseRole.Console);
        _pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = Connections, Timeout = 60 }.ConnectionString);
        _console = new Database(_pool, DatabaseRole.Console);
        var guide = ThemeGuide.Read("""{"taxonomy":"t","version":"1","themes":[]}"""u8.ToArray());
        _queue = new AlertQueue(_console, guide, new PolicyDirectory(BankHolidays.None, NullLogger.Instance), _installation.Seals);
        _keys = new StaffKeys(_console);
        _sessions = new Sessions(_console, Options.Create(new SignInOptions()), TimeProvider.System);
        _schools = [.. Enumerable.Range(0, Schools).Select(_ => new MixedSchool(Guid.NewGuid(), Guid.NewGuid(), AccessKey.Create(AccessKey.StaffPrefix)))];
        await MixedSchool.FillAsync(_installation.Store, _schools);
        _log = new LogRequests(_installation, Connections, guide);
        await _log.FillAsync(_schools.Select(school => (school.Id, school.Mark)));
    }

    public async Task DisposeAsync()
    {
        await _log.DisposeAsync();
        await _console.DisposeAsync();
        await _installation.DisposeAsync();
    }

    [Fact]
    public async Task NoRequestEverGetsARowOfAnotherSchool()
    {
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (request, _) => await RequestAsync(new Random(request)));

        foreach (var (kind, times) in _done.OrderByDescending(done => _took.GetValueOrDefault(done.Key)))
        {
            output.WriteLine($"{times,7} {kind}, {_took.GetValueOrDefault(kind).TotalMilliseconds / times:0.0} ms each");
        }

        output.WriteLine($"{_cut,7} of them an hour around that was cut");
        Assert.Empty(_crossings);
        // Every kind was tried, or its silence would say nothing.
        Assert.Equal(Kinds.Select(k => k.Name).Order(StringComparer.Ordinal), _done.Keys.Order(StringComparer.Ordinal));
        var opened = (long)(await _installation.Store.RunAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'onlinesafety_console'"))!;
        Assert.InRange(opened, 1, Connections);
        var report = await new AuditVerifier(_installation[DatabaseRole.Audit]).VerifyAsync(school: null, [], progress: null, default);
        Assert.True(report.Clean, string.Join('\n', report.Breaks));
        // Of a look that was broken off while it was recorded nobody knows which it was.
        Assert.InRange(report.Entries, _recorded.Values.Sum(), _recorded.Values.Sum() + _done["broken off"] + _cut);
        Assert.InRange(_cut, 0, Math.Max(1, _done["hour around"] * MostCut / 100));
    }

    [Fact]
    public async Task AScopeThatOutlivesItsTransactionWouldBeSeen()
    {
        // The control: what this test looks for, done on purpose to the connections of the pool. Rows come back to whoever is on that school's staff list.
        for (var i = 0; i < Connections; i++)
        {
            await using var connection = await _pool.OpenConnectionAsync();
            await using var leak = new NpgsqlCommand($"SELECT set_config('app.school', '{_schools[0].Id}', false), set_config('app.staff', '{_schools[0].Staff}', false), set_config('app.routes', 'dsl', false)", connection);
            await leak.ExecuteNonQueryAsync();
        }

        await WithoutAScopeAsync(_schools[0]);
        Assert.NotEmpty(_crossings);
    }

    private (string Name, Func<MixedSchool, MixedSchool, Random, Task> Run)[] Kinds =>
    [
        ("list", (own, _, _) => ListAsync(own)),
        ("show", (own, other, random) => ShowAsync(own, other, random)),
        ("act", (own, other, random) => ActAsync(own, other, random)),
        ("key", (own, _, _) => KeyAsync(own)),
        ("session", (own, _, _) => SessionAsync(own)),
        ("count", (own, _, _) => CountAsync(own)),
        ("enter", (own, _, _) => EnterAsync(own)),
        ("without a scope", (own, _, _) => WithoutAScopeAsync(own)),
        ("one trip", (own, _, _) => OneTripAsync(own)),
        ("write elsewhere", (own, other, _) => WriteElsewhereAsync(own, other)),
        ("failed", (own, _, random) => FailAsync(own, random)),
        ("broken off", (own, _, random) => BreakOffAsync(own, random)),
        ("hour around", (own, _, random) => HourAsync(own, random)),
        ("what if", (own, other, _) => WhatIfAsync(own, other)),
    ];

    private async Task RequestAsync(Random random)
    {
        var (own, other) = (_schools[random.Next(Schools)], _schools[random.Next(Schools)]);
        var weight = random.Next(1000);
        // What is cheap is asked most.
        var kind = Kinds[weight < 5 ? 13 : weight < 25 ? 12 : weight < 140 ? weight % 4 : 4 + (weight % 8)];
        var began = Stopwatch.GetTimestamp();
        await kind.Run(own, other == own ? _schools[(Array.IndexOf(_schools, own) + 1) % Schools] : other, random);
        var took = Stopwatch.GetElapsedTime(began);
        _took.AddOrUpdate(kind.Name, took, (_, sum) => sum + took);
        _done.AddOrUpdate(kind.Name, 1, (_, n) => n + 1);
    }

    private async Task ListAsync(MixedSchool own)
    {
        var alerts = await _queue.ListAsync(own.Id, own.Reader, [], 100, default);
        Recorded(own);
        Expect(alerts.Count == AlertsEach && alerts.All(a => a.School == own.Id && a.Theme == own.Mark), $"list of {alerts.Count}");
    }

    private async Task ShowAsync(MixedSchool own, MixedSchool other, Random random)
    {
        var alert = await _queue.ShowAsync(own.Id, own.Reader, new AlertReference(null, 1 + random.Next(AlertsEach)), default);
        Recorded(own);
        Expect(alert is not null && alert.School == own.Id && alert.Theme == own.Mark && alert.Events.Count == 1 && alert.Events[0].Theme == own.Mark, "show by number");
        Expect(await _queue.ShowAsync(own.Id, own.Reader, new AlertReference(other.Alert(1), 0), default) is null, "show by another's id");
    }

    private async Task ActAsync(MixedSchool own, MixedSchool other, Random random)
    {
        Expect((await _queue.StepAsync(own.Id, own.Reader, new AlertReference(other.Alert(1), 0), new AlertMove.Acknowledge(), default)).Alert is null, "act by another's id");
        var step = await _queue.StepAsync(own.Id, own.Reader, new AlertReference(null, 1 + random.Next(AlertsEach)), new AlertMove.Acknowledge(), default);
        Recorded(own);
        Expect(step.Alert?.School == own.Id, "act");
    }

    // The log of a school is opened for one of its staff, and of that one person.
    private async Task HourAsync(MixedSchool own, Random random)
    {
        var alert = await _queue.ShowAsync(own.Id, own.Reader, new AlertReference(null, 1 + random.Next(AlertsEach)), default);
        Recorded(own);
        var broken = random.Next(10) == 0;
        using var patience = broken ? new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(6))) : new CancellationTokenSource();
        try
        {
            var hour = await _log.HourAsync(own.Who, alert!, patience.Token);
            Expect(hour.Events.All(e => e.SearchQuery == own.Mark), "hour around of whom");
            // The reader's own patience ended, and it says so: a part, or nothing and then perhaps without a record.
            if (hour.Sight == LogSight.Cut)
            {
                Expect(hour.Events.Count <= LogRequests.RecordsOfTheChild, $"hour around that was cut of {hour.Events.Count}");
                Interlocked.Increment(ref _cut);
                return;
            }

            Recorded(own);
            Expect(hour.Records == LogRequests.Records && hour.Events.Count == LogRequests.RecordsOfTheChild, $"hour around of {hour.Events.Count} in {hour.Records}");
        }
        catch (OperationCanceledException) when (broken)
        {
            // Of its record nobody knows whether it was made.
            _done.AddOrUpdate("broken off", 1, (_, n) => n + 1);
        }
    }

    private async Task WhatIfAsync(MixedSchool own, MixedSchool other)
    {
        var (job, report) = await _log.WhatIfAsync(own.Who, default);
        Recorded(own);
        Expect(report.Saw.Log.Records == LogRequests.Records, $"what if of {report.Saw.Log.Records} records");
        Expect(report.ByTheme.All(line => !line.Name.StartsWith("of ", StringComparison.Ordinal) || line.Name == own.Mark), "what if of whom");
        Expect(!await _log.SeesAsync(other.Who, job, default), "what if of another");
    }

    private async Task KeyAsync(MixedSchool own) => Expect((await _keys.FindAsync(own.Key, default))?.School == own.Id, "key");

    // One account has places in all schools: each of its sessions stands in one.
    private async Task SessionAsync(MixedSchool own)
    {
        var found = await _sessions.FindAsync(own.Token, use: true, default);
        Expect(found?.Staff?.School == own.Id && found.Staff.Actor.Staff == own.Staff, "session");
    }

    private async Task CountAsync(MixedSchool own)
    {
        await using var session = await _console.OpenAsync(own.Id, own.Reader, default);
        await ExpectOwnAsync(session, own, "count");
        if (own.Id.ToByteArray()[0] % 2 == 0)
        {
            await session.CommitAsync(default);
        }
    }

    private async Task EnterAsync(MixedSchool own)
    {
        await using var session = await _console.OpenAcrossAsync(own.Reader, default);
        Expect(await RowsAsync(session) is (0, 0), "before entering");
        await session.EnterAsync(own.Id, default);
        await ExpectOwnAsync(session, own, "after entering");
    }

    private async Task WithoutAScopeAsync(MixedSchool own)
    {
        await using var session = await _console.OpenUnstatedAsync(own.Reader, default);
        Expect(await RowsAsync(session) is (0, 0), "without a scope");
    }

    private async Task OneTripAsync(MixedSchool own)
    {
        var themes = await _console.QueryAsync(
            own.Id, own.Reader, batch => batch.BatchCommands.Add(new NpgsqlBatchCommand("SELECT theme FROM alert UNION ALL SELECT theme FROM event")),
            async (rows, cancellationToken) =>
            {
                var found = new List<string>();
                while (await rows.ReadAsync(cancellationToken))
                {
                    found.Add(rows.GetString(0));
                }

                return found;
            },
            default);
        Expect(themes.Count == 2 * AlertsEach && themes.TrueForAll(theme => theme == own.Mark), "one trip");
    }

    private async Task WriteElsewhereAsync(MixedSchool own, MixedSchool other)
    {
        await using var session = await _console.OpenAsync(own.Id, own.Reader, default);
        await using var command = session.Command($"UPDATE alert SET note = note WHERE school_id = '{other.Id}'");
        Expect(await command.ExecuteNonQueryAsync() == 0, "write elsewhere");
    }

    private async Task FailAsync(MixedSchool own, Random random)
    {
        string[] wrong = ["SELECT 1 / 0", "SELECT 1 FROM evidence", "UPDATE alert SET state = 'none'", "SELECT no such"];
        var sql = wrong[random.Next(wrong.Length)];
        try
        {
            if (random.Next(2) == 0)
            {
                await _console.ExecuteAsync(own.Id, own.Reader, batch => batch.BatchCommands.Add(new NpgsqlBatchCommand(sql)), default);
            }
            else
            {
                await using var session = await _console.OpenAsync(own.Id, own.Reader, default);
                await using var command = session.Command(sql);
                await command.ExecuteNonQueryAsync();
            }

            Expect(false, $"did not fail: {sql}");
        }
        catch (PostgresException)
        {
            // As it should.
        }
    }

    private async Task BreakOffAsync(MixedSchool own, Random random)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(4)));
        try
        {
            if (random.Next(8) == 0)
            {
                await _queue.ListAsync(own.Id, own.Reader, [], 100, patience.Token);
                Recorded(own);
                return;
            }

            await using var session = await _console.OpenAsync(own.Id, own.Reader, patience.Token);
            await using var command = session.Command("SELECT pg_sleep(0.003), theme FROM alert");
            await using var rows = await command.ExecuteReaderAsync(patience.Token);
            while (await rows.ReadAsync(patience.Token))
            {
                Expect(rows.GetString(1) == own.Mark, "broken off");
            }
        }
        catch (OperationCanceledException)
        {
            // As it should, mostly.
        }
    }

    private async Task ExpectOwnAsync(Session session, MixedSchool own, string what)
    {
        var (rows, _) = await RowsAsync(session);
        Expect(rows == 2 * AlertsEach, what);
        await using var command = session.Command($"SELECT count(*) FROM (SELECT theme FROM alert UNION ALL SELECT theme FROM event) t WHERE theme = '{own.Mark}'");
        Expect(await command.ExecuteScalarAsync() is long marked && marked == 2 * AlertsEach, what + " of whom");
    }

    private static async Task<(long Rows, long Schools)> RowsAsync(Session session)
    {
        await using var command = session.Command("SELECT count(*), count(DISTINCT school_id) FROM (SELECT school_id FROM alert UNION ALL SELECT school_id FROM event) t");
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return (row.GetInt64(0), row.GetInt64(1));
    }

    private void Recorded(MixedSchool own) => _recorded.AddOrUpdate(own.Id, 1, (_, n) => n + 1);

    private void Expect(bool right, string what)
    {
        if (!right)
        {
            _crossings.Add(what);
        }
    }
}
