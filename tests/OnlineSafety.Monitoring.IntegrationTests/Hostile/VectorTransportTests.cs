using System.Globalization;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Files;
using OnlineSafety.Monitoring.Intake.Syslog;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.IntegrationTests.Hostile;

/// <summary>Every syslog vector through every transport into the real log: what is stored is what was sent, and says what its vector says.</summary>
[Collection(PostgresCollection.Name)]
public sealed class VectorTransportTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Grave = " painless ways to kill myself";

    private SourceRegistration _source = null!;
    private StoredDoors _doors = null!;

    /// <summary>Vectors that are a message at all: what is nothing but line ends is no record.</summary>
    private static IReadOnlyList<SyslogVector> Messages { get; } = [.. SyslogVector.Messages.Where(vector => SyslogFramer.Trim(vector.Input).Length > 0)];

    public async Task InitializeAsync() => _doors = await StoredDoors.OpenAsync(postgres.Server, sources => _source = sources.Syslog("filter"));

    public async Task DisposeAsync() => await _doors.DisposeAsync();

    [Fact]
    public async Task ADatagramIsStoredAsItWasSent()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(_doors.Syslog);
        foreach (var vector in Messages)
        {
            await socket.SendAsync(vector.Input);
        }

        await AssertStoredAsync(Messages, Door.SyslogUdp, vector => SyslogFramer.Trim(vector.Input).ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ACountedFrameIsStoredAsItWasSentAndInOrder(bool tls)
    {
        // The count of a message is known by the priority that follows it; line ends inside are part of it.
        var messages = Messages.Where(vector => vector.Input[0] == (byte)'<').ToList();
        await SendAsync([.. messages.SelectMany(vector => Counted(vector.Input))], tls);

        await AssertStoredAsync(messages, tls ? Door.SyslogTls : Door.SyslogTcp, vector => SyslogFramer.Trim(vector.Input).ToArray());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ACountWithoutAPriorityBehindItLosesNoByte(bool tls)
    {
        // On a connection of its own each: the count stays with the message.
        var messages = Messages.Where(vector => vector.Input[0] != (byte)'<' && vector.Input.AsSpan().IndexOfAny((byte)'\n', (byte)'\0') < 0).ToList();
        foreach (var vector in messages)
        {
            await SendAsync(Counted(vector.Input), tls);
        }

        var stored = await _doors.StoredAsync(_source, messages.Count);
        Assert.True(messages.Count > 3);
        Assert.All(stored, record => Assert.Equal(tls ? Door.SyslogTls : Door.SyslogTcp, record.Envelope.Door));
        Assert.All(messages, vector => Assert.Contains(stored, record => record.Payload.Span.EndsWith(SyslogFramer.Trim(vector.Input))));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ALineIsStoredAsItWasSentAndInOrder(bool tls)
    {
        var messages = Messages.Where(IsALine).ToList();
        await SendAsync([.. messages.SelectMany(vector => (byte[])[.. vector.Input, (byte)'\n'])], tls);

        await AssertStoredAsync(messages, tls ? Door.SyslogTls : Door.SyslogTcp, vector => SyslogFramer.Trim(vector.Input).ToArray());
    }

    [Fact]
    public async Task ALineOfAFileIsStoredAsItWasWrittenAndInOrder()
    {
        var messages = Messages.Where(IsALine).ToList();
        var path = Path.Combine(Directory.CreateTempSubdirectory("onlinesafety-vectors-").FullName, "lines.log");
        await File.WriteAllBytesAsync(path, [.. messages.SelectMany(vector => (byte[])[.. vector.Input, (byte)'\n'])]);
        await using (var file = await FileToImport.OpenAsync(path, kind: FileKind.Lines, new FileDoorOptions(), default))
        {
            await _doors.Files.RunAsync(file, _source.Key, again: null, progress: null, default);
        }

        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        await AssertStoredAsync(messages, Door.File, vector => vector.Input.AsSpan().TrimEnd("\r\n"u8).ToArray());
    }

    [Fact]
    public async Task WhatAProfileRejectsIsKeptAsItCameListedAndStillClassified()
    {
        var rejected = Messages.Where(vector => vector.Outcome == "reject").ToList();
        byte[][] sent = [.. rejected.Select(vector => (byte[])[.. vector.Input, .. Encoding.ASCII.GetBytes(Grave)])];
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            socket.Connect(_doors.Syslog);
            foreach (var datagram in sent)
            {
                await socket.SendAsync(datagram);
            }
        }

        Assert.True(rejected.Count > 100);
        Assert.Equal(sent.Length, (await _doors.StoredAsync(_source, sent.Length)).Count);
        await _doors.ProcessAsync();

        var rows = await _doors.RowsAsync(
            """
            SELECT evidence.raw, event.review, event.severity, alert.needs_review
            FROM onlinesafety.event JOIN onlinesafety.evidence USING (school_id, stream_id, seq) JOIN onlinesafety.alert USING (school_id, alert_id)
            """);
        Assert.Equal(sent.Select(Convert.ToHexString).Order(), rows.Select(row => Convert.ToHexString((byte[])row[0])).Order());
        Assert.All(rows, row => Assert.True((string)row[1] != "" && (short)row[2] >= 3 && (bool)row[3]));
    }

    private async Task AssertStoredAsync(IReadOnlyList<SyslogVector> sent, Door door, Func<SyslogVector, byte[]> expected)
    {
        var stored = await _doors.StoredAsync(_source, sent.Count);

        Assert.True(sent.Count > 150);
        Assert.Equal(sent.Count, stored.Count);
        foreach (var (vector, record) in sent.Zip(stored))
        {
            Assert.True(record.Payload.Span.SequenceEqual(expected(vector)), vector.Id);
            Assert.Equal((door, RecordFlags.None), (record.Envelope.Door, record.Flags));
            if (vector.Outcome == "accept" && !SyslogVector.Deviations.ContainsKey(vector.Id))
            {
                Assert.True(vector.Difference(record.Payload.Span).Length == 0, $"{vector.Id}: {vector.Difference(record.Payload.Span)}");
            }
        }
    }

    private async Task SendAsync(byte[] stream, bool tls)
    {
        if (tls)
        {
            await using var sender = await TlsSender.ConnectAsync(_doors.SyslogTls);
            await sender.Tls.WriteAsync(stream);
            await sender.Tls.ShutdownAsync();
            Assert.True(await sender.IsEndedAsync(TimeSpan.FromSeconds(20)));
            return;
        }

        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(_doors.Syslog);
        await socket.SendAsync(stream);
        socket.Shutdown(SocketShutdown.Send);

        // The door closes when it has stored everything.
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
    }

    private static byte[] Counted(byte[] message) => [.. Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture) + " "), .. message];

    /// <summary>Neither holds what ends a line nor begins with what is skipped before one.</summary>
    private static bool IsALine(SyslogVector vector)
    {
        var text = SyslogFramer.Trim(vector.Input);
        return text.IndexOfAny((byte)'\n', (byte)'\0') < 0 && text[0] != (byte)'\r';
    }
}
