using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Tests.Access;

public sealed class AccessKeyTests
{
    [Fact]
    public void AKeyIsItsPrefixAnd256BitsThatDifferEachTime()
    {
        var keys = Enumerable.Range(0, 100).Select(_ => AccessKey.Create(AccessKey.SourcePrefix)).ToList();

        Assert.All(keys, key => Assert.Matches("^osk_[A-Za-z0-9_-]{43}$", key));
        Assert.Equal(keys.Count, keys.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void TheHashCoversThePrefix() =>
        Assert.Equal(SHA256.HashData(Encoding.UTF8.GetBytes("osk_abc")), AccessKey.Hash("osk_abc"));
}
