using System.Diagnostics;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Faults;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>Disks that are full or lose their power, on file systems made for it.</summary>
[Collection(FaultLanes.Harm)]
public sealed class DiskFaultTests(ITestOutputHelper output)
{
    private const int Mebibytes = 600;
    private static readonly TimeSpan StaysFull = TimeSpan.FromSeconds(CrashPlan.Full ? 20 : 8);
    private static readonly TimeSpan ComesBackWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReadWithin = TimeSpan.FromMinutes(3);

    /// <summary>In every transaction of the service: what <c>synchronous_commit = off</c> does, which it would refuse.</summary>
    private const string Hasty =
        """
        CREATE FUNCTION hasty() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('synchronous_commit', 'off', true); RETURN NULL; END $$;
        CREATE TRIGGER hasty AFTER INSERT OR UPDATE ON intake_stream EXECUTE FUNCTION hasty();
        CREATE TRIGGER hasty AFTER INSERT OR UPDATE ON checkpoint EXECUTE FUNCTION hasty();
        CREATE TRIGGER hasty AFTER INSERT OR UPDATE ON notification EXECUTE FUNCTION hasty();
        """;

    private const string Lies = "a disk that lies";

    public static TheoryData<string> Unsafe => CrashPlan.Full ? [Lies, "asynchronous commit"] : [Lies];

    public static TheoryData<string> Disks => CrashPlan.Full ? ["data", "wal"] : ["wal"];

    [LoopDiskFact]
    public async Task WhenThePowerGoesNothingAcknowledgedIsLost()
    {
        using var disk = LoopDisk.Create(Mebibytes);
        await using var service = await ServiceProcess.StartAsync(FaultRun.Executable, disk.Mountpoint);
        await using var run = await FaultRun.BeginAsync("power cuts", service, output);
        for (var cut = 0; cut < (CrashPlan.Full ? 20 : 2); cut++)
        {
            await run.Chaos.RecoverAsync();
            await run.Chaos.PauseAsync();
            await CutPowerAsync(service, disk);
            run.Chaos.Faults++;
            service.Restart();
        }

        await run.Chaos.RecoverAsync();
        var result = await run.ReckonAsync(waitForMails: CrashPlan.Full);

        Assert.True(result.Kept, result.Row);
        Assert.True(await service.StopAsync(), service.Log);
    }

    [LoopDiskTheory]
    [MemberData(nameof(Unsafe), DisableDiscoveryEnumeration = true)]
    public async Task WithoutDurabilityTheSameCutLoses(string how)
    {
        var lies = how == Lies;
        await LosesAsync(
            $"control: {how}",
            lies,
            lies ? InjectedFault.In(FaultRun.Executable, InjectedFault.LieAboutDisk) : FaultRun.Executable,
            service => lies ? Task.CompletedTask : service.ExecuteAsync(Hasty));
    }

    [LoopDiskTheory]
    [MemberData(nameof(Disks), DisableDiscoveryEnumeration = true)]
    public async Task WhenADiskIsFullNothingAcknowledgedIsLostAndWorkGoesOnWhenThereIsSpace(string which)
    {
        using var disks = await FullDisks.StartAsync(FaultRun.Executable);
        await using var run = await FaultRun.BeginAsync($"disk full: {which}", disks.Service, output);
        var (full, service) = (which == "data" ? disks.Data : disks.Wal, disks.Service);
        for (var time = 0; time < (CrashPlan.Full ? 3 : 1); time++)
        {
            await run.Chaos.RecoverAsync();
            await run.Chaos.PauseAsync();
            full.Fill();
            run.Chaos.Faults++;
            await Task.Delay(StaysFull);
            full.Free();
        }

        await run.Chaos.RecoverAsync();
        // A mail that found the outbox full comes again after minutes.
        var result = await run.ReckonAsync(waitForMails: false);

        Assert.True(result.Kept, result.Row);
        Assert.True(run.Chaos.EndedByItself == 0, service.Log);
        Assert.True(result.Resent > 0, $"Nobody was turned away, so nothing was full: {result.Row}");
        Assert.True(await service.StopAsync(), service.Log);
    }

    private static async Task CutPowerAsync(ServiceProcess service, LoopDisk disk)
    {
        disk.CutPower();
        service.Kill();
        await service.KillDatabaseAsync();
        await disk.RemountAsync();
    }

