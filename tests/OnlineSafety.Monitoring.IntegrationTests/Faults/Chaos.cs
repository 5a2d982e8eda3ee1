using System.Diagnostics;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>
/// Kills, by process id, only what belongs to one service under test, at random moments; starts the service again whenever it has ended, as an
/// init system would.
/// </summary>
internal sealed class Chaos(ServiceProcess service, SenderOracle oracle, Random random)
{
    private const int DuringRecoveryOneIn = 4;
    private static readonly TimeSpan RecoversWithin = TimeSpan.FromSeconds(60);

    public int Kills { get; private set; }

    /// <summary>How often the service ended though it was not killed.</summary>
    public int EndedByItself { get; private set; }

    /// <summary>The longest wait until the service said that it is ready again and acknowledged something.</summary>
    public TimeSpan SlowestRecovery { get; private set; }

    public async Task KillAsync(IEnumerable<Victim> victims)
    {
        foreach (var victim in victims)
        {
            // Mostly a service at work, sometimes one that is still recovering from the kill before.
            if (Kills == 0 || random.Next(DuringRecoveryOneIn) > 0)
            {
                await RecoverAsync();
            }

            await Task.Delay(300 + random.Next(1200));
            await KillAsync(victim);
            Kills++;
        }

        await RecoverAsync();
    }

    private async Task KillAsync(Victim victim)
    {
        if (victim == Victim.Host)
        {
            RestartIfEnded();
            service.Kill();
            service.Restart();
            return;
        }

        var postmaster = await PostmasterAsync();
        var pid = postmaster;
        if (victim == Victim.ServerProcess && service.Cluster.Running().Where(p => p != postmaster).ToArray() is { Length: > 0 } others)
        {
            pid = others[random.Next(others.Length)];
        }

        service.Cluster.Signal(pid, PostmasterSignal.Kill);
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

    private async Task RecoverAsync()
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

    private void RestartIfEnded()
    {
        if (service.HasExited)
        {
            EndedByItself++;
            service.Restart();
        }
    }
}
