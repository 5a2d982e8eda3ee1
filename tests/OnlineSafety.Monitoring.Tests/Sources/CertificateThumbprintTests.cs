using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.Sources;

public sealed class CertificateThumbprintTests
{
    [Fact]
    public void ColonsAndCapitalsMakeNoDifference()
    {
        var plain = CertificateThumbprint.Parse("3fa1" + new string('0', 60));

        Assert.Equal(plain, CertificateThumbprint.Parse("3F:A1:" + string.Join(':', Enumerable.Repeat("00", 30))));
        Assert.Equal("3fa1" + new string('0', 60), CertificateThumbprint.Text(plain));
    }

    [Theory]
    [InlineData("")]
    [InlineData("3fa1")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("SHA1 Fingerprint=3F:A1")]
    public void AnythingElseIsRefused(string text) => Assert.Throws<SetupException>(() => CertificateThumbprint.Parse(text));
}
