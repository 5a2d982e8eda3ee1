using System.Diagnostics;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Faults;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>
/// The service as a process of its own, killed with SIGKILL at random under load from senders that send again what was not acknowledged.
/// A seed gives the same kills and lines again, not the same moments.
/// </summary>
[Collection(AloneCollection.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private static readonly TimeSpan FreshWithin = TimeSpan.FromSeconds(10);

    // What a dead worker had claimed waits for its lease: 15 s as shipped, the least that may be set for the short form.
    private static ServiceExecutable Executable { get; } =
        CrashPlan.Full ? ServiceExecutable.Built : ServiceExecutable.Built.With("ONLINESAFETY_Processing__Lease", "00:00:05");

    public static TheoryData<CrashPlan> Plans => [.. CrashPlan.All];

    [Theory]
    [MemberData(nameof(Plans), DisableDiscoveryEnumeration = true)]
    public async Task WhateverIsKilledNothingAcknowledgedIsLostAndNoEventIsDoubled(CrashPlan plan)
    {
        await using var service = await ServiceProcess.StartAsync(Executable);
        var result = await RunAsync(plan, service);

        Assert.True(result.Verify == "clean", result.Verify);
        Assert.True(result is { Lost: 0, Doubled: 0, WrongAlerts: 0, WrongMails: 0 }, result.Row);
        Assert.Equal(result.Sent, result.Acknowledged);
        Assert.Equal((result.Sent, result.Sent, result.Sent), ((int)result.Stored, result.Events, (int)result.Alerts));
        Assert.True(result.Mails > 0 && (!CrashPlan.Full || result.Unsent == 0), result.Row);
        // Only a database that dies under a starting service may end it; the init system starts it again.
        Assert.True(result.Chaos.EndedByItself == 0 || (plan.Hosts > 0 && plan.Postmasters > 0), service.Log);
        Assert.True(await service.StopAsync(), $"It did not stop within 30 s:\n{service.Log}");
        Assert.Empty(service.Cluster.Running());
    }

    [Fact]
    public async Task WithTheAcknowledgementBeforeTheCommitTheSameTestFindsLosses()
    {
        await using var service = await ServiceProcess.StartAsync(InjectedFault.In(Executable, InjectedFault.AcknowledgeBeforeCommit));
        var result = await RunAsync(CrashPlan.Control, service);

        Assert.True(result.Lost > 0, result.Row);
    }

    private async Task<Reckoning> RunAsync(CrashPlan plan, ServiceProcess service)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"{plan}: seed {seed}");
        var random = new Random(seed);
        using var oracle = await SetUpAsync(service, seed);
        var chaos = new Chaos(service, oracle, random);
        using var stop = new CancellationTokenSource();
        var sending = oracle.SendAsync(stop.Token);
        try
        {
            await chaos.KillAsync(plan.Victims(random));
        }
        finally
        {
            await stop.CancelAsync();
            await sending;
        }

        await FreshRecordArrivesAsync(oracle, service);
        var result = await Reckoning.OfAsync(plan, seed, chaos, oracle, service, waitForMails: CrashPlan.Full);
        output.WriteLine(result.Row);
        return result;
    }

    private static async Task<SenderOracle> SetUpAsync(ServiceProcess service, int seed)
    {
        var school = (await service.CommandAsync("school", "add", "--name", "Example Academy", "--urn", "100000")).GetProperty("school").GetString()!;
        await service.CommandAsync("staff", "add", "--school", school, "--name", "D. Lead", "--email", "dsl@school.example", "--role", "dsl");
        var source = await service.CommandAsync("source", "add", "--school", school, "--product", "protex", "--via", "webhook");
        return new SenderOracle(
            new Uri($"http://127.0.0.1:{service.Http}/v1/ingest/{source.GetProperty("source").GetString()}"), source.GetProperty("key").GetString()!, seed);
    }

    /// <summary>Recovered means at work, not only alive.</summary>
    private static async Task FreshRecordArrivesAsync(SenderOracle oracle, ServiceProcess service)
    {
        var begun = Stopwatch.GetTimestamp();
        var user = await oracle.SendOneAsync();
        while (await service.NumberAsync($"SELECT count(*) FROM event WHERE subject_key = 'user:{user}'") == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < FreshWithin, $"A fresh record was no event within {FreshWithin.TotalSeconds} s:\n{service.Log}");
            await Task.Delay(50);
        }
    }
}

/// <summary>Tests that take the whole machine: never beside others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "Alone";
}
