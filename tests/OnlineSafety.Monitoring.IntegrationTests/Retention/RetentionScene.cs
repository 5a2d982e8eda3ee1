using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntakeLog;
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

    /// <summary>Received now: what is erased is told from what comes later by the clock, and a record that happened a day after it was received is not believed.</summary>
    private protected new async Task AppendAsync(params string[] lines)
    {
        var batch = new RecordBatch();
        foreach (var line in lines)
        {
            batch.Add(Some.Syslog, DateTimeOffset.UtcNow, RecordFlags.None, Encoding.UTF8.GetBytes(line));
        }

        await Log.AppendAsync(Protex, batch, delivery: null, CancellationToken.None);
    }

    /// <summary>One record of a source that sends JSON, received now.</summary>
    private protected async Task AppendJsonAsync(SourceKey target, string json)
    {
        var batch = new RecordBatch();
        batch.Add(Some.Json, DateTimeOffset.UtcNow, RecordFlags.None, Encoding.UTF8.GetBytes(json));
        await Log.AppendAsync(target, batch, delivery: null, CancellationToken.None);
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

    private protected SchoolSeals Seals => new(Moved(DatabaseRole.Process), Installation.Master, TimeProvider.System);

    private protected RetentionDesk Desk() => new(Retention, Seals, new ManualTimeProvider(DateTimeOffset.UtcNow + _by));

    private protected Task<RetentionReport> RetainAsync(bool confirmed = true, bool dryRun = false, int batch = 500, Action<long, long>? progress = null) =>
        Desk().RunAsync(School, Officer, new RetentionRequest(dryRun, confirmed) { Batch = batch, Progress = progress }, CancellationToken.None);

    /// <summary>Until no record is left, with the hours around what is open copied before.</summary>
    private protected async Task RetireLogAsync()
    {
        await MoveClockAsync(40);
        await Keeper().PassAsync(CancellationToken.None);
        await RetainAsync();
        Assert.Equal(0, await CountAsync("data_key"));
    }

    /// <summary>Nothing is broken, and of all that there was so many records fell.</summary>
    private protected async Task AssertWholeAsync(long fallen)
    {
        var report = await VerifyAsync();
        Assert.Empty(report.Breaks);
        Assert.Equal((0, fallen), (report.Stored, report.Fallen));
    }

    private protected HoldDesk Holds() => new(Retention, Seals);

    private protected ErasureDesk Eraser() => new(Retention, Seals, TimeProvider.System);

    /// <summary>Copies what was wished for when the hour around it is over.</summary>
    private protected async Task<int> KeepAsync()
    {
        await MoveClockAsync(1 / 24d);
        return await Keeper().PassAsync(CancellationToken.None);
    }

    private protected ContextKeeper Keeper() => Keeper(Moved(DatabaseRole.Process));

    private protected ContextKeeper Keeper(Database database)
    {
        var people = new PeopleDirectory(database, Installation.Seals, TimeProvider.System);
        var contexts = new StreamContexts(
            database, people, new SchoolRuleDirectory(database, TimeProvider.System), Installation.Seals, Repository.Rules, TimeProvider.System, NullLogger<StreamContexts>.Instance);
        return new ContextKeeper(database, Installation.Master, Installation.Seals, contexts, Repository.Rules, NullLogger<ContextKeeper>.Instance);
    }

    private protected async Task ResolveAsync(string user, string outcome, string note = "looked into")
    {
        var seal = await Installation.Seals.OfAsync(School, CancellationToken.None);
        await Installation.Store.RunAsync($"""
            UPDATE onlinesafety.alert SET state = 'resolved', outcome = '{outcome}', resolved_at = now(), resolved_by = 'd.lead', acted_at = now(),
                note = decode('{Convert.ToHexString(seal.SealText(note, SealedField.AlertNote))}', 'hex')
            WHERE subject_key = '{seal.Index("user:" + user)}'
            """);
    }

    private protected Task AddPersonAsync(string account, DateOnly? born = null, params string[] aliases) => AddPersonAsync(account, PersonRole.Pupil, born, aliases);

    private protected async Task AddPersonAsync(string account, PersonRole role, DateOnly? born, params string[] aliases)
    {
        var seal = await Installation.Seals.OfAsync(School, CancellationToken.None);
        await using var session = await Installation[DatabaseRole.Setup].OpenAsync(School, Officer, CancellationToken.None);
        var id = Guid.NewGuid();
        session.Context.People.Add(new StoredPerson
        {
            SchoolId = School, PersonId = id, Account = seal.SealText(account, SealedField.PersonAccount), AccountKey = SealedPeople.KeyOf(seal, account), Role = (short)role,
            DateOfBirth = SealedPeople.SealBirth(seal, born), UpdatedAt = DateTimeOffset.UtcNow,
        });
        await session.Context.SaveChangesAsync();
        session.Context.PersonAliases.AddRange(aliases.Select(alias => new StoredAlias
        {
            SchoolId = School, PersonId = id, Alias = seal.SealText(alias, SealedField.PersonAlias), AliasKey = SealedPeople.KeyOf(seal, alias),
        }));
        await session.Context.SaveChangesAsync();
        await session.CommitAsync(CancellationToken.None);
    }

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
    /// <remarks>Sealed values are opened: what only the key hides is found too.</remarks>
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
                "--data-only", "--inserts", "-n", "onlinesafety", "-h", connection.Host!, "-p", connection.Port.ToString(CultureInfo.InvariantCulture), "-U", connection.Username!, connection.Database!,
            },
        };
        using var dump = Process.Start(start)!;
        var text = await dump.StandardOutput.ReadToEndAsync();
        await dump.WaitForExitAsync();
        return dump.ExitCode == 0 ? Opened(text, await Installation.Seals.OfAsync(School, CancellationToken.None)) : throw new InvalidOperationException(await dump.StandardError.ReadToEndAsync());
    }

    /// <summary>Nothing that the database holds names them, sealed or not.</summary>
    private protected async Task AssertGoneAsync(params string[] names)
    {
        var mask = new NameMask(names, NameMask.Erased);
        Assert.DoesNotContain((await DumpAsync()).Split('\n'), mask.IsIn);
    }

    // bytea is written as hexadecimal, and sealed values say not of which column they are: each is tried.
    private static string Opened(string dump, SchoolSeal seal)
    {
        var hex = Regex.Replace(dump, @"\\x(?<hex>[0-9a-f]+)", match => Words(seal, Convert.FromHexString(match.Groups["hex"].Value)), RegexOptions.None, TimeSpan.FromSeconds(60));
        return Regex.Replace(hex, "\uFDD0(?<base>[A-Za-z0-9+/=]+)", match => Words(seal, Convert.FromBase64String(match.Groups["base"].Value)), RegexOptions.None, TimeSpan.FromSeconds(60));
    }

    private static string Words(SchoolSeal seal, byte[] stored)
    {
        foreach (var field in SealedField.All)
        {
            try
            {
                return Encoding.UTF8.GetString(seal.Open(stored, field));
            }
            catch (System.Security.Cryptography.CryptographicException)
            {
                // Of another column.
            }
        }

        return Encoding.UTF8.GetString(stored);
    }

    public new async Task DisposeAsync()
    {
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }

        await base.DisposeAsync();
    }
}
