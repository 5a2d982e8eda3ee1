using System.Diagnostics;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>
/// Does harm, by process id, only to what belongs to one service under test, at random moments; starts the service again whenever it has ended, as an
/// init system would.
/// </summary>
internal sealed class Chaos(ServiceProcess service, Oracle oracle, Random random)
{
    private const int DuringRecoveryOneIn = 4;
    private static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(60);

    /// <summary>Faults so far.</summary>
    public int Faults { get; set; }

    /// <summary>How often the service ended though it was not killed.</summary>
    public int EndedByItself { get; private set; }

    /// <summary>The longest wait until the service said that it is ready again and acknowledged something.</summary>
    public TimeSpan SlowestRecovery { get; private set; }

    /// <summary>Bytes by which the service grew while its database did not answer.</summary>
    public long Growth { get; private set; }

    public async Task StrikeAsync(IEnumerable<Victim> victims)
    {
        foreach (var victim in victims)
        {
            // Mostly a service at work, sometimes one that is still recovering from the fault before.
            if (Faults == 0 || random.Next(DuringRecoveryOneIn) > 0)
            {
                await RecoverAsync();
            }

            await PauseAsync();
            await StrikeAsync(victim);
            Faults++;
        }

        await RecoverAsync();
    }

    /// <summary>A random while of load.</summary>
    public Task PauseAsync() => Task.Delay(300 + random.Next(1200));

    /// <summary>Returns when the service is ready and has acknowledged something new.</summary>
    public async Task RecoverAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        var acknowledged = oracle.Acknowledged;
        while (oracle.Acknowledged == acknowledged || !await service.IsReadyAsync())
        {
            RestartIfEnded();
            Assert.True(Stopwatch.GetElapsedTime(begun) < RecoversWithin, $"The service did not recover:\n{service.Log}");
            await Task.Delay(20);
        }

        var took = Stopwatch.GetElapsedTime(begun);
        SlowestRecovery = took > SlowestRecovery ? took : SlowestRecovery;
    }

    /// <summary>SIGKILL to the service, and a new one at once.</summary>
    public void KillHost()
    {
        RestartIfEnded();
        service.Kill();
        service.Restart();
    }

    private async Task StrikeAsync(Victim victim)
    {
        if (victim == Victim.Host)
        {
            KillHost();
            return;
        }

        var postmaster = await PostmasterAsync();
        switch (victim)
        {
            case Victim.Frozen:
                await FreezeAsync();
                break;
            case Victim.FastShutdown:
                service.Cluster.Signal(postmaster, PostmasterSignal.FastShutdown);
                break;
            case Victim.ImmediateShutdown:
                service.Cluster.Signal(postmaster, PostmasterSignal.ImmediateShutdown);
                break;
            default:
                var others = service.Cluster.Running().Where(p => p != postmaster).ToArray();
                service.Cluster.Signal(
                    victim == Victim.ServerProcess && others.Length > 0 ? others[random.Next(others.Length)] : postmaster, PostmasterSignal.Kill);
                break;
        }
    }

    private async Task FreezeAsync()
    {
        var before = service.Resident;
        service.FreezeDatabase();
        try
        {
            await Task.Delay(CrashPlan.FreezeFor);
            Growth = Math.Max(Growth, service.HasExited ? 0 : service.Resident - before);
        }
        finally
        {
            service.ThawDatabase();
        }
    }

    private async Task<int> PostmasterAsync()
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (service.Postmaster is { } server)
            {
                return server.ProcessId;
            }

            RestartIfEnded();
            Assert.True(Stopwatch.GetElapsedTime(begun) < RecoversWithin, $"No database server came back:\n{service.Log}");
            await Task.Delay(20);
        }
    }

    private void RestartIfEnded()
    {
        if (service.HasExited)
        {
            EndedByItself++;
            service.Restart();
        }
    }
}
