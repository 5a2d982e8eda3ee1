using System.Diagnostics;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Faults;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>The service ends itself at named points, again and again before it has recovered, and is then left in peace.</summary>
[Collection(FaultLanes.Points)]
public sealed class CrashPointTests(ITestOutputHelper output)
{
    private const int ByKill = 137;
    private const string Migration = "migration-mid";
    private const string DataKey = "data-key-made";
    private const string Retention = "retention-mid-batch";
    private static readonly TimeSpan ComesByWithin = TimeSpan.FromSeconds(60);
    private static readonly int Times = CrashPlan.Full ? 3 : 1;

    // In the quick form one for each hand-over.
    private static readonly string[] Points = CrashPlan.Full
        ? [.. CrashAt.Names.Where(name => name != Migration)]
        : ["commit-before-reply", "classified-before-write", "alert-before-notify", "smtp-accepted-before-mark", "file-imported-before-move", Retention];

    [Fact]
    public async Task WhereverTheServiceDiesNothingAcknowledgedIsLostAndNoEventIsDoubled()
    {
        var data = Directory.CreateTempSubdirectory("onlinesafety-points-").FullName;
        // Half a schema, as many times as wanted, and then a whole one.
        await using var service = ServiceProcess.Launch(CrashAt.In(FaultRun.Executable, Migration, time: 1), data);
        await DiesAsync(service, Migration);
        service.Restart(FaultRun.Executable);
        await service.UntilReadyAsync();
        await using (var run = await FaultRun.BeginAsync("crash points", service, output))
        {
            run.Chaos.Faults = 1;
            await run.Chaos.RecoverAsync();
            foreach (var point in Points)
            {
                await CrashAsync(run, point);
            }

            await LingerAsync(run, "intake_stream");
            await LingerAsync(run, "checkpoint");
            var result = await run.ReckonAsync(waitForMails: CrashPlan.Full);
            Assert.True(result.Kept, result.Row);
            Assert.Equal(0, run.Chaos.EndedByItself);
            // Exactly one digest for each school that was due.
            Assert.Equal(0, await service.NumberAsync("SELECT count(*) - count(DISTINCT school_id) FROM digest"));
        }

        Assert.True(await service.StopAsync(), service.Log);
        Directory.Delete(data, recursive: true);
    }

    private async Task CrashAsync(FaultRun run, string point)
    {
        var service = run.Service;
        using var newcomer = point == DataKey ? await Newcomer.ComeAsync(service) : null;
        for (var kill = 0; kill < Times; kill++)
        {
            if (point.StartsWith("digest-", StringComparison.Ordinal))
            {
                await MakeADigestDueAsync(service);
            }

            if (point == Retention)
            {
                await MakeADayDueAsync(service);
            }

            service.Kill();
            service.Restart(CrashAt.In(FaultRun.Executable, point, OncePerProcess(point) ? 1 : 1 + run.Random.Next(4)));
            if (point == "shutdown-with-backlog")
            {
                await service.UntilReadyAsync();
                service.AskToStop();
            }

            await Task.WhenAll(DiesAsync(service, point), newcomer?.SendUntilItDiesAsync() ?? Task.CompletedTask);
            run.Chaos.Faults++;
        }

        service.Restart(FaultRun.Executable);
        await run.Chaos.RecoverAsync();
        output.WriteLine($"{point}: {Times} times");
    }

    private static bool OncePerProcess(string point) =>
        point is "partition-create" or DataKey or Retention or "shutdown-with-backlog" || point.StartsWith("digest-", StringComparison.Ordinal);

    private static async Task DiesAsync(ServiceProcess service, string point)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!service.HasExited)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < ComesByWithin, $"The service did not come by {point}:\n{service.Log}");
            await Task.Delay(20);
        }

        Assert.True(service.ExitCode == ByKill, $"{point}: it ended with {service.ExitCode}:\n{service.Log}");
    }

    /// <summary>
    /// Everything of a transaction is written and its COMMIT is on the way, which is held there for a moment; then the service dies.
    /// </summary>
    private async Task LingerAsync(FaultRun run, string table)
    {
        await run.Service.ExecuteAsync(
            $"""
            CREATE OR REPLACE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF random() < 0.2 THEN PERFORM pg_sleep(0.5); END IF; RETURN NULL; END $$;
            CREATE CONSTRAINT TRIGGER linger AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION linger();
            """);
        for (var kill = 0; kill < Times; kill++)
        {
            var begun = Stopwatch.GetTimestamp();
            while (await run.Service.NumberAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'") == 0)
            {
                Assert.True(Stopwatch.GetElapsedTime(begun) < ComesByWithin, $"No transaction of {table} was met:\n{run.Service.Log}");
                await Task.Delay(10);
            }

            run.Chaos.KillHost();
            run.Chaos.Faults++;
        }

        await run.Service.ExecuteAsync($"DROP TRIGGER linger ON {table}");
        await run.Chaos.RecoverAsync();
        output.WriteLine($"{table} before commit: {Times} times");
    }

    /// <summary>A school of its own with a day of log that is long over, and a run that is due. Its digest goes to somebody: one for nobody is never sent.</summary>
    private static Task MakeADayDueAsync(ServiceProcess service) => service.ExecuteAsync(
        """
        WITH made AS (
            INSERT INTO school (school_id, name, time_zone, created_at) SELECT gen_random_uuid(), 'Retained ' || (count(*) + 1), 'UTC', now() - interval '2 days' FROM school RETURNING school_id),
        led AS (
            INSERT INTO staff (school_id, staff_id, name, email, roles) SELECT school_id, gen_random_uuid(), 'D. Lead', 'dsl@retained.example', ARRAY['dsl', 'digest'] FROM made)
        INSERT INTO data_key (school_id, day, key_id, master_id, wrapped, created_at)
        SELECT school_id, current_date - 60, gen_random_uuid(), 'none', '', now() - interval '60 days' FROM made
        """);

    /// <summary>A school whose digest has been due for a minute.</summary>
    private static Task MakeADigestDueAsync(ServiceProcess service) => service.ExecuteAsync(
        """
        WITH made AS (
            INSERT INTO school (school_id, name, time_zone, digest_at, created_at)
            SELECT gen_random_uuid(), 'School ' || (count(*) + 1), 'UTC', (now() AT TIME ZONE 'UTC' - interval '1 minute')::time, now() - interval '3 days'
            FROM school RETURNING school_id)
        INSERT INTO staff (school_id, staff_id, name, email, roles)
        SELECT school_id, gen_random_uuid(), 'D. Lead', 'dsl@other.example', ARRAY['dsl', 'digest'] FROM made
        """);
}
