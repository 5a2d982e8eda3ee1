using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

public sealed class SyslogListenersTests
{
    [Fact]
    public async Task AListenerThatBreaksIsToldMakesReadinessDegradedAndIsOpenedAgain()
    {
        var networks = new BreakingOnce();
        await using var doors = await Doors.OpenAsync(
            sources => sources.Replace(sources.Syslog("filter") with { From = networks }), ("Syslog:MaxConnections", "1"));
        using var open = await doors.ConnectAsync();
        await open.SendAsync("<14>before\n"u8.ToArray());
        await doors.StoredAsync(1);
        var broken = doors.Syslog.Listeners[0];
        networks.Break();

        // One too many: whose it would have been is looked up, and that meets an error that nothing expects.
        using var refused = await doors.ConnectAsync();
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2123), told => told);
        await Doors.UntilAsync(() => doors.Syslog.Listeners.Count > 0 && !ReferenceEquals(doors.Syslog.Listeners[0], broken), again => again);

        Assert.Equal(HealthStatus.Degraded, (await new ListenersCheck(doors.Syslog, doors.Mail).CheckHealthAsync(new HealthCheckContext())).Status);
        using var after = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await after.ConnectAsync(doors.SyslogEndpoint);
        await after.SendAsync("<14>after\n"u8.ToArray());
        Assert.Equal(["<14>before", "<14>after"], (await doors.StoredAsync(2)).Select(record => record.Text));
    }

    [Fact]
    public async Task ASourceWithAPortGetsAListenerOfItsOwnWhileItIsRegistered()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("common"));
        var port = FreePort();
        var own = doors.Sources.Syslog("own", port);
        doors.Sources.Publish();
        await Doors.UntilAsync(() => doors.Syslog.Listeners.Count, count => count == 2);
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, port), doors.Syslog.Listeners[1].Endpoint);

        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            await socket.SendAsync("<14>one\n"u8.ToArray());
            Assert.Equal(own.Key.Source, Assert.Single(await doors.StoredAsync(1)).Source);

            doors.Sources.Remove(own);
            await Doors.UntilAsync(() => doors.Syslog.Listeners.Count, count => count == 1);
        }

        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2102), closed => closed);
        using var late = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await Assert.ThrowsAsync<SocketException>(() => late.ConnectAsync(IPAddress.Loopback, port));
    }

    [Fact]
    public async Task ATakenPortIsReportedAndTheOthersGoOn()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        SourceRegistration common = null!;
        await using var doors = await Doors.OpenAsync(sources =>
        {
            common = sources.Syslog("common");
            sources.Syslog("own", port);
        });

        Assert.Single(doors.Syslog.Listeners);
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2101 && line.Text.Contains($"{port}", StringComparison.Ordinal)), told => told);
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>one\n"u8.ToArray());
        Assert.Equal(common.Key.Source, Assert.Single(await doors.StoredAsync(1)).Source);

        taken.Dispose();
        doors.Sources.Publish();
        await Doors.UntilAsync(() => doors.Syslog.Listeners.Count, count => count == 2);
    }

    [Fact]
    public async Task ACommonPortThatIsTakenStopsTheStart()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();

        await Assert.ThrowsAsync<SocketException>(() => Doors.OpenAsync(_ => { }, ("Syslog:Listen", taken.LocalEndPoint!.ToString()!)));
    }

    [Fact]
    public async Task ARegistrationThatChangesIsFollowedByOpenConnections()
    {
        SourceRegistration before = null!;
        await using var doors = await Doors.OpenAsync(sources => before = sources.Syslog("before"));
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>one\n"u8.ToArray());
        Assert.Equal(before.Key.Source, (await doors.StoredAsync(1))[0].Source);

        var narrower = doors.Sources.Syslog("narrower", from: "127.0.0.0/8");
        doors.Sources.Publish();

        // The service follows on its own time; each line goes to one of the two.
        await Doors.UntilAsync(
            () =>
            {
                socket.Send("<14>next\n"u8);
                return doors.Log.Stored.Any(record => record.Source == narrower.Key.Source);
            },
            followed => followed);
        Assert.All(doors.Log.Stored, record => Assert.Contains(record.Source, new[] { before.Key.Source, narrower.Key.Source }));
    }

    internal static int FreePort()
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)probe.LocalEndPoint!).Port;
    }
}
