using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Sources.Authentication;

namespace OnlineSafety.Monitoring.Tests.Sources;

public sealed class KeptSecretTests
{
    private static readonly SourceSecret Older = new() { SecretId = Guid.NewGuid() };
    private static readonly SourceSecret Newer = new() { SecretId = Guid.NewGuid() };

    [Fact]
    public void TheOnlyOneStaysUntilTheNextRotationUnlessItIsToEnd()
    {
        Assert.Equal([Older], AuthenticationRegister.Kept([Older], OldKeys.KeepOne));
        Assert.Empty(AuthenticationRegister.Kept([Older], OldKeys.EndAll));
    }

    [Fact]
    public void OfTwoTheOneThatTheProductHasStaysAndItMustBeSaid()
    {
        Assert.Equal([Older], AuthenticationRegister.Kept([Older, Newer], OldKeys.KeepOlder));
        Assert.Equal([Newer], AuthenticationRegister.Kept([Older, Newer], OldKeys.KeepNewer));
        Assert.Empty(AuthenticationRegister.Kept([Older, Newer], OldKeys.EndAll));
        Assert.Throws<SetupException>(() => AuthenticationRegister.Kept([Older, Newer], OldKeys.KeepOne));
    }
}
