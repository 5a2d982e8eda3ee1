using System.Diagnostics;
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
    public async Task RefusedDatagramsAreTriedAgainUntilTheyAreStored()
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        doors.Log.RefuseNext(2);
        using var socket = Sender(doors);
        await socket.SendAsync("<14>one"u8.ToArray());

        Assert.Equal(("<14>one", RecordFlags.PossibleDuplicate), (await doors.StoredAsync(1)).Select(record => (record.Text, record.Flags)).Single());
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
    public async Task AtAStopWhatTheKernelHoldsIsStillRead()
    {
        var (log, sources, options) = (new ControlledLog(), new RegisteredSources(), new SyslogDoorOptions());
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        sender.Connect(bound.LocalEndPoint!);
        for (var sent = 0; sent < 50; sent++)
        {
            sender.Send(Encoding.ASCII.GetBytes($"<14>{sent}"));
        }

        var met = new LimitsMet(TimeProvider.System);
        var rates = new SourceRates(0, new ReportedTroubles(), met, TimeProvider.System, NullLogger.Instance);
        var appends = new SyslogAppends(
            "syslog", sources, new IntakeAppender(log, TimeProvider.System), rates, met, options.MaxPendingBytes, TimeProvider.System, NullLogger.Instance);
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

    private static Socket Sender(Doors doors)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(doors.SyslogEndpoint);
        return socket;
    }
}
