using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Audit;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>
/// What it costs that access records are a chain: the same transaction with the record, with a plain row instead, and with neither, over one school (whose
/// chain has one lock) and over many. Then how long a long chain takes to walk.
/// </summary>
internal static class AuditRun
{
    public const string Help = """
          audit        what a chained access record costs, and seconds to verify a chain

          --entries N    entries in the chain that is verified (default 1000000)
        """;

    private const int Writers = 50;
    private const int Each = 60;
    private const int Pace = 20;
    private const int PerTransaction = 1000;
    private const string PlainRow = "INSERT INTO plain_record SELECT $1, 'staff', 'A. Example', 'alert.show', gen_random_uuid()::text, now()";

    private static readonly Actor Reader = new(ActorKind.Staff, "A. Example", Guid.NewGuid(), ["dsl"]);
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private enum Recording
    {
        None,
        Plain,
        Chained,
    }

    public static async Task<int> RunAsync(string[] args)
    {
        if (args is ["--help"])
        {
            Console.WriteLine(Help);
            return 0;
        }

        var entries = args is ["--entries", var number] ? long.Parse(number) : 1_000_000;
        await using var server = await PostgresServer.LeaseAsync();
        await using var installation = await TestInstallation.CreateAsync(server);
        await installation.Store.RunAsync("""
            CREATE TABLE onlinesafety.plain_record (school_id uuid, kind text, name text, action text, object text, at timestamptz);
            GRANT INSERT ON onlinesafety.plain_record TO onlinesafety_console
            """);
        // One after another: on a busy machine fifty at once wait longer for one of the few connections than a connection is waited for.
        var schools = new Guid[Writers];
        for (var i = 0; i < schools.Length; i++)
        {
            schools[i] = (await installation.AddSourceAsync()).School;
        }

        var rows = new List<object>();
        foreach (var (name, among) in new[] { ("one school", schools[..1]), ("a school for each writer", schools) })
        {
            foreach (var paced in new[] { true, false })
            {
                // In turns, because a machine's speed drifts.
                foreach (var recording in new[] { Recording.Plain, Recording.Chained, Recording.None, Recording.None, Recording.Chained, Recording.Plain })
                {
                    rows.Add(await MeasureAsync(installation[DatabaseRole.Console], name, among, paced, recording));
                }
            }
        }

        var clean = await VerifyAsync(installation, schools[0], entries, rows);
        Console.WriteLine(JsonSerializer.Serialize(rows, Indented));
        return clean ? 0 : 1;
    }

    /// <summary>Paced: each writer begins a look every second, as fifty people who read would; otherwise one after another.</summary>
    private static async Task<object> MeasureAsync(Database console, string name, Guid[] schools, bool paced, Recording recording)
    {
        var looks = paced ? Pace : Each;
        var took = new ConcurrentBag<double>();
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            for (var i = 0; i < looks; i++)
            {
                var due = TimeSpan.FromMilliseconds(((writer * 1000.0) / Writers) + (i * 1000));
                if (paced && due - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } wait)
                {
                    await Task.Delay(wait);
                }

                var started = Stopwatch.GetTimestamp();
                await LookAsync(console, schools[writer % schools.Length], recording);
                took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            }
        }));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        double[] sorted = [.. took.Order()];
        return new
        {
            Over = name, Paced = paced, Recording = recording.ToString(), PerSecond = Math.Round(sorted.Length / seconds),
            P50 = Math.Round(sorted[sorted.Length / 2], 2), P99 = Math.Round(sorted[sorted.Length * 99 / 100], 2),
        };
    }

    private static async Task LookAsync(Database console, Guid school, Recording recording)
    {
        await using var session = await console.OpenAsync(school, Reader, CancellationToken.None);
        await using (var read = session.Command("SELECT number, theme FROM alert WHERE school_id = $1"))
        {
            read.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
            await read.ExecuteNonQueryAsync();
        }

        if (recording == Recording.Plain)
        {
            await using var plain = session.Command(PlainRow);
            plain.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
            await plain.ExecuteNonQueryAsync();
        }
        else if (recording == Recording.Chained)
        {
            session.RecordAccess(school, "alert.show", Guid.NewGuid().ToString());
        }

        await session.CommitAsync(CancellationToken.None);
    }

    private static async Task<bool> VerifyAsync(TestInstallation installation, Guid school, long entries, List<object> rows)
    {
        var began = Stopwatch.GetTimestamp();
        for (long done = 0; done < entries; done += PerTransaction)
        {
            await using var session = await installation[DatabaseRole.Console].OpenAsync(school, Reader, CancellationToken.None);
            await using var write = session.Command($"SELECT record_access($1, 'staff', 'alert.show', gen_random_uuid()::text, NULL) FROM generate_series(1, {PerTransaction})");
            write.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = school });
            await write.ExecuteNonQueryAsync();
            await session.CommitAsync(CancellationToken.None);
        }

        var filled = Stopwatch.GetElapsedTime(began).TotalSeconds;
        began = Stopwatch.GetTimestamp();
        var cpu = Environment.CpuUsage.TotalTime;
        var report = await new AuditVerifier(installation[DatabaseRole.Audit]).VerifyAsync(school, [], progress: null, CancellationToken.None);
        rows.Add(new
        {
            report.Entries, report.Clean, MicrosecondsToWriteEach = Math.Round(filled * 1e6 / entries, 1), VerifySeconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 2),
            CpuSeconds = Math.Round((Environment.CpuUsage.TotalTime - cpu).TotalSeconds, 2),
        });
        return report.Clean;
    }
}
