using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Reading;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.IntegrationTests.Processing;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Access.Crossings;

/// <summary>
/// What reads the kept log for somebody, where in every school a child of the same name searched for something of that school alone: the hour around an alert, and
/// what other rules would have made of it. The process role and set-up have a pool of their own here, as small as the console's.
/// </summary>
internal sealed class LogRequests : IAsyncDisposable
{
    /// <summary>Of the child, and of another one of the same school.</summary>
    public const int RecordsOfTheChild = 2;

    public const int Records = 3;

    private readonly List<NpgsqlDataSource> _pools = [];
    private readonly Database _process;
    private readonly LogHourReader _hours;
    private readonly WhatIfDesk _desk;
    private readonly JobDesk _jobs;
    private readonly JobRunner _runner;
    private readonly TestInstallation _installation;

    public LogRequests(TestInstallation installation, int connections, ThemeGuide guide)
    {
        _installation = installation;
        _process = Pool(DatabaseRole.Process, connections);
        var setup = Pool(DatabaseRole.Setup, connections);
        var contexts = new StreamContexts(
            _process, new PeopleDirectory(_process, installation.Seals, TimeProvider.System), new SchoolRuleDirectory(_process, TimeProvider.System), installation.Seals, Repository.Rules, TimeProvider.System,
            NullLogger<StreamContexts>.Instance);
        _hours = new LogHourReader(_process, installation.Master, installation.Seals, contexts, Repository.Rules, guide, TimeProvider.System, NullLogger<LogHourReader>.Instance);
        _desk = new WhatIfDesk(setup, installation.Seals, TimeProvider.System);
        _jobs = new JobDesk(setup, TimeProvider.System);
        var job = new WhatIfJob(_process, installation.Master, contexts, Repository.Rules, NullLogger<WhatIfJob>.Instance);
        _runner = new JobRunner(new JobLedger(_process), [job], TimeProvider.System, NullLogger<JobRunner>.Instance);
    }

    /// <summary>Three records of each school, in a log of its own source.</summary>
    public async Task FillAsync(IEnumerable<(Guid School, string Mark)> schools)
    {
        await using var log = new PostgresIntakeLog(
            _installation[DatabaseRole.Ingest], _installation.Master, new IntakeSignal(), Options.Create(new IntakeLogOptions()), TimeProvider.System, NullLogger<PostgresIntakeLog>.Instance);
        await log.StartAsync(default);
        foreach (var (school, mark) in schools)
        {
            var source = await _installation.AddSourceAsync("protex", school);
            var lines = new[] { ProcessingScene.Search("pupil1", mark), ProcessingScene.Search("pupil2", mark), ProcessingScene.Search("pupil1", mark) };
            var batch = new OnlineSafety.Monitoring.Events.RecordBatch();
            foreach (var line in lines)
            {
                batch.Add(Some.Syslog, DateTimeOffset.UtcNow, OnlineSafety.Monitoring.Events.RecordFlags.None, System.Text.Encoding.UTF8.GetBytes(line));
            }

            await log.AppendAsync(source, batch, delivery: null, default);
        }

        // As if it had been processed: what was not is read for nobody. What is recorded already is of that source too.
        await _installation.Store.RunAsync("""
            INSERT INTO onlinesafety.checkpoint (school_id, stream_id, source_id, day, next_seq) SELECT school_id, stream_id, source_id, day, last_seq + 1 FROM onlinesafety.intake_stream
            """);
        await _installation.Store.RunAsync("UPDATE onlinesafety.event e SET source_id = s.source_id FROM onlinesafety.source s WHERE s.school_id = e.school_id");
    }

    public Task<LogHour> HourAsync(SignedInStaff who, AlertDetailView alert, CancellationToken cancellationToken) =>
        _hours.ReadAsync(who, alert, "asked by the head", DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddMinutes(1), device: false, cancellationToken);

    /// <summary>Asks, and works on whatever is due until the own question is answered, as several processes would.</summary>
    public async Task<(Guid Job, WhatIfReport Report)> WhatIfAsync(SignedInStaff who, CancellationToken cancellationToken)
    {
        var now = DateTimeOffset.UtcNow;
        var id = await _desk.AskAsync(
            new SourceKey(who.School, Guid.Empty), new WhatIfRequest(null, 10, Whole: false, []), now.AddHours(-2), now.AddMinutes(1), "a review", who.Actor, cancellationToken);
        for (var tries = 0; ; tries++)
        {
            var job = await _jobs.FindAsync(who.School, id, who.Actor, cancellationToken);
            if (!job.IsOpen)
            {
                Assert.True(job.State == JobState.Done, $"{job.State}: {job.Error}");
                return (id, System.Text.Json.JsonSerializer.Deserialize<WhatIfReport>(job.Result!.Value, WhatIfReport.Json)!);
            }

            Assert.True(tries < 3000, $"Nobody answered: {job.State}");
            if (!await _runner.RunNextAsync(cancellationToken))
            {
                // Somebody else works on it.
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    public async Task<bool> SeesAsync(SignedInStaff who, Guid job, CancellationToken cancellationToken)
    {
        try
        {
            await _jobs.FindAsync(who.School, job, who.Actor, cancellationToken);
            return true;
        }
        catch (SetupException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _hours.Dispose();
        foreach (var pool in _pools)
        {
            await pool.DisposeAsync();
        }
    }

    private Database Pool(DatabaseRole role, int connections)
    {
        var connection = RoleConnections.LoggingInAs(_installation.Store.ConnectionStringFor(DatabaseRoles.NameOf(role)), role);
        _pools.Add(NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connection) { MaxPoolSize = connections, Timeout = 60 }.ConnectionString));
        return new Database(_pools[^1], role);
    }
}
