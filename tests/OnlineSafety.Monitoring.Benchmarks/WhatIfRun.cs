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
/// How fast other rules read a span again: the shipped rules over a log of web-filter lines, two in a hundred of them concerns. Counted by the processor time
/// of this process, because a wall clock on a busy machine says nothing; two cores are two of those seconds a second. The database is a process of its own.
/// The bar was set where Hyperscan took 0.80 us a text of the bench kit. A machine moves by a quarter within minutes, so each round can stand between two
/// measures of that peer and be told as of that speed too.
/// </summary>
internal static class WhatIfRun
{
    public const string Help = """
          whatif       events a second of a what-if replay on two cores

          --records N    records in the log, over two schools (default 2000000)
          --rounds N     how often all of them are read; the median counts (default 5)
          --hyperscan PATH --data DIR
                         as for matcher: the peer is measured before and after each round, and the bar is of where it takes 0.80 us at 5,000 phrases
        """;

    private const int Cores = 2;
    private const int Bar = 300_000;
    private const int PeerPhrases = 5_000;
    private const int PeerPasses = 5;
    private const double PeerWhereBarWasSet = 0.80;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length % 2 != 0)
        {
            Console.Error.WriteLine(Help);
            return 2;
        }

        var (records, rounds, program, data) = (2_000_000L, 5, "", "");
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            (records, rounds, program, data) = args[i] switch
            {
                "--records" => (long.Parse(args[i + 1]), rounds, program, data),
                "--rounds" => (records, int.Parse(args[i + 1]), program, data),
                "--hyperscan" => (records, rounds, args[i + 1], data),
                "--data" => (records, rounds, program, args[i + 1]),
                _ => throw new ArgumentException($"There is no option {args[i]}.\n{Help}"),
            };
        }

        if (program.Length > 0 != data.Length > 0)
        {
            throw new ArgumentException($"--hyperscan and --data belong together: the bar was set with the bench kit's texts.\n{Help}");
        }

        var texts = program.Length > 0 ? MatcherTexts.Load(data) : null;
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
        var peer = Peer(program, texts);
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

            var after = Peer(program, texts);
            runs.Add(new Round(run, (peer + after) / 2));
            peer = after;
            Console.Error.WriteLine($"round {round + 1}: {run.PerSecond:0} events/s{(texts is null ? "" : $", Hyperscan {runs[^1].Peer:0.00} us a text: {runs[^1].PerSecondAtBar:0} events/s where it takes {PeerWhereBarWasSet:0.00}")}");
        }

        var median = runs.OrderBy(round => round.Run.PerSecond).ElementAt(runs.Count / 2).Run;
        var perSecond = texts is null ? median.PerSecond : StagesRun.Median(runs.ConvertAll(round => round.PerSecondAtBar));
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
            HyperscanMicroseconds = texts is null ? (double?)null : Math.Round(StagesRun.Median(runs.ConvertAll(round => round.Peer)), 3),
            EventsPerSecondWhereBarWasSet = texts is null ? (double?)null : Math.Round(perSecond),
            Bar,
        });
        return perSecond >= Bar ? 0 : 1;
    }

    /// <summary>Microseconds that Hyperscan takes for a text just now; 0: not asked for.</summary>
    private static double Peer(string program, MatcherTexts? texts) =>
        texts is null ? 0 : HyperscanPeer.Microseconds(program, texts.Phrases(PeerPhrases), texts.Lines, PeerPasses);

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

    /// <param name="Peer">Microseconds that Hyperscan took for a text, before and after, in the middle.</param>
    private sealed record Round(Run Run, double Peer)
    {
        public double PerSecondAtBar => Run.PerSecond * Peer / PeerWhereBarWasSet;
    }

    private sealed record Run(long Records, int Alerts, double Seconds, double CpuSeconds)
    {
        public double PerSecond => Cores * Records / CpuSeconds;

        public static Run operator +(Run one, Run other) =>
            new(one.Records + other.Records, one.Alerts + other.Alerts, one.Seconds + other.Seconds, one.CpuSeconds + other.CpuSeconds);
    }
}
