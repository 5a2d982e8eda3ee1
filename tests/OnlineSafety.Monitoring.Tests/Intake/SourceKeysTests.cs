using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using OnlineSafety.Monitoring.IntakeLog;
using OnlineSafety.Monitoring.Intake.Http;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class SourceKeysTests
{
    [Theory]
    [InlineData("Bearer abc", "abc")]
    [InlineData("bearer  abc ", "abc")]
    [InlineData("Basic abc", null)]
    [InlineData("abc", null)]
    [InlineData("", null)]
    [InlineData("Bearer ", null)]
    public void OnlyABearerKeyIsRead(string header, string? key) => Assert.Equal(key, Bearer(header));

    [Fact]
    public void TwoAuthorizationHeadersOrAnEndlessKeyAreNoKey()
    {
        Assert.Null(Bearer(new(["Bearer a", "Bearer b"])));
        Assert.Null(Bearer("Bearer " + new string('a', 513)));
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

    private static string? Bearer(StringValues authorization) =>
        SourceKeys.Read(new BearerMethod(), new HeaderDictionary { ["Authorization"] = authorization }, pathSecret: null);

    private static SourceRegistration Source(params string[] keys) => new()
    {
        Key = new SourceKey(Guid.NewGuid(), Guid.NewGuid()),
        Name = "source",
        Product = "senso",
        Door = SourceDoor.Webhook,
        KeyHashes = [.. keys.Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key)))],
    };
}
