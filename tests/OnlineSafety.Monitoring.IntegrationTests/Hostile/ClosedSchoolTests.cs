using System.Net.Sockets;
using System.Text;
using OnlineSafety.Monitoring.IntegrationTests.Intake;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.IntegrationTests.Hostile;

/// <summary>Two schools whose relay sends to one listener, of which one leaves: the other goes on.</summary>
[Collection(PostgresCollection.Name)]
public sealed class ClosedSchoolTests(PostgresFixture postgres) : IAsyncLifetime
{
    private SourceRegistration _stays = null!;
    private SourceRegistration _leaves = null!;
    private StoredDoors _doors = null!;

    public async Task InitializeAsync() => _doors = await StoredDoors.OpenAsync(
        postgres.Server, sources => (_stays, _leaves) = (sources.Syslog("stays", host: "stays"), sources.Syslog("leaves", host: "leaves")));

    public async Task DisposeAsync() => await _doors.DisposeAsync();

    [Theory]
    [InlineData(SocketType.Dgram, ProtocolType.Udp)]
    [InlineData(SocketType.Stream, ProtocolType.Tcp)]
    public async Task ASchoolThatLeftHoldsUpNoOther(SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        await socket.ConnectAsync(_doors.Syslog);
        await SendAsync(socket, "stays", "first");
        Assert.Single(await _doors.StoredAsync(_stays, 1));

        // The listener does not know yet when these come, and has them in hand when it learns.
        await _doors.ChangeAsync($"UPDATE onlinesafety.school SET closed_at = now() WHERE school_id = '{_leaves.Key.School}'");
        await SendAsync(socket, "leaves", "too late");
        await SendAsync(socket, "stays", "second");
        await Task.Delay(500);
        Assert.Equal(0, _doors.Troubles[_leaves, DoorTroubleKind.SchoolClosed]);
        _doors.Sources.Close(_leaves);
        await SendAsync(socket, "stays", "third");

        Assert.Equal(["first", "second", "third"], (await _doors.StoredAsync(_stays, 3)).Select(record => Encoding.ASCII.GetString(record.Payload.Span).Split(' ')[^1]));
        // What waits apart learns of it at its next try.
        Assert.Equal(1, await Doors.UntilAsync(() => _doors.Troubles[_leaves, DoorTroubleKind.SchoolClosed], times => times > 0));
        Assert.Empty(await _doors.RowsAsync($"SELECT 1 FROM onlinesafety.intake_segment WHERE source_id = '{_leaves.Key.Source}'"));
    }

    private static Task SendAsync(Socket socket, string host, string word) =>
        socket.SendAsync(Encoding.ASCII.GetBytes($"<14>Mar  2 09:15:03 {host} e2guardian: {word}{(socket.SocketType == SocketType.Stream ? "\n" : "")}"));
}
