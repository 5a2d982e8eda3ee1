using System.Net;
using Microsoft.AspNetCore.Http;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Tests.Access.SignIn;

public sealed class ConsoleAddressTests
{
    [Theory]
    [InlineData("http://console.school.example", "console.school.example", "192.0.2.7", false)]
    [InlineData("http://console.school.example", "localhost", "127.0.0.1", true)]
    [InlineData("http://console.school.example", "localhost", "192.0.2.7", false)]
    [InlineData("https://console.school.example", "anything.example", "192.0.2.7", true)]
    public void WithoutHttpsOneSignsInOnThisHostAlone(string configured, string host, string client, bool may)
    {
        var http = new DefaultHttpContext();
        (http.Request.Scheme, http.Request.Host) = ("http", new HostString(host, 8080));
        var address = new ConsoleAddress(new Uri(configured));
        Assert.Equal(may, address.MaySignIn(http, IPAddress.Parse(client)));
        Assert.Equal(address.Secure ? "https://console.school.example" : $"http://{host}:8080", address.Of(http));
    }
}
