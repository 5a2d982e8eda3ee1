using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>Hints over a real broker, which may be away at any time.</summary>
public sealed class RabbitBusTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [RabbitFact]
    public async Task AHintReachesAnotherProcessOverTheBrokerWithoutItsSweeper()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var broker = new RabbitBroker();
        await broker.StartAsync();
        using var telling = await NotifyHostTests.StartAsync(world, NotifyHostTests.WithoutSweeper, Over(broker));
        using var other = await NotifyHostTests.StartAsync(world, NotifyHostTests.WithoutSweeper, Over(broker));
        var (_, notification) = await world.RaiseAsync();
        using var limit = new CancellationTokenSource(Patience);

        // Whichever of the two takes it: a hint that came before the bus was up is lost, so it is given until one is followed.
        var arrived = world.Smtp.NextAsync(limit.Token).AsTask();
        while (!arrived.IsCompleted)
        {
            telling.Services.GetRequiredService<NotificationSignals>().TryWrite(world.School, notification);
            await Task.WhenAny(arrived, Task.Delay(500));
        }

        Assert.Contains(notification.ToString(), NotifyWorld.MessageIdOf(await arrived), StringComparison.Ordinal);
        await Task.WhenAll(telling.StopAsync(), other.StopAsync());
        Assert.Single(world.Smtp.Mails);
    }

    [RabbitFact]
    public async Task ABrokerStoppedAndStartedUnderLoadLosesNothingAndDoublesNothing()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var staff = await StaffAsync(world, 60);
        await using var broker = new RabbitBroker();
        await broker.StartAsync();
        using var host = await NotifyHostTests.StartAsync(world, static _ => { }, Over(broker));
        var signals = host.Services.GetRequiredService<NotificationSignals>();
        for (var n = 0; n < staff.Count; n++)
        {
            if (n == 15)
            {
                await broker.StopAsync();
            }

            if (n == 40)
            {
                await broker.StartAsync();
            }

            var (_, notification) = await world.RaiseAsync(to: staff[n]);
            signals.TryWrite(world.School, notification);
            await Task.Delay(50);
        }

        await UntilSentAsync(world);
        await host.StopAsync();

        Assert.Equal(staff.Count, world.Smtp.Mails.Count);
        Assert.Equal(staff.Count, world.Smtp.Mails.Select(NotifyWorld.MessageIdOf).Distinct().Count());
    }

    /// <summary>The control: without the sweeper nobody is told of what is raised while the broker is stopped.</summary>
    [RabbitFact]
    public async Task WithoutTheSweeperAStoppedBrokerLeavesPeopleUntold()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        var staff = await StaffAsync(world, 5);
        await using var broker = new RabbitBroker();
        using var host = await NotifyHostTests.StartAsync(world, NotifyHostTests.WithoutSweeper, Over(broker));
        foreach (var one in staff)
        {
            var (_, notification) = await world.RaiseAsync(to: one);
            host.Services.GetRequiredService<NotificationSignals>().TryWrite(world.School, notification);
        }

        await Task.Delay(TimeSpan.FromSeconds(3));

        Assert.Equal((long)staff.Count, await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state = 'due'"));
        Assert.Empty(world.Smtp.Mails);
        await host.StopAsync();
    }

    [RabbitFact]
    public async Task ABrokerThatIsNotThereKeepsTheServiceNeitherFromStartingNorFromTelling()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        await using var broker = new RabbitBroker();
        using var host = await NotifyHostTests.StartAsync(world, static _ => { }, Over(broker));
        await world.RaiseAsync();

        await UntilSentAsync(world);
        await host.StopAsync();

        Assert.Single(world.Smtp.Mails);
    }

    private static async Task<List<Guid>> StaffAsync(NotifyWorld world, int count)
    {
        var staff = Enumerable.Range(0, count).Select(_ => Guid.NewGuid()).ToList();
        foreach (var one in staff)
        {
            await world.AddStaffAsync(one, $"{one:N}@school.example.test", "dsl");
        }

        return staff;
    }

    private static async Task UntilSentAsync(NotifyWorld world)
    {
        var begun = Stopwatch.GetTimestamp();
        while ((long)(await world.Database.RunAsync("SELECT count(*) FROM onlinesafety.notification WHERE state <> 'sent'"))! is > 0 and var left)
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, $"{left} are still waiting.");
            await Task.Delay(200);
        }
    }

    private static Dictionary<string, string?> Over(RabbitBroker broker) => new()
    {
        ["Bus:Host"] = "127.0.0.1",
        ["Bus:Port"] = broker.Port.ToString(CultureInfo.InvariantCulture),
    };
}
