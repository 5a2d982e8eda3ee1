using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

public sealed class SyslogTlsTests : IDisposable
{
    private readonly TestCertificate _certificate = new();

    public void Dispose() => _certificate.Dispose();

    [Theory]
    [InlineData(SslProtocols.Tls12, "<14>one\n<14>two\n")]
    [InlineData(SslProtocols.Tls13, "7 <14>one7 <14>two")]
    public async Task WhatComesOverTlsIsFramedAsInClear(SslProtocols version, string stream)
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Syslog("filter"));
        await using var sender = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors), version);
        await sender.SendAsync(stream);

        var stored = await doors.StoredAsync(2);

        Assert.Equal(version, sender.Tls.SslProtocol);
        Assert.Equal(["<14>one", "<14>two"], stored.Select(record => record.Text));
        Assert.All(stored, record => Assert.Equal((source.Key.Source, RecordFlags.None, Door.SyslogTls, "127.0.0.1"), (record.Source, record.Flags, record.Envelope.Door, record.Envelope.Peer)));
    }

    [Fact]
    public async Task AnOlderVersionIsRefusedByName()
    {
        await using var doors = await OpenAsync(sources => sources.Syslog("filter"));
        using var socket = await ConnectAsync(doors);

        // A hello of TLS 1.1 that offers three suites and nothing else (RFC 4346, 7.4.1.2).
        byte[] hello = [0x16, 3, 1, 0, 49, 1, 0, 0, 45, 3, 2, .. new byte[32], 0, 0, 6, 0xC0, 0x14, 0, 0x35, 0, 0x2F, 1, 0];
        await socket.SendAsync(hello);
        var answer = new byte[7];
        await new NetworkStream(socket).ReadExactlyAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        // A fatal alert: protocol_version.
        Assert.Equal([0x15, 2, 70], (byte[])[answer[0], answer[5], answer[6]]);
    }

    [Fact]
    public async Task WhatIsSentInClearToATlsPortIsRefusedAndOthersGoOn()
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Syslog("filter"));
        await using var healthy = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors));
        using var socket = await ConnectAsync(doors);
        await socket.SendAsync("<14>in clear, and not short: a hello must look like one\n"u8.ToArray());

        Assert.True(await EndsAsync(socket));
        await healthy.SendAsync("<14>sealed\n");
        Assert.Equal("<14>sealed", Assert.Single(await doors.StoredAsync(1)).Text);
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2117), told => told);
        Assert.Equal(1, doors.Troubles[source, DoorTroubleKind.HandshakeFailed]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.0/8")]
    public async Task TlsThatIsSpokenToAPortInClearIsRefusedByNameAndNoRecord(string? from)
    {
        SourceRegistration source = null!;
        await using var doors = await OpenAsync(sources => source = sources.Syslog("filter", from: from));
        using var healthy = await doors.ConnectAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => TlsSender.ConnectAsync(doors.SyslogEndpoint));
        await Assert.ThrowsAnyAsync<Exception>(() => TlsSender.ConnectAsync(doors.SyslogEndpoint, SslProtocols.Tls12));
        await Doors.UntilAsync(() => doors.Troubles[source, DoorTroubleKind.TlsInClear], count => count == 2);
        await healthy.SendAsync("<14>in clear\n"u8.ToArray());

        Assert.Equal("<14>in clear", Assert.Single(await doors.StoredAsync(1)).Text);
        // Once a minute, whoever knocks how often.
        Assert.Contains("127.0.0.1", Assert.Single(doors.Logs.Lines, line => line.Id == 2122).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhereSeveralSourcesAreBehindOneAddressNoneIsBlamedForTlsInClear()
    {
        SourceRegistration first = null!, second = null!;
        await using var doors = await OpenAsync(sources => (first, second) = (sources.Syslog("first", host: "fw1"), sources.Syslog("second", host: "fw2")));

        await Assert.ThrowsAnyAsync<Exception>(() => TlsSender.ConnectAsync(doors.SyslogEndpoint));
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2122), told => told);

        Assert.Equal((0, 0), (doors.Troubles[first, DoorTroubleKind.TlsInClear], doors.Troubles[second, DoorTroubleKind.TlsInClear]));
        Assert.Empty(doors.Log.Stored);
    }

    [Fact]
    public async Task AHandshakeThatIsNotFinishedInTimeIsCutOff()
    {
        await using var doors = await OpenAsync(sources => sources.Syslog("filter"), ("Syslog:Tls:HandshakeTimeout", "00:00:01"));
        await using var healthy = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors));
        using var silent = await ConnectAsync(doors);
        using var half = await ConnectAsync(doors);
        await half.SendAsync(new byte[] { 0x16, 3, 1, 0 });

        Assert.True(await EndsAsync(silent));
        Assert.True(await EndsAsync(half));
        Assert.False(await healthy.IsEndedAsync(TimeSpan.FromMilliseconds(200)));
        await Doors.UntilAsync(() => doors.Logs.Lines.Any(line => line.Id == 2117 && line.Text.Contains("too long", StringComparison.Ordinal)), told => told);
    }

    [Fact]
    public async Task ANewCertificateMeetsNewConnectionsAndOpenOnesGoOn()
    {
        await using var doors = await OpenAsync(sources => sources.Syslog("filter"));
        await using var before = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors));
        await before.SendAsync("<14>one\n");
        await doors.StoredAsync(1);

        _certificate.Write("second");
        doors.Sources.Publish();
        await Doors.UntilAsync(() => doors.Syslog.Certificate.Context!.TargetCertificate.Subject, subject => subject == "CN=second");
        await using var after = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors));
        await after.SendAsync("<14>two\n");
        await doors.StoredAsync(2);
        await before.SendAsync("<14>three\n");

        Assert.Equal(3, (await doors.StoredAsync(3)).Count);
        Assert.Equal(("CN=first", "CN=second"), (before.ServerName, after.ServerName));
    }

    [Fact]
    public async Task AnIdleConnectionOverTlsIsClosed()
    {
        await using var doors = await OpenAsync(sources => sources.Syslog("filter"), ("Syslog:IdleTimeout", "00:00:01"));
        await using var idle = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors));

        Assert.True(await idle.IsEndedAsync(TimeSpan.FromSeconds(20)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(48)]
    public async Task WhenTheLogStallsNoMoreThanTheReadAheadIsTakenFromASenderOverTls(int linesARecord)
    {
        await using var doors = await OpenAsync(sources => sources.Syslog("filter"));
        await using var sender = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors));

        // Buffers grow with what is sent: the bound must hold when they are as large as they get.
        var line = "<14>" + new string('a', 330) + "\n";
        const int Warm = 48 * 200;
        for (var record = 0; record < Warm / 48; record++)
        {
            await sender.SendAsync(string.Concat(Enumerable.Repeat(line, 48)));
        }

        await doors.StoredAsync(Warm);
        var before = await Doors.UntilAsync(() => sender.TakenByReceiver, taken => taken > 0);
        doors.Log.Stall();
        var (writes, last) = await SendUntilHeldBackAsync(sender, Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(line, linesARecord))));
        var sent = writes * linesARecord;

        var taken = await Doors.UntilAsync(() => sender.TakenByReceiver - before, taken => taken > 0);
        await Task.Delay(300);
        taken = sender.TakenByReceiver - before;

        Assert.Equal(Warm, doors.Log.Stored.Count);
        Assert.InRange(taken, 1, 64 * 1024);

        // And when it goes on, everything that was sent comes, once.
        doors.Log.Resume();
        await last;
        var stored = await doors.StoredAsync(sent + Warm);
        Assert.Equal(sent + Warm, stored.Count);
        Assert.All(stored, record => Assert.Equal(line.Length - 1, record.Text.Length));
    }

    [Fact]
    public async Task WithoutAUsableCertificateOnlyTheTlsDoorStaysShutAndItOpensWhenThereIsOne()
    {
        File.WriteAllText(_certificate.File, "no certificate");
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"), Settings());

        Assert.Equal(SyslogService.CommonTlsListener, Assert.Single(doors.Syslog.Closed).Name);
        using (var socket = await doors.ConnectAsync())
        {
            await socket.SendAsync("<14>one\n"u8.ToArray());
            await doors.StoredAsync(1);
        }

        _certificate.Write("late");
        doors.Sources.Publish();
        await Doors.UntilAsync(() => doors.Syslog.Closed.Count, closed => closed == 0);
        await using var sender = await TlsSender.ConnectAsync(TlsSender.EndpointOf(doors));
        Assert.Equal("CN=late", sender.ServerName);
    }

    private Task<Doors> OpenAsync(Action<RegisteredSources> register, params (string Key, string Value)[] settings)
    {
        _certificate.Write("first");
        return Doors.OpenAsync(register, [.. Settings(), .. settings]);
    }

    private (string Key, string Value)[] Settings() =>
        [("Syslog:Tls:Listen", "127.0.0.1:0"), ("Syslog:Tls:CertificateFile", _certificate.File), ("Syslog:Tls:KeyFile", _certificate.KeyFile)];

    private static async Task<Socket> ConnectAsync(Doors doors)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(TlsSender.EndpointOf(doors));
        return socket;
    }

    /// <summary>How many records of TLS went, and the one that waits for room.</summary>
    private static async Task<(int Sent, Task Last)> SendUntilHeldBackAsync(TlsSender sender, byte[] record)
    {
        for (var sent = 1; sent < 200_000; sent++)
        {
            var send = sender.Tls.WriteAsync(record).AsTask();
            try
            {
                await send.WaitAsync(TimeSpan.FromSeconds(1));
            }
            catch (TimeoutException)
            {
                return (sent, send);
            }
        }

        throw new InvalidOperationException("The sender was never held back.");
    }

    private static async Task<bool> EndsAsync(Socket socket)
    {
        var buffer = new byte[64];
        try
        {
            // An alert may come before the end.
            while (await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromSeconds(20)) > 0)
            {
            }

            return true;
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