    /// <summary>One cut, and a look at what was acknowledged before it.</summary>
    private async Task LosesAsync(string name, bool lies, ServiceExecutable executable, Func<ServiceProcess, Task> prepare)
    {
        using var disk = LoopDisk.Create(Mebibytes);
        await using var service = await ServiceProcess.StartAsync(executable, disk.Mountpoint);
        await using var run = await FaultRun.BeginAsync(name, service, output);
        await prepare(service);
        await run.Chaos.RecoverAsync();
        await Task.Delay(TimeSpan.FromSeconds(3));
        disk.CutPower();
        run.Oracle.GiveUp();
        service.Kill();
        await service.KillDatabaseAsync();
        await run.StopSendingAsync();
        await disk.RemountAsync();
        var acknowledged = run.Oracle.Sent.Where(s => s.Value).Select(s => s.Key).ToList();

        service.Restart();
        var stored = await StoredAsync(service);
        // A disk that lies may leave a database that cannot start; one that is only hasty leaves one that does.
        Assert.True(stored is not null || lies, service.Log);
        var lost = stored is null ? acknowledged.Count : acknowledged.Count(user => !stored.Contains(user));
        await Reckoning.ReportAsync($"{name}\t\t1\t{run.Oracle.Sent.Count}\t{acknowledged.Count}\t\t\t{stored?.Count}\t\t\t\t{lost}");
        output.WriteLine($"{lost} of {acknowledged.Count} lost{(stored is null ? ": the database did not come back" : "")}");
        Assert.True(lost > 0);
    }

    /// <summary>Users of which there is an event; null when the database does not come back.</summary>
    private static async Task<HashSet<string>?> StoredAsync(ServiceProcess service)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await service.IsReadyAsync())
        {
            if (service.HasExited || Stopwatch.GetElapsedTime(begun) > ComesBackWithin)
            {
                return null;
            }

            await Task.Delay(100);
        }

        // What waits to be read is not lost.
        while (await service.NumberAsync("SELECT count(*) FROM intake_stream s LEFT JOIN checkpoint c USING (school_id, stream_id) WHERE s.last_seq >= COALESCE(c.next_seq, 1)") > 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < ReadWithin, service.Log);
            await Task.Delay(100);
        }

        var seal = await service.SealAsync();
        return (await service.RowsAsync("SELECT DISTINCT ON (subject_key) subject, subject_key FROM alert WHERE subject IS NOT NULL"))
            .Select(row => seal.OpenText((byte[])row[0], SealedField.AlertSubject)["user:".Length..]).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A service whose data and whose write-ahead log lie on disks of their own.</summary>
    private sealed class FullDisks : IDisposable
    {
        private FullDisks(ServiceProcess service, LoopDisk data, LoopDisk wal) => (Service, Data, Wal) = (service, data, wal);

        public ServiceProcess Service { get; }

        public LoopDisk Data { get; }

        public LoopDisk Wal { get; }

        public static async Task<FullDisks> StartAsync(ServiceExecutable executable)
        {
            var (data, wal) = (LoopDisk.Create(Mebibytes), LoopDisk.Create(300));
            var service = await ServiceProcess.StartAsync(executable, data.Mountpoint);
            Assert.True(await service.StopAsync(), service.Log);
            var (from, to) = (Path.Combine(service.ClusterFiles, "pg_wal"), Path.Combine(wal.Mountpoint, "wal"));
            Assert.Equal(0, ProgramRun.Of(["cp", "-a", from, to]).ExitCode);
            Directory.Delete(from, recursive: true);
            Directory.CreateSymbolicLink(from, to);
            service.Restart();
            await service.UntilReadyAsync();
            return new FullDisks(service, data, wal);
        }

        public void Dispose()
        {
            Service.DisposeAsync().AsTask().GetAwaiter().GetResult();
            Data.Dispose();
            Wal.Dispose();
        }
    }
}

/// <summary>A test that needs <see cref="LoopDisk"/>.</summary>
internal sealed class LoopDiskFactAttribute : FactAttribute
{
    public LoopDiskFactAttribute() => Skip = LoopDisk.Unavailable;
}

/// <summary>The same with data.</summary>
internal sealed class LoopDiskTheoryAttribute : TheoryAttribute
{
    public LoopDiskTheoryAttribute() => Skip = LoopDisk.Unavailable;
}
