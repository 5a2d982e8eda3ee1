using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class SourceKeysTests
{
    [Theory]
    [InlineData("Bearer abc", "abc")]
    [InlineData("bearer  abc ", "abc")]
    [InlineData("Basic abc", null)]
    [InlineData("abc", null)]
    [InlineData("", null)]
    public void OnlyABearerKeyIsRead(string header, string? key) => Assert.Equal(key, SourceKeys.Read(header));

    [Fact]
    public void TwoAuthorizationHeadersOrAnEndlessKeyAreNoKey()
    {
        Assert.Null(SourceKeys.Read(new(["Bearer a", "Bearer b"])));
        Assert.Null(SourceKeys.Read("Bearer " + new string('a', 513)));
    }

    [Fact]
    public void EitherOfTwoLiveKeysMatchesWhileOneIsRotatedOut()
    {
        var source = Source("old", "new");

        Assert.True(SourceKeys.Match(source, "old"));
        Assert.True(SourceKeys.Match(source, "new"));
        Assert.False(SourceKeys.Match(source, "New"));
    }

    [Fact]
    public void NothingMatchesASourceWithoutKeysOrNoSource()
    {
        Assert.False(SourceKeys.Match(Source(), "any"));
        Assert.False(SourceKeys.Match(null, "any"));
    }

    private static SourceRegistration Source(params string[] keys) => new()
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = "source",
        Product = "senso",
        Door = SourceDoor.Webhook,
        KeyHashes = [.. keys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))],
    };
}
