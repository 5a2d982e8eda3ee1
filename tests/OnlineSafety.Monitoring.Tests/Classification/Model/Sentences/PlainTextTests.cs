using System.Text;
using OnlineSafety.Monitoring.Classification;
using OnlineSafety.Monitoring.Classification.Model.Sentences;

namespace OnlineSafety.Monitoring.Tests.Classification.Model.Sentences;

public sealed class PlainTextTests
{
    private static readonly Lexicon s_words = new(["want", "kill", "myself", "suicide", "how", "to", "tonight", "rock", "roll", "dont"]);

    [Theory]
    [InlineData("how to k1ll myself", "how to kill myself")]
    [InlineData("So, how to s.u.i.c.i.d.e tonight?", "So, how to suicide tonight?")]
    [InlineData("i want k i l l myself", "i want kill myself")]
    [InlineData("want s🙂u🙂i🙂c🙂i🙂d🙂e", "want suicide")]
    [InlineData("want rock!roll now", "want rock roll now")]
    public void AHiddenWordStandsInPlain(string text, string plain) => Assert.Equal(plain, Read(text));

    [Theory]
    [InlineData("")]
    [InlineData("How to kill TIME, tonight")]
    [InlineData("i don't want to")]
    [InlineData("i don’t want to")]
    [InlineData("16 of 24 want ｋｉｌｌ café")]
    public void WhatHidesNothingStaysAsItIs(string text) => Assert.Equal(text, Read(text));

    [Fact]
    public void AWordKnowsTheBytesThatItCameFrom()
    {
        var text = "é how k1ll myself"u8.ToArray();
        var (plain, read) = Reader(text);
        foreach (var (word, written) in ((string, string)[])[("é", "é"), ("how", "how"), ("kill", "k1ll"), ("myself", "myself")])
        {
            var bytes = Encoding.UTF8.GetBytes(word);
            var at = read.AsSpan().IndexOf(bytes);
            var (start, end) = plain.OriginOf(at, at + bytes.Length);
            Assert.Equal(written, Encoding.UTF8.GetString(text[start..end]));
        }
    }

    [Fact]
    public void NoBytesAreTooHostile()
    {
        var random = new Random(4);
        var tokens = new TokenBuffer(s_words);
        var plain = new PlainText(s_words);
        var pieces = new[] { "k1ll", "s.u.i.c.i.d.e", "&#107;", "%6b", "\u202e", "how", "🙂", "é", " ", "-", "llik" };
        for (var i = 0; i < 20_000; i++)
        {
            var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => pieces[random.Next(pieces.Length)])));
            for (var j = 0; j < text.Length / 9; j++)
            {
                text[random.Next(text.Length)] = (byte)random.Next(256);
            }

            tokens.Read(text);
            var length = plain.Of(text, tokens.Tokens).Length;
            for (var at = 0; at < length; at++)
            {
                var (start, end) = plain.OriginOf(at, at + 1);
                Assert.True(start >= 0 && start <= end && end <= text.Length);
            }
        }
    }

    private static string Read(string text) => Encoding.UTF8.GetString(Reader(Encoding.UTF8.GetBytes(text)).Read);

    private static (PlainText Plain, byte[] Read) Reader(byte[] text)
    {
        var tokens = new TokenBuffer(s_words);
        tokens.Read(text);
        var plain = new PlainText(s_words);
        return (plain, plain.Of(text, tokens.Tokens).ToArray());
    }
}
