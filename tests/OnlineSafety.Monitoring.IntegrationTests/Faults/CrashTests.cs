using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Faults;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>The service as a process of its own, killed at random under load; its database killed, restarted and frozen.</summary>
[Collection(FaultLanes.Harm)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const long MayGrow = 100 * 1024 * 1024;

    public static TheoryData<string> Plans => [.. CrashPlan.All.Select(plan => plan.Name)];

    public static TheoryData<string> Controls =>
        CrashPlan.Full ? [InjectedFault.AcknowledgeBeforeCommit, InjectedFault.MarkBeforeSend] : [InjectedFault.AcknowledgeBeforeCommit];

    [Theory]
    [MemberData(nameof(Plans), DisableDiscoveryEnumeration = true)]
    public async Task WhateverIsKilledNothingAcknowledgedIsLostAndNoEventIsDoubled(string name)
    {
        var plan = CrashPlan.Named(name);
        await using var service = await ServiceProcess.StartAsync(FaultRun.Executable);
        var (result, chaos) = await StrikeAsync(plan, service, waitForMails: CrashPlan.Full);

        Assert.True(result.Kept, result.Row);
        Assert.True(!CrashPlan.Full || result.Unsent == 0, result.Row);
        // Only a database that dies under a starting service may end it; the init system starts it again.
        Assert.True(chaos.EndedByItself == 0 || plan.Hosts > 0, service.Log);
        Assert.InRange(chaos.Growth, 0, MayGrow);
        Assert.True(await service.StopAsync(), $"It did not stop within 30 s:\n{service.Log}");
        // The process that writes the server's log ends a moment after it.
        for (var looks = 0; looks < 200 && service.Cluster.Running().Count > 0; looks++)
        {
            await Task.Delay(50);
        }

        Assert.Empty(service.Cluster.Running());
    }

    [Theory]
    [MemberData(nameof(Controls), DisableDiscoveryEnumeration = true)]
    public async Task WithAMistakeInItTheSameTestFindsIt(string mistake)
    {
        await using var service = await ServiceProcess.StartAsync(InjectedFault.In(FaultRun.Executable, mistake));
        var (result, _) = await StrikeAsync(CrashPlan.Control(mistake), service, waitForMails: false);

        Assert.True(mistake == InjectedFault.MarkBeforeSend ? result.WrongMails > 0 : result.Lost > 0, result.Row);
    }

    private async Task<(Reckoning Result, Chaos Chaos)> StrikeAsync(CrashPlan plan, ServiceProcess service, bool waitForMails)
    {
        await using var run = await FaultRun.BeginAsync(plan.Name, service, output);
        await run.Chaos.StrikeAsync(plan.Victims(run.Random));
        return (await run.ReckonAsync(waitForMails), run.Chaos);
    }
}
