using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Benchmarks.Matcher;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Processing;
using OnlineSafety.Monitoring.Processing.Jobs;
using OnlineSafety.Monitoring.Processing.WhatIf;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Benchmarks;

/// <summary>
/// How fast other rules read a span again: the shipped rules over a log of web-filter lines, two in a hundred of them concerns. The log repeats a pool of 16,384
/// lines of ordinary words: what the encoder had to read once it remembers. Counted by the processor time of this process, because a wall clock on a busy
/// machine says nothing; two cores are two of those seconds a second. The database is a process of its own, and left out.
/// The bar was set on a quiet machine. A shared one moves by a quarter within minutes, so each round can stand between two measures of a plain matcher of which
/// it is known what it takes there, and be told as of there too.
/// </summary>
internal static class WhatIfRun
{
    public const string Help = """
          whatif       events a second of a what-if replay on two cores: records by processor seconds of this process, the database left out; the log repeats
                       a pool of 16,384 lines

          --records N    records in the log, over two schools (default 2000000)
          --rounds N     how often all of them are read; the median counts (default 5)
          --peer PATH --peer-quiet US --data DIR
                         a matcher that takes PHRASES TEXTS RUNS and prints {"us_text":...}, and what it takes a text at 5,000 phrases on a quiet machine:
                         it is measured around each round, and the bar is held against rounds as they would be there; DIR as for matcher
        """;

