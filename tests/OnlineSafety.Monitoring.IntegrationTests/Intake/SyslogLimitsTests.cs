using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

public sealed class SyslogLimitsTests
{
    [Fact]
    public async Task ASourceOverItsRateIsHeldBackAndLosesNothing()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Syslog("filter"), ("Syslog:MaxMessagesPerSecondPerSource", "1000"));
        using var socket = await doors.ConnectAsync();
        // The kernel takes it all at once; what is read of it comes by and by.
        await socket.SendAsync(Lines(3000));
        await doors.StoredAsync(1);
        await Task.Delay(300);
        var early = doors.Log.Stored.Count;
        var stored = await doors.StoredAsync(3000);

        Assert.InRange(early, 1, 2900);
        Assert.Equal(Enumerable.Range(0, 3000).Select(line => $"<14>{line:D20}"), stored.Select(record => record.Text));
        Assert.True(doors.Troubles[source, DoorTroubleKind.OverRate] > 0);
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2120), told => told);
        Assert.True(doors.Syslog.Met.Lately);
    }

    [Fact]
    public async Task DatagramsOverTheRateAreCountedAndAllKept()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Syslog("filter"), ("Syslog:MaxMessagesPerSecondPerSource", "100"));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (var sent = 0; sent < 1000; sent++)
        {
            await socket.SendToAsync(Encoding.ASCII.GetBytes($"<14>{sent}"), doors.SyslogEndpoint);
        }

        Assert.Equal(1000, (await doors.StoredAsync(1000)).Count);
        Assert.InRange(doors.Troubles[source, DoorTroubleKind.OverRate], 1, 1000);
    }

    [Fact]
    public async Task WithoutARateNobodyIsCounted()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Syslog("filter"));
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync(Lines(3000));
        await doors.StoredAsync(3000);

        Assert.Equal(0, doors.Troubles[source, DoorTroubleKind.OverRate]);
        Assert.False(doors.Syslog.Met.Lately);
    }

    [Fact]
    public async Task ASourceCannotTakeAllConnectionsThroughManySenders()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Syslog("filter"), ("Syslog:MaxConnectionsPerSource", "2"));
        using var first = await doors.ConnectAsync();
        using var second = await doors.ConnectAsync();
        await first.SendAsync("<14>one\n"u8.ToArray());
        await second.SendAsync("<14>two\n"u8.ToArray());
        await doors.StoredAsync(2);
        using var third = await doors.ConnectAsync();

        Assert.Equal(0, await third.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(20)));
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2105 && line.Text.Contains("source_connection_limit", StringComparison.Ordinal)), told => told);
        Assert.Equal(1, doors.Troubles[source, DoorTroubleKind.TooManyConnections]);
        Assert.True(doors.Syslog.Met.Lately);

        // One that ends makes room.
        first.Dispose();
        await Doors.UntilAsync(
            () =>
            {
                using var again = doors.ConnectAsync().GetAwaiter().GetResult();
                again.Send("<14>again\n"u8);
                Thread.Sleep(50);
                return doors.Log.Stored.Any(record => record.Text == "<14>again");
            },
            admitted => admitted);
    }

    [Fact]
    public async Task OverItsMemoryNoConnectionOfAListenerIsReadAnyFurther()
    {
        await using var doors = await Doors.OpenAsync(
            sources => sources.Syslog("filter"), ("Syslog:MaxPendingBytes", "1048576"), ("Syslog:ReadAheadBytes", "4194304"));
        doors.Log.Stall();
        var sockets = new List<Socket>();
        // In one piece: what comes line by line is read line by line, and no connection would hold much.
        var lines = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("<14>" + new string('a', 995) + "\n", 60)));
        for (var connection = 0; connection < 90; connection++)
        {
            var socket = await doors.ConnectAsync();
            sockets.Add(socket);
            await socket.SendAsync(lines);
        }

        await Doors.UntilAsync(() => doors.Logs.Lines.Any(told => told.Id == 2121), told => told);
        await Task.Delay(300);

        // The limit, and what some connections were reading when it was met; without it they would have read all.
        var taken = sockets.Sum(socket => 60_000 - TcpState.InKernel((System.Net.IPEndPoint)socket.LocalEndPoint!, (System.Net.IPEndPoint)socket.RemoteEndPoint!));
        Assert.InRange(taken, 1024 * 1024, 3 * 1024 * 1024);
        doors.Log.Resume();
        Assert.Equal(5400, (await doors.StoredAsync(5400)).Count);
        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task AStormOfConnectionsIsRefusedAtTheLimitAndLeavesNothingBehind()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"), ("Syslog:MaxConnections", "20"), ("Syslog:MaxConnectionsPerPeer", "20"));
        using var healthy = await doors.ConnectAsync();
        await healthy.SendAsync("<14>before\n"u8.ToArray());
        await doors.StoredAsync(1);
        var before = OpenDescriptors();
        for (var wave = 0; wave < 20; wave++)
        {
            var storm = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => doors.ConnectAsync()));
            Array.ForEach(storm, socket => socket.Dispose());
        }

        await healthy.SendAsync("<14>after\n"u8.ToArray());
        await doors.StoredAsync(2);
        // Other tests of this process may hold a few.
        await Doors.UntilAsync(OpenDescriptors, open => open < before + 100);
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2105), told => told);

        static int OpenDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
    }

    [Fact]
    public async Task TheKernelAsksWhetherASilentPeerIsStillThere()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>one\n"u8.ToArray());
        await doors.StoredAsync(1);

        Assert.True(TcpState.IsKeptAlive((System.Net.IPEndPoint)socket.RemoteEndPoint!, (System.Net.IPEndPoint)socket.LocalEndPoint!));
    }

    private static byte[] Lines(int count) => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, count).Select(line => $"<14>{line:D20}\n")));
}
