using System.Net;
using System.Net.Sockets;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.IntegrationTests.Hostile;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.IntegrationTests.Intake;

/// <summary>Requests that reach the HTTP door through reverse proxies, over connections that come from where they say.</summary>
public sealed class BehindAProxyTests
{
    private const string Proxy = "127.0.0.2";
    private const string Stranger = "127.0.0.3";
    private static readonly string[] _proxies = [Proxy, "::1", "10.0.0.0/30"];

    [Theory]
    [InlineData(Proxy, "203.0.113.5", "203.0.113.5")]
    [InlineData(Proxy, "203.0.113.5:4711", "203.0.113.5")]
    [InlineData(Proxy, "::ffff:203.0.113.5", "203.0.113.5")]
    [InlineData(Proxy, "198.51.100.9, 203.0.113.5", "203.0.113.5")] // the left one was written by whoever sends
    [InlineData(Proxy, "203.0.113.5, 10.0.0.2", "203.0.113.5")] // two of ours
    [InlineData(Proxy, "198.51.100.9\r\nX-Forwarded-For: 203.0.113.5\r\nX-Forwarded-For: 10.0.0.2", "203.0.113.5")]
    [InlineData(Proxy, "203.0.113.5, 192.0.2.1", "192.0.2.1")] // a proxy that is none of ours
    [InlineData(Proxy, "198.51.100.9, nonsense", Proxy)]
    [InlineData(Proxy, "198.51.100.9, nonsense, 10.0.0.2", "10.0.0.2")]
    [InlineData(Proxy, "198.51.100.9, ", Proxy)]
    [InlineData(Proxy, "", Proxy)]
    [InlineData(Stranger, "198.51.100.9", Stranger)] // nobody's word but a named proxy's
    [InlineData("::1", "2001:db8::7", "2001:db8::7")]
    [InlineData("::1", "[2001:db8::7]:4711", "2001:db8::7")]
    [InlineData("::1", "2001:db8::7, 10.0.0.2", "2001:db8::7")]
    public async Task TheSenderIsWhomOurProxyNames(string connection, string forwarded, string sender)
    {
        SourceRegistration own = null!, elsewhere = null!;
        await using var doors = await Doors.OpenAtAsync(
            "http://[::]:0",
            sources =>
            {
                own = sources.Webhook("own", from: $"{sender}/{(IPAddress.Parse(sender).AddressFamily == AddressFamily.InterNetwork ? 32 : 128)}");
                elsewhere = sources.Webhook("elsewhere", from: "198.51.100.9/32");
            },
            TimeProvider.System,
            new HttpLimits { Proxies = _proxies });

        Assert.Equal(202, await StatusAsync(doors, connection, own, forwarded));
        Assert.Equal(sender, Assert.Single(doors.Log.Stored).Envelope.Peer);

        Assert.Equal(401, await StatusAsync(doors, connection, elsewhere, forwarded));
        Assert.Equal(1, doors.Troubles[elsewhere, DoorTroubleKind.AddressNotAllowed]);
        Assert.Contains($"the last from {sender} for", Assert.Single(doors.Logs.Lines, line => line.Id == 2002).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAProxyNamedTheHeaderCountsForNothing()
    {
        SourceRegistration elsewhere = null!;
        await using var doors = await Doors.OpenAsync(sources => elsewhere = sources.Webhook("elsewhere", from: "198.51.100.9/32"));

        Assert.Equal(401, await StatusAsync(doors, Proxy, elsewhere, "198.51.100.9"));
    }

    [Fact]
    public async Task EachSchoolBehindTheProxyHasAnAllowanceOfDenyPagesOfItsOwn()
    {
        SourceRegistration page = null!;
        await using var doors = await Doors.OpenAsync(
            sources => page = sources.Webhook("page", authentication: SourceAuthentication.Parse(SourceAuthentication.DenyPageJson)),
            TimeProvider.System,
            new HttpLimits { Proxies = ["127.0.0.1"] },
            ("Http:MaxDenyPagesPerMinutePerPeer", "1"));
        var answers = new List<HttpStatusCode>();
        foreach (var school in new[] { "203.0.113.5", "203.0.113.6", "203.0.113.5" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/ingest/{page.Key.Source:N}/{Uri.EscapeDataString(RegisteredSources.KeyOf(page))}?cat=10");
            request.Headers.Add("X-Forwarded-For", school);
            using var answer = await doors.Http.SendAsync(request);
            answers.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests], answers);
        Assert.Equal(["203.0.113.5", "203.0.113.6"], doors.Log.Stored.Select(record => record.Envelope.Peer));
    }

    [Fact]
    public async Task TheProxysConnectionsAreNotCountedAsOnePeers()
    {
        SourceRegistration source = null!;
        await using var doors = await Doors.OpenAsync(
            sources => source = sources.Webhook("senso"), TimeProvider.System, new HttpLimits { Proxies = _proxies, MaxConnectionsPerPeer = 1 });
        var open = new List<RawHttp>();
        foreach (var from in new[] { Proxy, Proxy, Proxy, Stranger })
        {
            open.Add(await RawHttp.ConnectAsync(doors, from));
            await open[^1].SendAsync(RawHttp.Whole(source, "{}"));
            await doors.StoredAsync(open.Count);
        }

        using var second = await RawHttp.ConnectAsync(doors, Stranger);
        Assert.Equal("", await second.ReadToEndAsync());
        open.ForEach(http => http.Dispose());
    }

    private static async Task<int> StatusAsync(Doors doors, string connection, SourceRegistration source, string forwarded)
    {
        using var http = await RawHttp.ConnectAsync(doors, connection);
        await http.SendAsync(RawHttp.Whole(source, "{}", $"X-Forwarded-For: {forwarded}\r\nConnection: close\r\n"));
        return Assert.Single(await http.StatusesAsync());
    }
}
