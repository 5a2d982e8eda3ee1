using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

public sealed class SyslogUdpTests
{
    [Fact]
    public async Task ADatagramIsOneRecord()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(sources => source = sources.Syslog("filter"));
        using var socket = Sender(doors);
        await socket.SendAsync("<14>one\nand its second line\r\n\0"u8.ToArray());
        await socket.SendAsync(Array.Empty<byte>());
        await socket.SendAsync("<14>two"u8.ToArray());

        var stored = await doors.StoredAsync(2);

        Assert.Equal(["<14>one\nand its second line", "<14>two"], stored.Select(record => record.Text));
        Assert.All(stored, record => Assert.Equal((source.Key.Source, RecordFlags.None, Door.SyslogUdp, "127.0.0.1"), (record.Source, record.Flags, record.Envelope.Door, record.Envelope.Peer)));
    }

    [Fact]
    public async Task WhenTheQueueIsFullEveryDatagramIsEitherStoredOrCounted()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"), ("Syslog:UdpQueueBytes", "65536"));
        doors.Log.Stall();
        using var socket = Sender(doors);
        var datagram = Encoding.ASCII.GetBytes("<14>" + new string('a', 996));
        for (var sent = 0; sent < 500; sent++)
        {
            await socket.SendAsync(datagram);
        }

        var udp = doors.Syslog.Listeners[0].Udp!;
        await Doors.UntilAsync(() => udp.Dropped, dropped => dropped >= 500 - (65536 / 1000));
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2104), reported => reported);
        doors.Log.Resume();

        await Doors.UntilAsync(() => doors.Log.Stored.Count + udp.Dropped + udp.KernelDropped, sum => sum == 500);
        Assert.InRange(doors.Log.Stored.Count, 1, 65536 / 1000);
    }

    [Fact]
    public void TheKernelTellsWhatItDropped()
    {
        using var receiver = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4096 };
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(receiver.LocalEndPoint!);
        for (var sent = 0; sent < 100; sent++)
        {
            sender.Send(new byte[1000]);
        }

        var read = 0;
        for (var buffer = new byte[2000]; receiver.Available > 0; read++)
        {
            receiver.Receive(buffer);
        }

        Assert.InRange(read, 1, 99);
        Assert.Equal(100 - read, UdpSocket.KernelDrops(receiver));
    }

    [Fact]
    public async Task WhatTheKernelDropsInAFloodIsCountedWithinOnePercent()
    {
        await using var doors = await Doors.OpenAsync(
            sources => sources.Syslog("filter"), ("Syslog:UdpReceiveBufferBytes", "65536"), ("Syslog:UdpQueueBytes", "4194304"));
        var udp = doors.Syslog.Listeners[0].Udp!;
        var sent = 0;

        // Many senders against one reader, which must get no turn for a while, until it has lost a good many; bounded in any case.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var socket = Sender(doors);
            var datagram = new byte[4000];
            datagram.AsSpan().Fill((byte)'a');
            for (var count = 0; count < 500_000 && udp.KernelDropped < 2000; count++)
            {
                socket.Send(datagram);
                Interlocked.Increment(ref sent);
            }
        })));

        Assert.True(udp.KernelDropped >= 2000, "The flood was not enough for the kernel to drop.");
        // All is counted when no number moves any more, and none of ours lags behind the kernel's.
        var (seen, unmoved) = (-1L, 0);
        await Doors.UntilAsync(
            () => doors.Log.Stored.Count + udp.Dropped + udp.KernelDropped,
            sum =>
            {
                (seen, unmoved) = (sum, sum == seen ? unmoved + 1 : 0);
                return sum >= sent * 0.99 && unmoved >= 10 && udp.KernelDropped == KernelsOwnCount(doors.SyslogEndpoint.Port);
            });

        // What neither arrived nor was lost by us, the kernel lost: its number must be ours.
        var lostInKernel = sent - doors.Log.Stored.Count - udp.Dropped;
        Assert.InRange(udp.KernelDropped, lostInKernel * 0.99, lostInKernel * 1.01);
        Assert.Equal(KernelsOwnCount(doors.SyslogEndpoint.Port), udp.KernelDropped);
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2104), told => told);
        Assert.True(doors.Syslog.Met.Lately);
    }

    [Fact]
    public async Task AnUnexpectedErrorLosesTheDatagramsItMetAndNothingIsAppendedLater()
    {
        // An error while the sources of a stranger's datagram are looked up, behind one that was already gathered.
        var (log, sources, networks) = (new ControlledLog(), new RegisteredSources(), new BreakingOnce());
        sources.Syslog("known", from: "127.0.0.1/32");
        sources.Replace(sources.Syslog("other") with { From = networks });
        sources.Publish();
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var known = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
        var (logs, options, met) = (new CapturedLogs(), new SyslogDoorOptions(), new LimitsMet(TimeProvider.System));
        var appends = new SyslogAppends(
            "syslog", sources, new IntakeAppender(log, TimeProvider.System), new ReportedTroubles(), new SourceRates(0, new ReportedTroubles(), met, TimeProvider.System, NullLogger.Instance),
            met, options.MaxPendingBytes, TimeProvider.System, NullLogger.Instance);
        var listener = new SyslogUdpListener("syslog", bound, new ListenerSources(null, sources, logs), appends, met, options, TimeProvider.System, logs);
        using var stop = new CancellationTokenSource();
        log.Stall();
        var run = listener.RunAsync(stop.Token, CancellationToken.None);
        await known.SendToAsync("<14>first"u8.ToArray(), bound.LocalEndPoint!);
        await Doors.UntilAsync(() => log.Begun, begun => begun == 1);
        networks.Break();
        await known.SendToAsync("<14>gathered"u8.ToArray(), bound.LocalEndPoint!);
        await stranger.SendToAsync("<14>strange"u8.ToArray(), bound.LocalEndPoint!);
        await Task.Delay(200);
        log.Resume();
        await Doors.UntilAsync(() => logs.Lines.Any(line => line.Id == 2111), reported => reported);
        await known.SendToAsync("<14>last"u8.ToArray(), bound.LocalEndPoint!);
        await Doors.UntilAsync(() => log.Stored.Count, count => count >= 2);
        await stop.CancelAsync();
        await run;

        Assert.Equal(["<14>first", "<14>last"], log.Stored.Select(record => record.Text));
    }

    [Fact]
    public async Task StrangersHoldUpNobodyWhoIsKnown()
    {
        SourceRegistration known = null!;
        await using var doors = await Doors.OpenAsync(sources => known = sources.Syslog("known", from: "127.0.0.1/32"));
        doors.Sources.RefreshTakes = TimeSpan.FromSeconds(1);
        for (var stranger = 1; stranger <= 50; stranger++)
        {
            using var strange = Sender(doors, $"127.0.1.{stranger}");
            await strange.SendAsync("<14>strange"u8.ToArray());
        }

        using var socket = Sender(doors);
        var sent = Stopwatch.GetTimestamp();
        await socket.SendAsync("<14>known"u8.ToArray());
        var stored = await doors.StoredAsync(51);

        // One refresh for each of them would have taken 50 seconds.
        Assert.InRange(Stopwatch.GetElapsedTime(sent), TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal(known.Key.Source, Assert.Single(stored, record => record.Text == "<14>known").Source);
        Assert.All(stored.Where(record => record.Text == "<14>strange"), record => Assert.Equal(RecordFlags.Unassigned, record.Flags));
    }

    [Fact]
    public async Task AStrangerThatWasRegisteredAMomentAgoIsKnownSoonAfterItsFirstDatagram()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("other", from: "192.0.2.1/32"));
        doors.Sources.RefreshTakes = TimeSpan.FromMilliseconds(100);
        var fresh = doors.Sources.Syslog("fresh", from: "127.0.0.1/32");
        using var socket = Sender(doors);

        await Doors.UntilAsync(
            () =>
            {
                socket.Send("<14>one"u8);
                return doors.Log.Stored.Any(record => record.Source == fresh.Key.Source);
            },
            known => known);

        Assert.Equal(1, doors.Sources.Refreshes);
    }

    [Fact]
    public async Task RefusedDatagramsAreTriedAgainUntilTheyAreStored()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        doors.Log.RefuseNext(2);
        using var socket = Sender(doors);
        await socket.SendAsync("<14>one"u8.ToArray());

        Assert.Equal(("<14>one", RecordFlags.PossibleDuplicate), (await doors.StoredAsync(1)).Select(record => (record.Text, record.Flags)).Single());
    }

    [Fact]
    public async Task ASchoolWhoseDataKeyCannotBeOpenedHoldsUpNoOtherAndLosesNothing()
    {
        SourceRegistration sound = null!, broken = null!;
        await using var doors = await Doors.OpenAsync(sources =>
        {
            sound = sources.Syslog("sound", from: "127.0.0.1/32");
            broken = sources.Syslog("broken", from: "127.0.0.2/32");
        });
        doors.Log.WithoutKey = broken.Key;
        using var fromSound = Sender(doors);
        using var fromBroken = Sender(doors, "127.0.0.2");
        for (var sent = 0; sent < 3; sent++)
        {
            await fromBroken.SendAsync(Encoding.ASCII.GetBytes($"<14>broken {sent}"));
            await fromSound.SendAsync(Encoding.ASCII.GetBytes($"<14>sound {sent}"));
            await doors.StoredAsync(sent + 1);
        }

        Assert.All(doors.Log.Stored, record => Assert.Equal(sound.Key.Source, record.Source));
        Assert.Single(doors.Logs.Lines, line => line.Id == 2125);
        doors.Log.WithoutKey = null;

        Assert.Equal(
            ["<14>broken 0", "<14>broken 1", "<14>broken 2"],
            (await doors.StoredAsync(6)).Where(record => record.Source == broken.Key.Source).Select(record => record.Text));
    }

    [Fact]
    public async Task OfASchoolWhoseDataKeyCannotBeOpenedNoMoreIsKeptThanThereIsRoomForAndTheRestIsTold()
    {
        SourceRegistration broken = null!;
        await using var doors = await Doors.OpenAsync(
            sources =>
            {
                sources.Syslog("sound", from: "127.0.0.1/32");
                broken = sources.Syslog("broken", from: "127.0.0.2/32");
            },
            ("Syslog:UdpQueueBytes", "65536"));
        doors.Log.WithoutKey = broken.Key;
        using var fromSound = Sender(doors);
        using var fromBroken = Sender(doors, "127.0.0.2");
        var datagram = Encoding.ASCII.GetBytes("<14>" + new string('a', 996));
        for (var sent = 1; sent <= 200; sent++)
        {
            await fromBroken.SendAsync(datagram);
            await fromSound.SendAsync("<14>sound"u8.ToArray());
            await doors.StoredAsync(sent);
        }

        Assert.Contains(doors.Logs.Lines, line => line.Id == 2126);
        Assert.True(doors.Syslog.Met.Lately);
        doors.Log.WithoutKey = null;
        await doors.StopAsync();

        Assert.InRange(doors.Log.Stored.Count(record => record.Source == broken.Key.Source), 50, 65536 / 1000);
    }

    [Fact]
    public async Task AStopLosesNothingThatHasArrived()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        doors.Log.Delay = TimeSpan.FromMilliseconds(100);
        using var socket = Sender(doors);
        for (var sent = 0; sent < 2000; sent++)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"<14>{sent}"));
        }

        await doors.StopAsync();

        Assert.Equal(Enumerable.Range(0, 2000).Select(sent => $"<14>{sent}"), doors.Log.Stored.Select(record => record.Text));
    }

    [Fact]
    public async Task SmallDatagramsAreAppendedInBatchesThatCountWhatEachCosts()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"), ("Syslog:UdpBatchBytes", "4096"));
        using var socket = Sender(doors);
        doors.Log.Stall();
        await socket.SendAsync("<1>"u8.ToArray());
        await Doors.UntilAsync(() => doors.Log.Begun, begun => begun == 1);
        for (var sent = 0; sent < 800; sent++)
        {
            await socket.SendAsync("<1>a"u8.ToArray());
        }

        await Task.Delay(300);
        doors.Log.Resume();
        await doors.StoredAsync(801);

        // 800 payloads of 4 bytes alone would fit into one.
        Assert.True(doors.Log.Begun >= 5, $"{doors.Log.Begun} appends");
    }

    [Fact]
    public async Task AtAStopWhatTheKernelHoldsIsStillRead()
    {
        var (log, sources, options) = (new ControlledLog(), new RegisteredSources(), new SyslogDoorOptions());
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(bound.LocalEndPoint!);
        sender.Send(Array.Empty<byte>());
        for (var sent = 0; sent < 50; sent++)
        {
            sender.Send(Encoding.ASCII.GetBytes($"<14>{sent}"));
        }

        var met = new LimitsMet(TimeProvider.System);
        var rates = new SourceRates(0, new ReportedTroubles(), met, TimeProvider.System, NullLogger.Instance);
        var appends = new SyslogAppends(
            "syslog", sources, new IntakeAppender(log, TimeProvider.System), new ReportedTroubles(), rates, met, options.MaxPendingBytes, TimeProvider.System, NullLogger.Instance);
        var listener = new SyslogUdpListener(
            "syslog", bound, new ListenerSources(null, sources, NullLogger.Instance), appends, met, options, TimeProvider.System, NullLogger.Instance);
        await listener.RunAsync(stop: new CancellationToken(canceled: true), giveUp: CancellationToken.None);

        Assert.Equal(Enumerable.Range(0, 50).Select(sent => $"<14>{sent}"), log.Stored.Select(record => record.Text));
    }

    [Theory]
    [InlineData("-d")]
    [InlineData("-T")]
    [InlineData("-T --octet-count")]
    public async Task WhatLoggerSendsArrives(string transport)
    {
        const string Logger = "/usr/bin/logger";
        if (!File.Exists(Logger))
        {
            return;
        }

        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        using var process = Process.Start(Logger, $"-n 127.0.0.1 -P {doors.SyslogEndpoint.Port} {transport} -t e2guardian hello from logger");
        await process.WaitForExitAsync();

        var record = Assert.Single(await doors.StoredAsync(1));

        Assert.StartsWith("<13>", record.Text, StringComparison.Ordinal);
        Assert.EndsWith("hello from logger", record.Text, StringComparison.Ordinal);
        Assert.Equal(RecordFlags.None, record.Flags);
    }

    /// <summary>The <c>drops</c> column of <c>/proc/net/udp</c>.</summary>
    private static long KernelsOwnCount(int port) => File.ReadLines("/proc/net/udp").Skip(1)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(fields => int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) == port)
        .Sum(fields => long.Parse(fields[^1], CultureInfo.InvariantCulture));

    private static Socket Sender(Doors doors, string from = "127.0.0.1")
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        socket.Connect(doors.SyslogEndpoint);
        return socket;
    }
}
