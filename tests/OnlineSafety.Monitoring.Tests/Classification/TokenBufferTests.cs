using System.Text;
using OnlineSafety.Monitoring.Classification;

namespace OnlineSafety.Monitoring.Tests.Classification;

public sealed class TokenBufferTests
{
    [Theory]
    [InlineData("Suicide")]
    [InlineData("ＳＵＩＣＩＤＥ")]
    [InlineData("su\u200Bici\u00ADde")]
    [InlineData("s\u0443icide", false)] // Cyrillic u looks like y
    [InlineData("su\u0456cid\u0435")]
    [InlineData("su1c1d3")]
    [InlineData("$uicide")]
    [InlineData("suuuuicide")]
    [InlineData("suiciiiide")]
    [InlineData("s u i c i d e")]
    [InlineData("s.u.i.c.i.d.e")]
    [InlineData("s-u-i-c-i-d-e")]
    [InlineData("𝓼𝓾𝓲𝓬𝓲𝓭𝓮")]
    [InlineData("🅢🅤🅘🅒🅘🅓🅔")]
    [InlineData("súïcïdé")]
    public void DisguisesFoldToThePlainWordAndKeepTheOriginalSpan(string text, bool found = true)
    {
        var before = "x1 ";
        var read = Read($"{before}{text} y2", "suicide");
        var hit = read.SingleOrDefault(t => t.Word != 0);
        Assert.Equal(found, hit.Word != 0);
        if (found)
        {
            Assert.Equal((before.Length, before.Length + Encoding.UTF8.GetByteCount(text)), (hit.Start, hit.End));
        }
    }

    [Fact]
    public void AWordInsideAnotherIsNoWord() => Assert.DoesNotContain(Read("scunthorpe therapist", "cunt", "rapist"), t => t.Word != 0);

    [Fact]
    public void ApostrophesCountAsNothing() => Assert.Equal(2, Read("don't dont", "dont").Count(t => t.Word != 0));

    [Fact]
    public void ASignBetweenWordsPartsThemWhenItStandsForNoLetter() => Assert.Equal(2, Read("stop!die", "stop", "die").Count(t => t.Word != 0));

    [Fact]
    public void AnEmojiIsAWordOfItsOwn() => Assert.Single(Read("yes🔪no", "🔪"), t => t.Word != 0);

    [Fact]
    public void AnyBytesAreReadToTheEnd()
    {
        var random = new Random(7);
        var buffer = new TokenBuffer(new Lexicon(["a"]));
        for (var i = 0; i < 2000; i++)
        {
            var bytes = new byte[random.Next(0, 80)];
            random.NextBytes(bytes);
            buffer.Read(bytes);
            foreach (var token in buffer.Tokens)
            {
                Assert.InRange(token.Start, 0, token.End - 1);
                Assert.InRange(token.End, 1, bytes.Length);
            }
        }
    }

    private static List<Token> Read(string text, params string[] words)
    {
        var buffer = new TokenBuffer(new Lexicon(words));
        buffer.Read(Encoding.UTF8.GetBytes(text));
        return [.. buffer.Tokens];
    }
}
