using Npgsql;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Faults;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>A server of one's own that refuses transactions, or whose connections break while they commit.</summary>
[Collection(FaultLanes.Harm)]
public sealed class ServerFaultTests(ITestOutputHelper output)
{
    private const int CommitsBetweenCuts = 25;
    private static readonly TimeSpan Under = TimeSpan.FromSeconds(CrashPlan.Full ? 30 : 8);

    /// <summary>Every fifth commit fails, half of them as a serialization failure and half as a deadlock.</summary>
    private const string Refusing =
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE chance float := random();
        BEGIN
            IF chance < 0.1 THEN RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END IF;
            IF chance < 0.2 THEN RAISE EXCEPTION 'deadlock detected' USING ERRCODE = '40P01'; END IF;
            RETURN NULL;
        END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON intake_stream DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON checkpoint DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON notification DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse();
        """;

    private const string NoMore = "DROP TRIGGER refuse ON intake_stream; DROP TRIGGER refuse ON checkpoint; DROP TRIGGER refuse ON notification";

    [Fact]
    public async Task SerializationFailuresAndDeadlocksLoseAndDoubleNothing()
    {
        await using var service = await ServiceProcess.StartAsync(FaultRun.Executable);
        await using var run = await FaultRun.BeginAsync("serialization failures, deadlocks", service, output);
        await run.Chaos.RecoverAsync();
        await service.ExecuteAsync(Refusing);
        await Task.Delay(Under);
        await service.ExecuteAsync(NoMore);
        await run.Chaos.RecoverAsync();
        run.Chaos.Faults = (int)await service.NumberAsync("SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()");
        var result = await run.ReckonAsync(waitForMails: CrashPlan.Full);

        Assert.True(result.Kept, result.Row);
        Assert.True(run.Chaos.Faults > 20, result.Row);
        Assert.Equal(0, run.Chaos.EndedByItself);
    }

    [Fact]
    public async Task WithFailuresAcknowledgedTheSameTestFindsLosses()
    {
        // Given up at the first failure, which the log itself would not do.
        await using var service = await ServiceProcess.StartAsync(
            InjectedFault.In(FaultRun.Executable, InjectedFault.AcknowledgeFailures).With("ONLINESAFETY_IntakeLog__Patience", "00:00:00"));
        await using var run = await FaultRun.BeginAsync("control: failures acknowledged", service, output);
        await run.Chaos.RecoverAsync();
        await service.ExecuteAsync(Refusing);
        await Task.Delay(Under);
        await service.ExecuteAsync(NoMore);
        var result = await run.ReckonAsync(waitForMails: false);

        Assert.True(result.Lost > 0, result.Row);
    }

    [Fact]
    public async Task ConnectionsLostDuringCommitLoseAndDoubleNothing()
    {
        var result = await CutAsync("connections cut in commit", FaultRun.Executable, waitForMails: CrashPlan.Full);

        Assert.True(result.Kept, result.Row);
        Assert.True(result.Chaos.Faults >= (CrashPlan.Full ? 200 : 20), result.Row);
    }

    [Fact]
    public async Task WithoutDeliveryIdsTheSameCutsDouble()
    {
        // Given up at the first lost answer: then only the id tells that the delivery is there.
        var executable = InjectedFault.In(FaultRun.Executable, InjectedFault.ForgetDeliveries).With("ONLINESAFETY_IntakeLog__Patience", "00:00:00");
        var result = await CutAsync("control: deliveries forgotten", executable, waitForMails: false);

        Assert.True(result.Doubled > 0, result.Row);
    }

    private async Task<Reckoning> CutAsync(string name, ServiceExecutable executable, bool waitForMails)
    {
        var postgres = await PostgresServer.LeaseAsync();
        await using var server = postgres;
        await using var database = await postgres.CreateAsync();
        var direct = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        await using var proxy = new CuttingProxy(Path.Combine(direct.Host!, $".s.PGSQL.{direct.Port}"));
        var cut = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = "127.0.0.1", Port = proxy.Port, SslMode = SslMode.Disable };
        await using var service = await ServiceProcess.StartAsync(
            executable, data: null, new ServerOfOnesOwn(cut.ConnectionString, database.ConnectionString));
        await using var run = await FaultRun.BeginAsync(name, service, output);
        await run.Chaos.RecoverAsync();
        proxy.CutEvery(CommitsBetweenCuts);
        var wanted = CrashPlan.Full ? 200 : 20;
        for (var looks = 0; looks < 1200 && proxy.Cuts < wanted; looks++)
        {
            await Task.Delay(100);
        }

        proxy.CutEvery(0);
        run.Chaos.Faults = proxy.Cuts;
        await run.Chaos.RecoverAsync();
        var result = await run.ReckonAsync(waitForMails);
        Assert.True(await service.StopAsync(), service.Log);
        return result;
    }
}
