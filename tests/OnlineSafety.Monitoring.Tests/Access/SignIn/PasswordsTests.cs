using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Tests.Access.SignIn;

public sealed class PasswordsTests
{
    private const string Address = "d.lead@school.example";

    [Theory]
    [InlineData("elevenchars")]
    [InlineData("aaaaaaaaaaaaaaaa")]
    [InlineData("my d.lead forever")]
    [InlineData("MyPassWord2026!")]
    [InlineData("onlinesafety 2026")]
    public void AWeakOneIsRefusedWithWords(string password) => Assert.NotNull(Passwords.Fault(password, Address));

    [Fact]
    public void LongOnesOfWordsAreTakenAndNoCharacterIsAskedFor()
    {
        Assert.Null(Passwords.Fault("seven grey lanterns", Address));
        Assert.Null(Passwords.Fault(new string([.. Enumerable.Range(0, Passwords.Longest).Select(i => (char)('a' + (i % 26)))]), Address));
        Assert.NotNull(Passwords.Fault(new string('x', Passwords.Longest) + "yz", Address));
    }

    [Fact]
    public async Task OneFitsHoweverItsLettersAreComposed()
    {
        using var passwords = new Passwords();
        var account = new Account(Guid.NewGuid(), Address) { PasswordHash = await passwords.HashAsync("caf\u00e9 in the rain", default) };
        Assert.True(await passwords.FitsAsync(account, "cafe\u0301 in the rain", default));
        Assert.False(await passwords.FitsAsync(account, "cafe in the rain", default));
    }

    [Fact]
    public async Task AnAccountThatIsNotThereOrHasNoneFitsNone()
    {
        using var passwords = new Passwords();
        Assert.False(await passwords.FitsAsync(null, "", default));
        Assert.False(await passwords.FitsAsync(new Account(Guid.NewGuid(), Address), "seven grey lanterns", default));
    }

    [Fact]
    public void AnAccountPrintsNoSecret() =>
        Assert.DoesNotContain("hash", (new Account(Guid.NewGuid(), Address) { PasswordHash = "the hash" }).ToString(), StringComparison.Ordinal);
}
