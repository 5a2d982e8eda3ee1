using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Notifications;

namespace OnlineSafety.Monitoring.IntegrationTests.Notifications;

/// <summary>The role as it is hosted, with bus, sweeper and digests.</summary>
public sealed class NotifyHostTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task TheSweeperFindsARowThatNobodySignalled()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        using var host = await StartAsync(world, static _ => { });
        var (_, notification) = await world.RaiseAsync();
        using var limit = new CancellationTokenSource(Patience);

        var mail = await world.Smtp.NextAsync(limit.Token);

        Assert.Contains(notification.ToString(), NotifyWorld.MessageIdOf(mail), StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task ASignalReachesTheDispatcherOverTheBusWithoutTheSweeper()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        using var host = await StartAsync(world, WithoutSweeper);
        var (_, notification) = await world.RaiseAsync();
        using var limit = new CancellationTokenSource(Patience);

        Assert.True(host.Services.GetRequiredService<NotificationSignals>().TryWrite(world.School, notification));
        // A hint for what does not exist, and one that comes twice, do nothing.
        host.Services.GetRequiredService<NotificationSignals>().TryWrite(world.School, notification);
        host.Services.GetRequiredService<NotificationSignals>().TryWrite(world.School, Guid.NewGuid());
        var mail = await world.Smtp.NextAsync(limit.Token);

        Assert.Contains(notification.ToString(), NotifyWorld.MessageIdOf(mail), StringComparison.Ordinal);
        await host.StopAsync();
        Assert.Single(world.Smtp.Mails);
    }

    /// <summary>The control for both: with neither signal nor sweeper nothing is sent.</summary>
    [Fact]
    public async Task WithNeitherSignalNorSweeperNothingIsSent()
    {
        await using var world = await NotifyWorld.CreateAsync(postgres.Server);
        using var host = await StartAsync(world, WithoutSweeper);
        await world.RaiseAsync();

        await Task.Delay(TimeSpan.FromSeconds(2.5));

        Assert.Empty(world.Smtp.Mails);
        await host.StopAsync();
    }

    internal static void WithoutSweeper(IServiceCollection services)
    {
        foreach (var sweeper in services.Where(s => s.ImplementationType == typeof(NotificationSweeper)).ToList())
        {
            services.Remove(sweeper);
        }
    }

    internal static async Task<IHost> StartAsync(NotifyWorld world, Action<IServiceCollection> change, Dictionary<string, string?>? settings = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mail:RelayHost"] = "127.0.0.1",
            ["Mail:RelayPort"] = world.Smtp.Port.ToString(),
            ["Mail:From"] = "safety@school.example.test",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddKeyedSingleton(DatabaseRole.Notify, world.Open().Database);
        builder.Services.AddNotifications(builder.Configuration).AddDigests();
        change(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
