using System.Diagnostics;
using System.Globalization;
using OnlineSafety.Monitoring.IntegrationTests.Notifications;
using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.TestKit.Faults;
using Xunit.Abstractions;

namespace OnlineSafety.Monitoring.IntegrationTests.Faults;

/// <summary>Two processes tell people of one installation over SMTP, and are killed between claim, send and mark.</summary>
public sealed class NotifyKillTests(PostgresFixture postgres, ITestOutputHelper output) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    /// <summary>Mails that are due at once: as many as one school has under way.</summary>
    private const int Burst = 4;

    // By a point of the program's own, or (empty) from outside at any moment.
    private static readonly string[] Kills = [.. Enumerable.Repeat<string[]>(["outbox-claimed", "smtp-accepted-before-mark", ""], CrashPlan.Full ? 8 : 2).SelectMany(kill => kill)];

    [Fact]
    public async Task KilledBetweenClaimSendAndMarkNobodyIsLeftOutAndAKillDoublesOneMailAtMost()
    {
        await using var world = await WorldAsync();
        await using var first = Launch(world, Program(world));
        await using var second = Launch(world, Program(world));
        await Task.WhenAll(first.UntilReadyAsync(), second.UntilReadyAsync());
        using var enough = new CancellationTokenSource();
        var raising = RaiseAsync(world, enough.Token);
        var random = new Random(20261126);
        for (var kill = 0; kill < Kills.Length; kill++)
        {
            var victim = kill % 2 == 0 ? first : second;
            await KillAsync(world, victim, Kills[kill], random);
            victim.Restart(Program(world));
            await victim.UntilReadyAsync();
        }

        await enough.CancelAsync();
        await raising;
        // Both at once, so that every lease that is left is a dead one's and need not be waited for.
        first.Kill();
        second.Kill();
        await world.RunOutLeasesAsync();
        first.Restart();
        second.Restart();
        await UntilAsync(async () => (await Tally.OfAsync(world)).Waiting == 0, first);

        var tally = await Tally.OfAsync(world);
        output.WriteLine($"{Kills.Length + 2} kills: {tally}");
        Assert.True(tally is { Clean: true, Sent: > 20 }, tally.ToString());
        Assert.InRange(tally.Doubled, 1, Kills.Length + 2);
    }

    /// <summary>The control: where no mail waits for another, one kill doubles as many as the relay has and has not answered.</summary>
    [Fact]
    public async Task WithoutTurnsOneKillDoublesMany()
    {
        await using var world = await WorldAsync();
        // Long enough for a kill to meet them all.
        world.Smtp.AnswersAfter = TimeSpan.FromSeconds(2);
        var program = Program(world).With("ONLINESAFETY_Mail__HandoverSeconds", "0");
        await using var service = Launch(world, program);
        await service.UntilReadyAsync();
        await BurstAsync(world);
        await UntilAsync(() => Task.FromResult(world.Smtp.Mails.Count >= Burst), service);
        service.Kill();
        world.Smtp.AnswersAfter = TimeSpan.Zero;
        await world.RunOutLeasesAsync();
        service.Restart(program);
        await UntilAsync(async () => (await Tally.OfAsync(world)).Waiting == 0, service);

        var tally = await Tally.OfAsync(world);
        Assert.True(tally is { Clean: true, Doubled: > 1 }, tally.ToString());
    }

    /// <summary>The control: marked before it is sent, the mail of a kill in between is lost.</summary>
    [Fact]
    public async Task WithTheMarkBeforeTheMailTheSameTallyFindsALoss()
    {
        await using var world = await WorldAsync();
        await using var service = Launch(world, InjectedFault.In(Program(world), InjectedFault.MarkBeforeSend));
        await service.UntilReadyAsync();
        using var enough = new CancellationTokenSource();
        var raising = RaiseAsync(world, enough.Token);
        await UntilAsync(async () => (await Tally.OfAsync(world)).Lost > 0, service);
        service.Kill();
        await enough.CancelAsync();
        await raising;

        Assert.True((await Tally.OfAsync(world)).Lost > 0);
    }

    private static async Task KillAsync(NotifyWorld world, ServiceProcess victim, string point, Random random)
    {
        if (point.Length == 0)
        {
            await Task.Delay(200 + random.Next(500));
            victim.Kill();
            return;
        }

        victim.Kill();
        victim.Restart(CrashAt.In(Program(world), point, 1 + random.Next(3)));
        await UntilAsync(() => Task.FromResult(victim.HasExited), victim);
        Assert.Equal(137, victim.ExitCode);
    }

    /// <summary>A relay that takes a while to answer, as a disk does: many mails are under way in each process at any time.</summary>
    private async Task<NotifyWorld> WorldAsync()
    {
        var world = await NotifyWorld.CreateAsync(postgres.Server);
        world.Smtp.AnswersAfter = TimeSpan.FromMilliseconds(50);
        return world;
    }

    private static ServiceExecutable Program(NotifyWorld world) => (ServiceExecutable.Built with { Serving = ["--roles", "notify"] })
        .With("ONLINESAFETY_Mail__RelayHost", "127.0.0.1")
        .With("ONLINESAFETY_Mail__RelayPort", world.Smtp.Port.ToString(CultureInfo.InvariantCulture))
        .With("ONLINESAFETY_Mail__From", "safety@school.example.test");

    private static ServiceProcess Launch(NotifyWorld world, ServiceExecutable program) =>
        ServiceProcess.Launch(program, data: null, new ServerOfOnesOwn(world.Database.ConnectionString, world.Database.ConnectionString));

    /// <summary>Each mail goes to somebody of their own, so that none waits for its turn with another.</summary>
    private static async Task RaiseAsync(NotifyWorld world, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await BurstAsync(world);
            await Task.Delay(500, CancellationToken.None);
        }
    }

    private static async Task BurstAsync(NotifyWorld world)
    {
        var staff = Enumerable.Range(0, Burst).Select(_ => Guid.NewGuid()).ToList();
        foreach (var one in staff)
        {
            await world.AddStaffAsync(one, $"{one:N}@school.example.test", "dsl");
        }

        await world.RaiseManyAsync(1, [.. staff]);
    }

    private static async Task UntilAsync(Func<Task<bool>> so, ServiceProcess service)
    {
        var begun = Stopwatch.GetTimestamp();
        while (!await so())
        {
            Assert.True(Stopwatch.GetElapsedTime(begun) < Patience, service.Log);
            await Task.Delay(20);
        }
    }
}
