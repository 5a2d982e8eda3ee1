using System.Net;
using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Hostile;

/// <summary>The rows of the unit tests of the same name that need a socket: 18 framing, 19 several lines, 23 ports, 24 many devices behind one address.</summary>
public sealed class SyslogAsDevicesSendItTests
{
    [Theory]
    [InlineData(18, "30 <14>Mar  2 09:14:07 fw1 a: one30 <14>Mar  2 09:14:07 fw1 a: two", 2)]
    [InlineData(18, "<14>Mar  2 09:14:07 fw1 a: one\r\n<14>Mar  2 09:14:07 fw1 a: two\r\n", 2)]
    [InlineData(18, "<14>Mar  2 09:14:07 fw1 a: one\r<14>Mar  2 09:14:07 fw1 a: two\r", 2)]
    [InlineData(18, "<14>Mar  2 09:14:07 fw1 a: one\0<14>Mar  2 09:14:07 fw1 a: two\0", 2)]
    [InlineData(18, "<189>29: *Mar  2 09:14:07: %SYS-5-A: one<189>30: *Mar  2 09:14:08: %SYS-5-A: two", 1)]
    [InlineData(19, "40 <14>Mar  2 09:14:07 fw1 a: one\n  and two", 1)]
    [InlineData(19, "<14>Mar  2 09:14:07 fw1 a: one\n  and its second line two\n", 2)]
    public async Task EachFramingIsReadOverTcpHoweverItsBytesArrive(int row, string stream, int messages)
    {
        await using var doors = await Doors.OpenAsync(sources => sources.Syslog("filter"));
        foreach (var size in new[] { stream.Length, 7, 1 })
        {
            var before = doors.Log.Stored.Count;
            using var socket = await doors.ConnectAsync();
            foreach (var part in Encoding.Latin1.GetBytes(stream).Chunk(size))
            {
                await socket.SendAsync(part);
            }

            socket.Shutdown(SocketShutdown.Send);
            Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));
            var stored = doors.Log.Stored.Skip(before).ToList();

            Assert.True(row > 0 && stored.Count == messages, string.Join('|', stored.Select(record => record.Text)));
            Assert.Contains("one", stored[0].Text, StringComparison.Ordinal);
            Assert.EndsWith("two", stored[^1].Text, StringComparison.Ordinal);
            Assert.All(stored, record => Assert.Equal(RecordFlags.None, record.Flags));
        }
    }

    [Theory]
    [InlineData(23, "16 <14>one message!17 <14>another one..", "<14>one message!|<14>another one..")]
    [InlineData(23, "<14>one message!\n<14>another one..\n", "<14>one message!|<14>another one..")]
    public async Task APortOfASourceTakesEitherFramingForThatSource(int row, string stream, string expected)
    {
        var port = FreePort();
        SourceRegistration own = null!;
        await using var doors = await Doors.OpenAsync(sources =>
        {
            sources.Syslog("everybody");
            own = sources.Syslog("framed", port: port);
        });
        await Doors.UntilAsync(() => doors.Syslog.Listeners.Count, listeners => listeners == 2);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        await socket.SendAsync(Encoding.ASCII.GetBytes(stream));
        socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, await socket.ReceiveAsync(new byte[1]));

        Assert.True(row > 0);
        Assert.Equal(expected, string.Join('|', doors.Log.Stored.Select(record => record.Text)));
        Assert.All(doors.Log.Stored, record => Assert.Equal(own.Key.Source, record.Source));
    }

    [Fact]
    public async Task Row24DevicesBehindOneRelayAreToldApartByTheirNameAndTheRelayIsThePeer()
    {
        SourceRegistration first = null!, second = null!, rest = null!;
        await using var doors = await Doors.OpenAsync(sources => (first, second, rest) =
            (sources.Syslog("first", from: "127.0.0.0/8", host: "fw1"), sources.Syslog("second", from: "127.0.0.0/8", host: "fw2"), sources.Syslog("rest", from: "127.0.0.0/8")));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(doors.SyslogEndpoint);
        foreach (var line in new[] { "<14>Mar  2 09:14:07 fw1 a: one", "<14>1 2026-03-02T09:14:07Z fw2 a - - - two", "<14>Mar  2 09:14:07 fw3 a: three", "no header at all" })
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(line));
        }

        var stored = await doors.StoredAsync(4);

        Assert.Equal([first.Key.Source, second.Key.Source, rest.Key.Source, rest.Key.Source], Sources(stored));
        Assert.All(stored, record => Assert.Equal(("127.0.0.1", RecordFlags.None), (record.Envelope.Peer, record.Flags)));

        static IEnumerable<Guid> Sources(IReadOnlyList<StoredRecord> stored) =>
            new[] { "one", "two", "three", "all" }.Select(word => stored.Single(record => record.Text.EndsWith(word, StringComparison.Ordinal)).Source);
    }

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
