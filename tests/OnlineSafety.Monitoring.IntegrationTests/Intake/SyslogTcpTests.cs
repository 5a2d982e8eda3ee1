using System.Net;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

public sealed class SyslogTcpTests
{
    [Theory]
    [InlineData("<14>one\n<14>two\n")]
    [InlineData("7 <14>one7 <14>two")]
    [InlineData("<14>one\r\n7 <14>two")]
    public async Task EitherFramingGivesTheSameRecords(string stream)
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Syslog("filter"));
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(stream));

        var stored = await doors.StoredAsync(2);

        Assert.Equal(["<14>one", "<14>two"], stored.Select(record => record.Text));
        Assert.All(stored, record => Assert.Equal((source.Key.Source, RecordFlags.None, Door.SyslogTcp, "127.0.0.1", RecordEnvelope.Syslog), (record.Source, record.Flags, record.Envelope.Door, record.Envelope.Peer, record.Envelope.ContentType)));
    }

    [Fact]
    public async Task WhatMatchesNoSourceGoesToTheUnassignedOneOfItsListener()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("elsewhere", from: "192.0.2.0/24"));
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>lost child of a relay\n"u8.ToArray());

        var record = Assert.Single(await doors.StoredAsync(1));

        Assert.Equal(doors.Sources.Unassigned("syslog").Key.Source, record.Source);
        Assert.Equal(RecordFlags.Unassigned, record.Flags);
    }

    [Fact]
    public async Task ASourceThatWasJustRegisteredIsFoundByItsFirstConnection()
    {
        await using var doors = await Doors.OpenAsync(_ => { });
        var added = doors.Sources.Syslog("new");
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>hello\n"u8.ToArray());

        Assert.Equal(added.Key.Source, Assert.Single(await doors.StoredAsync(1)).Source);
    }

    [Fact]
    public async Task BehindARelayEachHostIsItsOwnSourceAndOrderIsKeptWithinIt()
    {
        SourceRegistration first = null!, second = null!;
        await using var doors = await Doors.OpenAsync(sources => (first, second) = (sources.Syslog("first", host: "fw1"), sources.Syslog("second", host: "fw2")));
        using var socket = await doors.ConnectAsync();
        var lines = string.Concat(Enumerable.Range(0, 2000).Select(line => $"<14>Mar  2 09:14:07 fw{(line % 2) + 1} e2guardian: {line}\n"));
        await socket.SendAsync(Encoding.ASCII.GetBytes(lines));

        var stored = await doors.StoredAsync(2000);

        Assert.Equal(Enumerable.Range(0, 1000).Select(line => line * 2), Numbers(stored, first));
        Assert.Equal(Enumerable.Range(0, 1000).Select(line => (line * 2) + 1), Numbers(stored, second));

        static IEnumerable<int> Numbers(IReadOnlyList<StoredRecord> stored, SourceRegistration source) =>
            stored.Where(record => record.Source == source.Key.Source).Select(record => int.Parse(record.Text.Split(' ')[^1]));
    }

    [Fact]
    public async Task WhenTheLogStallsNoMoreThanTheReadAheadIsTakenFromTheSender()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        doors.Log.Stall();
        using var socket = await doors.ConnectAsync();
        var line = Encoding.ASCII.GetBytes("<14>" + new string('a', 330) + "\n");
        var sent = await SendUntilHeldBackAsync(socket, line);
        var (sender, receiver) = ((IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!);

        var taken = await Doors.UntilAsync(() => sent - TcpState.InKernel(sender, receiver), taken => taken > 0);
        await Task.Delay(300);
        taken = sent - TcpState.InKernel(sender, receiver);

        Assert.Empty(doors.Log.Stored);
        Assert.InRange(taken, 1, 64 * 1024);

        // And when it goes on, everything that was sent comes, in order and once.
        doors.Log.Resume();
        var stored = await doors.StoredAsync((int)(sent / line.Length));
        Assert.Equal(sent / line.Length, stored.Count);
        Assert.All(stored, record => Assert.Equal(line.Length - 1, record.Text.Length));
    }

    [Fact]
    public async Task LinesThatTheLogRefusedAreKeptAndTriedAgainMarked()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        doors.Log.RefuseNext(3);
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>one\n"u8.ToArray());
        await doors.StoredAsync(1);
        await socket.SendAsync("<14>two\n"u8.ToArray());

        var stored = await doors.StoredAsync(2);

        Assert.Equal(["<14>one", "<14>two"], stored.Select(record => record.Text));
        Assert.Equal([RecordFlags.PossibleDuplicate, RecordFlags.None], stored.Select(record => record.Flags));
    }

    [Fact]
    public async Task ASenderThatClosesInsideACountedFrameLeavesATruncatedRecord()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        using (var socket = await doors.ConnectAsync())
        {
            await socket.SendAsync("7 <14>one30 <14>cut"u8.ToArray());
            socket.Shutdown(SocketShutdown.Send);
            Assert.Equal(["<14>one", "<14>cut"], (await doors.StoredAsync(2)).Select(record => record.Text));
        }

        Assert.Equal([RecordFlags.None, RecordFlags.Truncated], doors.Log.Stored.Select(record => record.Flags));
    }

    [Theory]
    [InlineData("99999999 <14>one\n")]
    [InlineData("7000000 <14>one\n")]
    public async Task BrokenFramingEndsThatConnectionOnlyAndKeepsWhatCame(string broken)
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        using var healthy = await doors.ConnectAsync();
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync(Encoding.ASCII.GetBytes(broken));

        Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
        await healthy.SendAsync("<14>still here\n"u8.ToArray());
        var stored = await doors.StoredAsync(2);

        Assert.Contains(stored, record => record.Text == "<14>one" && record.Flags == (RecordFlags.BadFraming | RecordFlags.Truncated));
        Assert.Contains(stored, record => record.Text == "<14>still here");
    }

    [Fact]
    public async Task BrokenFramingIsCountedForItsSourceAndToldOnceAMinute()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Syslog("filter"));
        for (var broken = 0; broken < 3; broken++)
        {
            using var socket = await doors.ConnectAsync();
            await socket.SendAsync("12345678 <14>counted wrongly\n"u8.ToArray());
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(20)));
        }

        await Doors.UntilAsync(() => doors.Troubles[source, DoorTroubleKind.FramingBroken], count => count == 3);
        Assert.Single(doors.Logs.Lines, line => line.Id == 2106);
    }

    [Fact]
    public async Task AnIdleConnectionIsClosedAndABusyOneIsNot()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"), ("Syslog:IdleTimeout", "00:00:01"));
        using var idle = await doors.ConnectAsync();
        using var held = await doors.ConnectAsync();
        doors.Log.Stall();
        await held.SendAsync("<14>one\n"u8.ToArray());
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);
        await held.SendAsync("<14>two\n"u8.ToArray());

        // The held one waits for our log, longer than the time-out.
        Assert.Equal(0, await idle.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromSeconds(20)));
        doors.Log.Resume();
        await doors.StoredAsync(2);
        await held.SendAsync("<14>three\n"u8.ToArray());
        Assert.Equal(3, (await doors.StoredAsync(3)).Count);
    }

    [Fact]
    public async Task OneSenderCannotTakeAllConnections()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"), ("Syslog:MaxConnectionsPerPeer", "2"));
        using var first = await doors.ConnectAsync();
        using var second = await doors.ConnectAsync();
        using var third = await doors.ConnectAsync();

        Assert.True(await IsClosedAsync(third));
        first.Dispose();
        await Doors.UntilAsync(
            () =>
            {
                using var again = doors.ConnectAsync().GetAwaiter().GetResult();
                return !IsClosedAsync(again).GetAwaiter().GetResult();
            },
            admitted => admitted);
    }

    [Fact]
    public async Task AStopFirstMakesDurableWhatWasRead()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        doors.Log.Delay = TimeSpan.FromMilliseconds(200);
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>one\n<14>two\n<14>unfin"u8.ToArray());
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);

        await doors.StopAsync();

        Assert.Equal(["<14>one", "<14>two", "<14>unfin"], doors.Log.Stored.Select(record => record.Text));
        Assert.Equal(RecordFlags.Truncated, doors.Log.Stored[2].Flags);
    }

    [Fact]
    public async Task AStopDoesNotWaitForEverForALogThatStalls()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"), ("Syslog:StopWithin", "00:00:00.5"));
        doors.Log.Stall();
        using var socket = await doors.ConnectAsync();
        await socket.SendAsync("<14>one\n"u8.ToArray());
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);

        await doors.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Empty(doors.Log.Stored);
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2108), told => told);
    }

    private static async Task<long> SendUntilHeldBackAsync(Socket socket, byte[] line)
    {
        var sent = 0L;
        while (sent < 64 * 1024 * 1024)
        {
            var send = socket.SendAsync(line);
            try
            {
                // One whole line a call: a line is sent or not begun, so what is counted is what went.
                Assert.Equal(line.Length, await send.WaitAsync(TimeSpan.FromSeconds(1)));
            }
            catch (TimeoutException)
            {
                // It goes with the rest when there is room again.
                return sent + line.Length;
            }

            sent += line.Length;
        }

        throw new InvalidOperationException("The sender was never held back.");
    }

    private static async Task<bool> IsClosedAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]).WaitAsync(TimeSpan.FromMilliseconds(500)) == 0;
        }
        catch (TimeoutException)
        {
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
