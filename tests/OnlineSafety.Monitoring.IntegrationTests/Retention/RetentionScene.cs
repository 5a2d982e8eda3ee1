using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.IntegrationTests.Processing;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Retention;

/// <summary>A school with records, alerts and people, and a database clock that is moved.</summary>
public abstract class RetentionScene(PostgresFixture postgres) : ProcessingScene(postgres), IAsyncLifetime
{
    private protected const string Grave = "painless ways to kill myself";

    private protected static readonly Actor Officer = Actor.Operator("officer");

    private readonly List<NpgsqlDataSource> _sources = [];
    private ShiftedClock? _shift;
    private TimeSpan _by;

    private protected Guid School => Protex.School;

    /// <summary>The database under the moved clock.</summary>
    private protected Database Retention => Moved(DatabaseRole.Retention);

    private protected Database Moved(DatabaseRole role)
    {
        var connection = RoleConnections.LoggingInAs(Installation.Store.ConnectionStringFor(DatabaseRoles.NameOf(role)), role);
        var builder = new NpgsqlConnectionStringBuilder(connection) { IncludeErrorDetail = true, Pooling = false };
        if (_shift is not null)
        {
            builder.SearchPath = ShiftedClock.SearchPath;
        }

        _sources.Add(NpgsqlDataSource.Create(builder.ConnectionString));
        return new Database(_sources[^1], role);
    }

    private protected async Task MoveClockAsync(double days)
    {
        _by += TimeSpan.FromDays(days);
        if (_shift is null)
        {
            _shift = new ShiftedClock(Installation.Store);
            await _shift.InstallAsync(DateTimeOffset.UtcNow + _by);
        }
        else
        {
            await _shift.SetAsync(DateTimeOffset.UtcNow + _by);
        }
    }

    private protected RetentionDesk Desk() => new(Retention, new ManualTimeProvider(DateTimeOffset.UtcNow + _by));

    private protected Task<RetentionReport> RetainAsync(bool confirmed = true, bool dryRun = false, int batch = 500, Action<long, long>? progress = null) =>
        Desk().RunAsync(School, Officer, new RetentionRequest(dryRun, confirmed) { Batch = batch, Progress = progress }, CancellationToken.None);

    private protected ErasureDesk Eraser() => new(Retention, TimeProvider.System) { Settles = TimeSpan.Zero };

    private protected ContextKeeper Keeper()
    {
        var database = Installation[DatabaseRole.Process];
        var people = new PeopleDirectory(database, TimeProvider.System);
        var contexts = new StreamContexts(
            database, people, new SchoolRuleDirectory(database, TimeProvider.System), Repository.Rules, TimeProvider.System, NullLogger<StreamContexts>.Instance);
        return new ContextKeeper(database, Installation.Master, contexts, Repository.Rules, NullLogger<ContextKeeper>.Instance);
    }

    private protected Task ResolveAsync(string user, string outcome, string note = "looked into") => Installation.Store.RunAsync($"""
        UPDATE onlinesafety.alert SET state = 'resolved', outcome = '{outcome}', resolved_at = now(), resolved_by = 'd.lead', note = '{note}', acted_at = now()
        WHERE subject_key = 'user:{user}'
        """);

    private protected Task AddPersonAsync(string account, DateOnly? born = null, params string[] aliases) => Installation.Store.RunAsync($"""
        WITH made AS (
            INSERT INTO onlinesafety.person (school_id, person_id, account, role, date_of_birth)
            VALUES ('{School}', gen_random_uuid(), '{account}', 1, {(born is { } day ? $"'{day:yyyy-MM-dd}'" : "NULL")}) RETURNING person_id)
        INSERT INTO onlinesafety.person_alias (school_id, alias, person_id) SELECT '{School}', a, person_id FROM made, unnest(ARRAY[{string.Join(", ", aliases.Select(a => $"'{a}'"))}]::text[]) a
        """);

    private protected async Task<long> CountAsync(string table, string where = "true") =>
        (long)(await Installation.Store.RunAsync($"SELECT count(*) FROM onlinesafety.{table} WHERE {where}"))!;

    private protected async Task<AuditReport> AuditAsync(params AuditAnchor[] anchors) =>
        await new AuditVerifier(Installation[DatabaseRole.Audit]).VerifyAsync(School, anchors, progress: null, CancellationToken.None);

    private protected async Task<AuditAnchor> AnchorAsync()
    {
        await using var session = await Installation[DatabaseRole.Audit].OpenAsync(School, Officer, CancellationToken.None);
        return (await AuditHeads.ReadAsync(session, School, CancellationToken.None))!.Anchor;
    }

    /// <summary>Everything that the database holds, as pg_dump writes it.</summary>
    private protected async Task<string> DumpAsync()
    {
        var connection = new NpgsqlConnectionStringBuilder(Installation.Store.ConnectionString);
        var start = new ProcessStartInfo("/usr/lib/postgresql/15/bin/pg_dump")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8,
            ArgumentList =
            {
                "--data-only", "--inserts", "-h", connection.Host!, "-p", connection.Port.ToString(CultureInfo.InvariantCulture), "-U", connection.Username!, connection.Database!,
            },
        };
        using var dump = Process.Start(start)!;
        var text = await dump.StandardOutput.ReadToEndAsync();
        await dump.WaitForExitAsync();
        return dump.ExitCode == 0 ? Opened(text) : throw new InvalidOperationException(await dump.StandardError.ReadToEndAsync());
    }

    // bytea is written as hexadecimal: what is in it would be found by no search for words.
    private static string Opened(string dump) => System.Text.RegularExpressions.Regex.Replace(
        dump, @"\\x(?<hex>[0-9a-f]+)", match => Encoding.UTF8.GetString(Convert.FromHexString(match.Groups["hex"].Value)), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(30));

    public new async Task DisposeAsync()
    {
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }

        await base.DisposeAsync();
    }
}
