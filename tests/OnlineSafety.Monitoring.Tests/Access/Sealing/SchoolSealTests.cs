using System.Security.Cryptography;
using System.Text;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.TestKit;

namespace OnlineSafety.Monitoring.Tests.Access.Sealing;

public sealed class SchoolSealTests
{
    private static readonly SchoolSeal Seal = Some.SealOf(Guid.NewGuid());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(5000)]
    [InlineData(300_000)]
    public void WhatIsSealedOpensAndNothingOfItCanBeRead(int length)
    {
        var plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("jane.doe searched ", (length / 18) + 1))[..length]);
        var stored = Seal.Seal(plain, SealedField.EventDetail);
        Assert.Equal(plain, Seal.Open(stored, SealedField.EventDetail));
        Assert.True(SchoolSeal.IsSealed(stored));
        Assert.Equal(-1, stored.AsSpan().IndexOf("jane.doe"u8));
        Assert.NotEqual(stored, Seal.Seal(plain, SealedField.EventDetail));
    }

    [Fact]
    public void WhatDoesNotShrinkIsSealedAsItIs()
    {
        var plain = RandomNumberGenerator.GetBytes(4096);
        Assert.Equal(plain, Seal.Open(Seal.Seal(plain, SealedField.EvidenceRaw), SealedField.EvidenceRaw));
    }

    [Fact]
    public void LongTextIsPackedBeforeItIsSealed()
    {
        var plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("""{"rule":"a.b","version":1},""", 200)));
        Assert.InRange(Seal.Seal(plain, SealedField.AlertReasons).Length, 1, plain.Length / 4);
    }

    [Fact]
    public void AValueCannotBeMovedToAnotherColumnOrSchool()
    {
        var key = SchoolKey.Make();
        var (own, other) = (new SchoolSeal(Guid.NewGuid(), [key], key.Id), new SchoolSeal(Guid.NewGuid(), [key], key.Id));
        var stored = own.Seal("[]"u8, SealedField.AlertReasons);
        Assert.ThrowsAny<CryptographicException>(() => own.Open(stored, SealedField.AlertNote));
        Assert.ThrowsAny<CryptographicException>(() => other.Open(stored, SealedField.AlertReasons));
    }

    [Fact]
    public void AChangedByteAnywhereIsFound()
    {
        var stored = Seal.Seal("a note"u8, SealedField.AlertNote);
        for (var at = 2; at < stored.Length; at++)
        {
            var changed = (byte[])stored.Clone();
            changed[at] ^= 1;
            Assert.ThrowsAny<CryptographicException>(() => Seal.Open(changed, SealedField.AlertNote));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"event\":{}}")]
    [InlineData("\u00FF\u0001 a name")]
    public void WhatIsNotSealedYetIsReturnedAsItIs(string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        Assert.False(SchoolSeal.IsSealed(plain));
        Assert.Equal(plain, Seal.Open(plain, SealedField.EventDetail));
        Assert.Equal(text, Seal.OpenWords(text, SealedField.AccessReason));
    }

    [Fact]
    public void WordsOfATextColumnAreSealedAsText()
    {
        var stored = Seal.SealWords("her mother rang", SealedField.AccessReason);
        Assert.Equal("her mother rang", Seal.OpenWords(stored, SealedField.AccessReason));
        Assert.DoesNotContain("mother", stored, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatWasReadAndNotChangedIsWrittenAsItWas()
    {
        var stored = Seal.Seal("[]"u8, SealedField.AlertReasons);
        Assert.Same(stored, Seal.Kept(stored, SealedField.AlertReasons));
        Assert.True(SchoolSeal.IsSealed(Seal.Kept("[1]"u8.ToArray(), SealedField.AlertReasons)));
    }

    [Fact]
    public void AHashKeepsTheKindAndIsTheSameForTheSameNameInOneSchoolAlone()
    {
        var hash = Seal.Index("user:jane.doe");
        Assert.Matches("^user:[0-9a-f]{32}$", hash);
        Assert.Equal(hash, Seal.Index("user:jane.doe"));
        Assert.NotEqual(hash, Seal.Index("user:jane.dof"));
        Assert.NotEqual(hash["user:".Length..], Seal.Index("device:jane.doe")["device:".Length..]);
        Assert.NotEqual(hash, Some.SealOf(Seal.School).Index("user:jane.doe"));
        Assert.Matches("^user:[0-9a-f]{32}$", Seal.Index("user:" + new string('\u00E9', 4000)));
        Assert.NotEqual(7, Seal.Index(7L));
        Assert.Equal(Seal.Index(7L), Seal.Index(7L));
    }

    [Fact]
    public void AnEarlierKeyGoesOnOpeningAndHashing()
    {
        var (school, first, second) = (Guid.NewGuid(), SchoolKey.Make(), SchoolKey.Make());
        var before = new SchoolSeal(school, [first], first.Id);
        var after = new SchoolSeal(school, [first, second], second.Id);
        var stored = before.Seal("a"u8, SealedField.AlertNote);
        Assert.Equal("a"u8.ToArray(), after.Open(stored, SealedField.AlertNote));
        Assert.Equal(before.Index("user:a"), after.Index("user:a"));
        Assert.Throws<KeyGoneException>(() => before.Open(after.Seal("b"u8, SealedField.AlertNote), SealedField.AlertNote));
    }

    [Fact]
    public void WithoutItsKeyNothingOpens()
    {
        var stored = Seal.Seal("a"u8, SealedField.PersonAccount);
        var other = Some.SealOf(Seal.School);
        Assert.Throws<KeyGoneException>(() => other.Open(stored, SealedField.PersonAccount));
        Assert.False(other.TryOpen(stored, SealedField.PersonAccount, out _));
        Assert.True(other.TryOpen("plain"u8, SealedField.PersonAccount, out var plain));
        Assert.Equal("plain"u8.ToArray(), plain);
    }

    [Fact]
    public void BothFormsAreAskedForUntilAllIsSealed()
    {
        var key = SchoolKey.Make();
        Assert.Equal([Seal.Index("user:a")], Seal.Forms("user:a"));
        var upgrading = new SchoolSeal(Guid.NewGuid(), [key], key.Id, mayBePlain: true);
        Assert.Equal([upgrading.Index("user:a"), "user:a"], upgrading.Forms("user:a"));
    }

    [Fact]
    public void ThreadsShareASeal() => Parallel.For(0, 2000, i =>
    {
        var plain = BitConverter.GetBytes(i);
        Assert.Equal(plain, Seal.Open(Seal.Seal(plain, SealedField.EventDetail), SealedField.EventDetail));
    });
}
