using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Tests.Access.SignIn;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("192.0.2.7", "203.0.113.5", "192.0.2.7")] // not a proxy of ours: what it says counts for nothing
    [InlineData("10.0.0.1", "203.0.113.5", "203.0.113.5")]
    [InlineData("10.0.0.1", "198.51.100.9, 203.0.113.5", "203.0.113.5")] // the left one was written by whoever asks
    [InlineData("10.0.0.1", "203.0.113.5, 10.0.0.2", "203.0.113.5")]
    [InlineData("::ffff:10.0.0.1", "203.0.113.5", "203.0.113.5")]
    [InlineData("10.0.0.1", "nonsense", "10.0.0.1")]
    [InlineData("10.0.0.1", "", "10.0.0.1")]
    public void ThePeerIsTheNearestOneThatIsNoProxyOfOurs(string connection, string forwarded, string peer)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(connection);
        http.Request.Headers["X-Forwarded-For"] = forwarded;
        var address = new PeerAddress(Options.Create(new SignInOptions { Proxies = ["10.0.0.1", "10.0.0.0/30"] }));
        Assert.Equal(IPAddress.Parse(peer), address.Of(http));
    }

    [Theory]
    [InlineData("http://console.school.example", "console.school.example", "192.0.2.7", false)]
    [InlineData("http://console.school.example", "localhost", "127.0.0.1", true)]
    [InlineData("http://console.school.example", "localhost", "192.0.2.7", false)]
    [InlineData("https://console.school.example", "anything.example", "192.0.2.7", true)]
    public void WithoutHttpsOneSignsInOnThisHostAlone(string configured, string host, string peer, bool may)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        (http.Request.Scheme, http.Request.Host) = ("http", new HostString(host, 8080));
        var address = new ConsoleAddress(new Uri(configured));
        Assert.Equal(may, address.MaySignIn(http));
        Assert.Equal(address.Secure ? "https://console.school.example" : $"http://{host}:8080", address.Of(http));
    }
}
