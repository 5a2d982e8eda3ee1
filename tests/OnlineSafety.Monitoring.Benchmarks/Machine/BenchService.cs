using System.Diagnostics;
using System.Globalization;
using System.Net;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks.Machine;

/// <summary>The published service with a database of its own, and the questions that measurements ask of both.</summary>
internal sealed class BenchService : IAsyncDisposable
{
    private const string Product = "protex";
    private const string StoredSql = "SELECT COALESCE(sum(last_seq), 0) FROM intake_stream";
    private const string ProcessedSql = "SELECT COALESCE(sum(next_seq - 1), 0) FROM checkpoint";

    /// <summary>A service that has just read its sources reads them again after a second at the latest.</summary>
    private static readonly TimeSpan SourcesKnown = TimeSpan.FromSeconds(1.2);

    private static readonly Actor Operator = Actor.Operator("bench");
    private readonly List<NpgsqlDataSource> _sources = [];
    private NpgsqlConnection? _asking;

    private BenchService(ServiceProcess process) => Process = process;

    public ServiceProcess Process { get; }

    public static async Task<BenchService> StartAsync(string executable, string roles, string rulePacks) => new(await ServiceProcess.StartAsync(
        ServiceExecutable.Published(executable).With("ONLINESAFETY_RulePacks", rulePacks) with { Serving = ["--roles", roles] }));

    public ServiceUse Use() => ServiceUse.Of(Process);

    /// <summary>Records in the log.</summary>
    public Task<long> StoredAsync() => NumberAsync(StoredSql);

    /// <summary>Records that the checkpoints cover.</summary>
    public Task<long> ProcessedAsync() => NumberAsync(ProcessedSql);

    /// <summary>Size of the log's tables with everything that belongs to them.</summary>
    public Task<long> LogBytesAsync() =>
        NumberAsync("SELECT COALESCE(sum(pg_total_relation_size(inhrelid)), 0)::bigint FROM pg_inherits WHERE inhparent = 'intake_segment'::regclass");

    public async Task<long> NumberAsync(string sql)
    {
        // One connection kept: a new one for each look would cost the server more than the looks.
        _asking ??= await SourceFor("postgres").OpenConnectionAsync();
        await using var command = new NpgsqlCommand(sql, _asking);
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until <paramref name="look"/> gives at least <paramref name="expected"/>; gives what it gave last.</summary>
    public static async Task<long> WaitAsync(Func<Task<long>> look, long expected, TimeSpan patience)
    {
        var started = Stopwatch.GetTimestamp();
        var seen = await look();
        while (seen < expected && Stopwatch.GetElapsedTime(started) < patience)
        {
            await Task.Delay(20);
            seen = await look();
        }

        return seen;
    }

    /// <summary>Adds syslog sources, ten a school at most, each known by an address of its own; gives the addresses.</summary>
    public async Task<IPAddress[]> AddSyslogSourcesAsync(int count)
    {
        var addresses = new List<IPAddress>();
        await using var setup = Role(DatabaseRole.Setup);
        var (schools, sources) = (new SchoolRegister(setup), new SourceRegister(setup, TimeProvider.System));
        var school = Guid.Empty;
        for (var i = 0; i < count; i++)
        {
            if (i % 10 == 0)
            {
                school = (await schools.AddAsync($"Bench School {i / 10}", $"{100_000 + i}", Operator, CancellationToken.None)).SchoolId;
            }

            var address = IPAddress.Parse($"127.0.1.{i + 1}");
            await sources.AddAsync(school, new NewSource { Product = Product, Door = SourceDoor.Syslog, Name = $"filter {i}", From = [$"{address}/32"] }, Operator, CancellationToken.None);
            addresses.Add(address);
        }

        await Task.Delay(SourcesKnown);
        return [.. addresses];
    }

    /// <summary>Adds a webhook source in a school of its own.</summary>
    public async Task<(Uri Url, string Key)> AddWebhookSourceAsync()
    {
        await using var setup = Role(DatabaseRole.Setup);
        var school = await new SchoolRegister(setup).AddAsync("Hook School", "199999", Operator, CancellationToken.None);
        var issued = await new SourceRegister(setup, TimeProvider.System)
            .AddAsync(school.SchoolId, new NewSource { Product = Product, Door = SourceDoor.Webhook }, Operator, CancellationToken.None);
        await Task.Delay(SourcesKnown);
        return (new Uri($"http://127.0.0.1:{Process.Http}/v1/ingest/{issued.Source.SourceId:N}"), issued.Key);
    }

    /// <summary>The number of every line in the log, opened and read: what is stored, without believing a counter.</summary>
    public async Task<List<long>> ReadNumbersAsync(Func<ReadOnlyMemory<byte>, long> numberOf)
    {
        await using var database = Role(DatabaseRole.Process);
        var reader = new SegmentReader(database, new DataKeyRing(database, MasterKey.Read(Path.Combine(Process.Data, MasterKey.FileName))));
        var numbers = new List<long>();
        foreach (var row in await Process.RowsAsync("SELECT school_id, stream_id, day FROM intake_stream"))
        {
            var (school, stream, day) = ((Guid)row[0], (Guid)row[1], row[2] is DateOnly date ? date : DateOnly.FromDateTime((DateTime)row[2]));
            for (var next = 1L; ;)
            {
                // The reader begins with the segment at or before: behind the end that is the last one again.
                var segments = await reader.ReadAsync(school, stream, day, next, limit: 100, bytes: long.MaxValue, CancellationToken.None);
                segments.RemoveAll(segment => segment.Header.Last < next);
                foreach (var segment in segments)
                {
                    var opened = await reader.OpenAsync(segment, CancellationToken.None);
                    numbers.AddRange(opened.Records.Select(record => numberOf(record.Payload)));
                    next = segment.Header.Last + 1;
                }

                if (segments.Count == 0)
                {
                    break;
                }
            }
        }

        return numbers;
    }

    /// <summary>Stops and starts it, and returns when it is ready.</summary>
    public async Task RestartAsync()
    {
        await CloseAskingAsync();
        await Process.StopAsync();
        Process.Restart();
        await UntilReadyAsync();
    }

    public async Task UntilReadyAsync()
    {
        for (var looks = 0; looks < 1200 && !await Process.IsReadyAsync(); looks++)
        {
            await Task.Delay(50);
        }
    }

    /// <summary>A connection to its database server as the superuser, for what the service itself never does.</summary>
    public async Task<NpgsqlConnection> ConnectAsync() => await SourceFor("postgres").OpenConnectionAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAskingAsync();
        foreach (var source in _sources)
        {
            await source.DisposeAsync();
        }

        await Process.DisposeAsync();
    }

    private async Task CloseAskingAsync()
    {
        if (_asking is not null)
        {
            await _asking.DisposeAsync();
            _asking = null;
        }
    }

    private Database Role(DatabaseRole role) =>
        new(NpgsqlDataSource.Create(RoleConnections.LoggingInAs(ConnectionString(DatabaseRoles.NameOf(role)), role)), role);

    private NpgsqlDataSource SourceFor(string user)
    {
        var source = NpgsqlDataSource.Create(ConnectionString(user));
        _sources.Add(source);
        return source;
    }

    private string ConnectionString(string user)
    {
        var server = Process.Postmaster ?? throw new InvalidOperationException("No database runs.");
        return new NpgsqlConnectionStringBuilder
        {
            Host = server.SocketDirectory, Port = server.Port, Username = user, Database = "onlinesafety", SearchPath = "onlinesafety", Pooling = false,
        }.ConnectionString;
    }
}
