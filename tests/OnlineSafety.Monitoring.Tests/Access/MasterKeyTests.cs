using System.Security.Cryptography;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Tests.Access;

public sealed class MasterKeyTests
{
    [Fact]
    public void TheIdIsTheStartOfTheHashAndNothingShowsTheBytes()
    {
        var bytes = RandomNumberGenerator.GetBytes(32);

        var key = MasterKey.Parse(Convert.ToBase64String(bytes) + "\n", "a test");

        Assert.Equal(bytes, key.Bytes.ToArray());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes))[..8], key.Id);
        Assert.Equal($"master key {key.Id}", key.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64 at all!")]
    [InlineData("c2hvcnQ=")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void WhatIsNo32BytesIsRefusedWithoutRepeatingIt(string text)
    {
        var error = Assert.Throws<MasterKeyException>(() => MasterKey.Parse(text, "a test"));

        Assert.True(text.Length == 0 || !error.Message.Contains(text, StringComparison.Ordinal));
        Assert.Contains("openssl rand -base64 32", error.Message, StringComparison.Ordinal);
    }
}
