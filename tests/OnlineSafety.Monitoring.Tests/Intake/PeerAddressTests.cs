using System.Net;
using OnlineSafety.Monitoring.Intake;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff:ffff:ffff:ffff", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("::c000:201", "192.0.2.1", false)]
    public void OnePeerIsAnAddressOfIpv4AndANetworkOfIpv6(string one, string other, bool same) =>
        Assert.Equal(same, PeerAddress.LimitKey(IPAddress.Parse(one)) == PeerAddress.LimitKey(IPAddress.Parse(other)));
}