    private const int Cores = 2;
    private const int Bar = 300_000;
    private const int PeerPhrases = 5_000;
    private const int PeerPasses = 5;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length % 2 != 0)
        {
            Console.Error.WriteLine(Help);
            return 2;
        }

        var (records, rounds, program, quiet, data) = (2_000_000L, 5, "", 0d, "");
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            (records, rounds, program, quiet, data) = args[i] switch
            {
                "--records" => (long.Parse(args[i + 1]), rounds, program, quiet, data),
                "--rounds" => (records, int.Parse(args[i + 1]), program, quiet, data),
                "--peer" => (records, rounds, args[i + 1], quiet, data),
                "--peer-quiet" => (records, rounds, program, double.Parse(args[i + 1]), data),
                "--data" => (records, rounds, program, quiet, args[i + 1]),
                _ => throw new UsageException($"There is no option {args[i]}.\n{Help}"),
            };
        }

        if (program.Length > 0 != data.Length > 0 || program.Length > 0 != quiet > 0)
        {
            throw new UsageException($"--peer, --peer-quiet and --data belong together: what a peer takes is known of some texts.\n{Help}");
        }

        var peer = program.Length > 0 ? new Peer(program, quiet, MatcherTexts.Load(data)) : null;
        await using var server = await PostgresServer.LeaseAsync();
        await using var installation = await TestInstallation.CreateAsync(server);
        await VerifyRun.FillAsync(installation, records);
        // As if all were recorded and nothing had been found: every alert appears, so every step of the work is done.
        await installation.Store.RunAsync("""
            INSERT INTO onlinesafety.checkpoint (school_id, stream_id, source_id, day, next_seq)
            SELECT school_id, stream_id, source_id, day, 1 + max(last_seq) FROM onlinesafety.intake_segment GROUP BY school_id, stream_id, source_id, day
            """);
        var schools = await SchoolsAsync(installation);

        // The first run of all warms the code up.
        _ = await MeasureAsync(installation, schools[0]);
        var runs = new List<Round>();
        var before = peer?.Pace() ?? 1;
        for (var round = 0; round < rounds; round++)
        {
            var run = new Run(0, 0, 0, 0);
            foreach (var school in schools)
            {
                run += await MeasureAsync(installation, school);
            }

            if (run.Records != records)
            {
                throw new InvalidOperationException("Not all records were read: this measures nothing.");
            }

            var after = peer?.Pace() ?? 1;
            runs.Add(new Round(run, (before + after) / 2));
            before = after;
            Console.Error.WriteLine($"round {round + 1}: {run.PerSecond:0} events/s{(peer is null ? "" : $", the peer at {runs[^1].Pace:0.00} times its quiet {quiet:0.00} us: {runs[^1].PerSecondQuiet:0} there")}");
        }

        var median = runs.OrderBy(round => round.Run.PerSecond).ElementAt(runs.Count / 2).Run;
        var quietPerSecond = StagesRun.Median(runs.ConvertAll(round => round.PerSecondQuiet));
        Results.Print(new
        {
            median.Records,
            median.Alerts,
            Seconds = Math.Round(median.Seconds, 2),
            CpuSeconds = Math.Round(median.CpuSeconds, 2),
            MicrosecondsAnEvent = Math.Round(median.CpuSeconds * 1e6 / median.Records, 2),
            EventsPerSecondOnTwoCores = Math.Round(median.PerSecond),
            Least = Math.Round(runs.Min(round => round.Run.PerSecond)),
            Most = Math.Round(runs.Max(round => round.Run.PerSecond)),
            PeerTimesItsQuiet = peer is null ? (double?)null : StagesRun.Median(runs.ConvertAll(round => round.Pace)),
            EventsPerSecondWherePeerIsQuiet = peer is null ? (double?)null : Math.Round(quietPerSecond),
            LeastThere = peer is null ? (double?)null : Math.Round(runs.Min(round => round.PerSecondQuiet)),
            MostThere = peer is null ? (double?)null : Math.Round(runs.Max(round => round.PerSecondQuiet)),
            Bar,
        });
        return (peer is null ? median.PerSecond : quietPerSecond) >= Bar ? 0 : 1;
    }

    private static async Task<List<Guid>> SchoolsAsync(TestInstallation installation)
    {
        await using var session = await installation[DatabaseRole.Setup].OpenAcrossAsync(Actor.Service("bench"), CancellationToken.None);
        return await session.RowsAsync("SELECT DISTINCT school_id FROM source", [], row => row.GetGuid(0), CancellationToken.None);
    }

    private static async Task<Run> MeasureAsync(TestInstallation installation, Guid school)
    {
        var database = installation[DatabaseRole.Process];
        var (from, to) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var id = await new WhatIfDesk(installation[DatabaseRole.Setup], installation.Seals, TimeProvider.System).AskAsync(
            new SourceKey(school, Guid.Empty), new WhatIfRequest(null, 10, Whole: false, []), from, to, "bench", Actor.Service("bench"), CancellationToken.None);
        var contexts = new StreamContexts(
            database, new PeopleDirectory(database, installation.Seals, TimeProvider.System), new SchoolRuleDirectory(database, TimeProvider.System), installation.Seals, Repository.Rules, TimeProvider.System, NullLogger<StreamContexts>.Instance);
        var job = new WhatIfJob(database, installation.Master, contexts, Repository.Rules, NullLogger<WhatIfJob>.Instance);
        var runner = new JobRunner(new JobLedger(database), [job], TimeProvider.System, NullLogger<JobRunner>.Instance);
        var (cpu, started) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        await runner.RunNextAsync(CancellationToken.None);
        var (seconds, used) = (Stopwatch.GetElapsedTime(started).TotalSeconds, (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
        var done = (await new JobDesk(installation[DatabaseRole.Setup], TimeProvider.System).ListAsync(school, source: null, Actor.Service("bench"), CancellationToken.None)).Single(found => found.Id == id);
        var report = done.Result?.Deserialize<WhatIfReport>(WhatIfReport.Json) ?? throw new InvalidOperationException(done.Error);
        return new Run(report.Saw.Log.Records, report.Alerts.After, seconds, used);
    }

    private sealed record Peer(string Program, double Quiet, MatcherTexts Texts)
    {
        /// <summary>What it takes just now as a multiple of what it takes on a quiet machine.</summary>
        public double Pace() => PeerProgram.Microseconds(Program, Texts.Phrases(PeerPhrases), Texts.Lines, PeerPasses) / Quiet;
    }

    /// <param name="Pace">Of the peer, between before and after.</param>
    private sealed record Round(Run Run, double Pace)
    {
        public double PerSecondQuiet => Run.PerSecond * Pace;
    }

    private sealed record Run(long Records, int Alerts, double Seconds, double CpuSeconds)
    {
        public double PerSecond => Cores * Records / CpuSeconds;

        public static Run operator +(Run one, Run other) =>
            new(one.Records + other.Records, one.Alerts + other.Alerts, one.Seconds + other.Seconds, one.CpuSeconds + other.CpuSeconds);
    }
}
