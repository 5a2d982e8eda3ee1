using System.Globalization;
using System.Text;
using OnlineSafety.Monitoring.Access.SignIn;

namespace OnlineSafety.Monitoring.Tests.Access.SignIn;

public sealed class TotpTests
{
    private static readonly byte[] _secret = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B, the rows of SHA-1.
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1111111109, "07081804")]
    [InlineData(1111111111, "14050471")]
    [InlineData(1234567890, "89005924")]
    [InlineData(2000000000, "69279037")]
    [InlineData(20000000000, "65353130")]
    public void TheVectorsOfRfc6238AreMet(long seconds, string code) =>
        Assert.Equal(code, Totp.Code(_secret, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds)), digits: 8));

    // RFC 4226, appendix D.
    [Fact]
    public void TheVectorsOfRfc4226AreMet() => Assert.Equal(
        ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"],
        Enumerable.Range(0, 10).Select(step => Totp.Code(_secret, step)));

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void AClockMayBeOneStepOff(int off, bool taken)
    {
        var now = new DateTimeOffset(2026, 11, 26, 9, 0, 14, TimeSpan.Zero);
        var step = Totp.StepAt(now) + off;
        Assert.Equal(taken ? step : null, Totp.StepOf(_secret, Totp.Code(_secret, step), now));
    }

    [Theory]
    [InlineData("")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("abcdef")]
    [InlineData("\u0661\u0662\u0663\u0664\u0665\u0666")]
    public void WhatIsNoCodeIsNobodys(string typed) => Assert.Null(Totp.StepOf(_secret, typed, DateTimeOffset.UnixEpoch.AddYears(50)));

    [Theory]
    [InlineData("", "")]
    [InlineData("f", "MY")]
    [InlineData("fo", "MZXQ")]
    [InlineData("foo", "MZXW6")]
    [InlineData("foob", "MZXW6YQ")]
    [InlineData("fooba", "MZXW6YTB")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void TheVectorsOfRfc4648AreMetWithoutTheirPadding(string plain, string encoded) => Assert.Equal(encoded, Base32.Encode(Encoding.ASCII.GetBytes(plain)));

    [Fact]
    public void ARecoveryCodeIsTheSameHoweverItIsTypedAndAnothersElsewhere()
    {
        var (account, codes) = (Guid.NewGuid(), RecoveryCodes.Create());
        Assert.Equal(RecoveryCodes.Count, codes.Distinct(StringComparer.Ordinal).Count());
        Assert.All(codes, code => Assert.Matches("^([a-z2-7]{4}-){3}[a-z2-7]{4}$", code));
        var hash = RecoveryCodes.Hash(account, codes[0]);
        Assert.Equal(hash, RecoveryCodes.Hash(account, $"  {codes[0].ToUpper(CultureInfo.InvariantCulture).Replace('-', ' ')} "));
        Assert.NotEqual(hash, RecoveryCodes.Hash(Guid.NewGuid(), codes[0]));
        Assert.Null(RecoveryCodes.Hash(account, codes[0][1..]));
    }
}
