using System.Diagnostics;
using OnlineSafety.Monitoring.Storage.Embedded;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Faults;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>A start that loses its database gets ready all the same, or ends and says why; it never hangs.</summary>
[Collection(FaultLanes.Points)]
public sealed class StartUpTests(ITestOutputHelper output)
{
    private const int Failed = 1;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task WheneverItsDatabaseIsKilledAStartEndsInReadinessOrWithAReason()
    {
        await using var service = await ServiceProcess.StartAsync(FaultRun.Executable);
        var starts = CrashPlan.Full ? 12 : 4;
        var (ready, ended) = (0, 0);
        for (var start = 0; start < starts; start++)
        {
            service.Kill();
            if (start % 3 == 0)
            {
                await service.KillDatabaseAsync();
            }

            service.Restart();
            var postmaster = await PostmasterAsync(service);
            await Task.Delay(2500 * start / starts);
            // The server itself, or one of its processes: then it recovers under the service that starts.
            var others = service.Cluster.Running().Where(pid => pid != postmaster).ToList();
            service.Cluster.Signal(start % 2 == 0 || others.Count == 0 ? postmaster : others.Max(), PostmasterSignal.Kill);

            var begun = Stopwatch.GetTimestamp();
            while (!service.HasExited && !await service.IsReadyAsync())
            {
                Assert.True(Stopwatch.GetElapsedTime(begun) < Bound, $"Start {start} hangs:\n{service.Log}");
                await Task.Delay(50);
            }

            if (service.HasExited)
            {
                ended++;
                Assert.True(service.ExitCode == Failed, $"Start {start} ended with {service.ExitCode}:\n{service.Log}");
                Assert.DoesNotContain("defect of onlinesafety", service.Log, StringComparison.Ordinal);
                service.Restart();
                await service.UntilReadyAsync();
            }
            else
            {
                ready++;
            }
        }

        output.WriteLine($"{ready} got ready, {ended} ended with a reason");
        Assert.True(ready > 0);
    }

    [Fact]
    public async Task AServiceOfWhichAPartBreaksEndsAndFails()
    {
        await using var service = ServiceProcess.Launch(InjectedFault.In(FaultRun.Executable, InjectedFault.BreakAPart));
        var begun = Stopwatch.GetTimestamp();
        while (!service.HasExited)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Bound, service.Log);
            await Task.Delay(50);
        }

        // Zero would tell an init system that it was meant to end.
        Assert.Equal(Failed, service.ExitCode);
        Assert.Contains(nameof(NotSupportedException), service.Log, StringComparison.Ordinal);
    }

    private static async Task<int> PostmasterAsync(ServiceProcess service)
    {
        var begun = Stopwatch.GetTimestamp();
        while (true)
        {
            if (service.Postmaster is { } server)
            {
                return server.ProcessId;
            }

            Assert.True(Stopwatch.GetElapsedTime(begun) < Bound && !service.HasExited, service.Log);
            await Task.Delay(5);
        }
    }
}
