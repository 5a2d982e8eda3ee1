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
    [InlineData("ˢᵘⁱᶜⁱᵈᵉ")]
    [InlineData("🄢🄤🄘🄒🄘🄓🄔")]
    [InlineData("ꓢꓴꓲꓚꓲꓓꓰ")]
    [InlineData("súïcïdé")]
    [InlineData("\U0001F1F8\U0001F1FA\U0001F1EE\U0001F1E8\U0001F1EE\U0001F1E9\U0001F1EA")]
    [InlineData("sui-cide")]
    [InlineData("sui cide")]
    [InlineData("$u!c!d3")]
    [InlineData("su\U0001F642ici\U0001F642de")]
    [InlineData("s - u - i - c - i - d - e")]
    [InlineData("suicide123")]
    [InlineData("&#115;uicide")]
    [InlineData("&#x73;u&iacute;cide")]
    [InlineData("sui&shy;cide")]
    [InlineData("%73uicide")]
    [InlineData("\\u0073uicide")]
    [InlineData("\u202Eedicius\u202C", true, 3)]
    [InlineData("ǝpᴉɔᴉns")]
    [InlineData("su¢ide", false)] // a letter is missing: no more than a look-alike
    [InlineData("sui¢ide")]
    [InlineData("ᏚᏌᎥᏟᎥᎠᎬ")]
    public void DisguisesFoldToThePlainWordAndKeepTheOriginalSpan(string text, bool found = true, int mark = 0)
    {
        var before = "x1 ";
        var read = Read($"{before}{text} y2", "suicide");
        var hit = read.SingleOrDefault(t => t.Word != 0);
        Assert.Equal(found, hit.Word != 0);
        if (found)
        {
            Assert.Equal((before.Length + mark, before.Length + Encoding.UTF8.GetByteCount(text) - mark), (hit.Start, hit.End));
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

    [Theory]
    [InlineData("howtohangmyself", "how|to|hang|myself")]
    [InlineData("h o w t o h a n g m y s e l f", "how|to|hang|myself")]
    [InlineData("h-o-w t-o h-a-n-g m-y-s-e-l-f", "how|to|hang|myself")]
    [InlineData("h o w  t o  h a n g  m y s e l f", "how|to|hang|myself")]
    [InlineData("#HowToHangMyself", "how|to|hang|myself")]
    [InlineData("howtohangmyselves", "")]
    [InlineData("howtohow", "")] // no grave word
    public void WordsWrittenAsOneAreTakenApart(string text, string expected) => Assert.Equal(expected, Known(text, ["how", "to", "hang", "myself"]));

    [Theory]
    [InlineData("rock-climbing", "climbing")]
    [InlineData("a b c d e f g", "")]
    [InlineData("england\U0001F1EC\U0001F1E7", "england")]
    [InlineData("4.2.0", "")]
    [InlineData("cost £50 or 5€", "cost|50|5")]
    [InlineData("100%death", "death")]
    [InlineData("ˈsuːɪsaɪd", "")]
    public void WhatOnlyLooksTornIsLeftAsItIs(string text, string expected) => Assert.Equal(expected, Known(text, ["climbing", "abc", "bcd", "england", "420", "cost", "50", "5", "death"]));

    [Theory]
    [InlineData("rapst", "rapist")]
    [InlineData("raapist", "rapist")]
    [InlineData("rapizt", "rapist")]
    [InlineData("rapits", "rapits")]
    [InlineData("therapist", "therapist")]
    [InlineData("tapist", "")]
    [InlineData("othr", "")]
    public void ASlipIsFoundInTheWordsThatAreGuardedAndAWordOfItsOwnIsNoSlip(string text, string expected)
    {
        var builder = new PhraseGraphBuilder();
        builder.Add([new PhrasePart([["rapist"]], 0)], 0);
        builder.Add([new PhrasePart([["other"]], 0)], 0);
        builder.Guard("rapist");
        builder.AddOrdinary("rapits");
        builder.AddOrdinary("therapist");
        var buffer = new TokenBuffer(builder.Lexicon());
        buffer.Read(Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, ((string[])["", "rapist", "other", "rapits", "therapist"])[buffer.Tokens[0].Word]);
    }

    [Fact]
    public void ATextThatRunsBackwardsIsReadOnceMoreAndItsWordsKeepTheirPlace()
    {
        var builder = new PhraseGraphBuilder();
        builder.Add([new PhrasePart([["kill"]], 0), new PhrasePart([["myself"]], 0)], 0);
        builder.Guard("myself");
        var buffer = new TokenBuffer(builder.Lexicon());
        buffer.Read("x flesym llik"u8);
        Assert.Equal([(9, 13), (2, 8)], buffer.Tokens.ToArray().Where(token => token.Word is 1 or 2).Select(token => (token.Start, token.End)));
    }

    [Theory]
    [InlineData("Zażółć gęślą jaźń", "zazolc gesla jazn")]
    [InlineData("\u0627\u0644\u0627\u0646\u062A\u062D\u0627\u0631", "\u0627\u0644\u0627\u0646\u062A\u062D\u0627\u0631")]
    [InlineData("\u0639\u0644\u064E\u064A\u0643", "\u0639\u0644\u06CC\u06A9")] // vowel signs go, Arabic letters are those of Urdu keyboards
    [InlineData("\uFEF3\u0640\u0663", "\u06CC3")] // old forms, stretching, digits
    [InlineData("자살 自杀", "자살 自杀")]
    public void LettersOfAnyScriptSurvive(string text, string folded) => Assert.Equal(folded, string.Join(' ', PhraseSyntax.Fold(text)));

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

    [Fact]
    public void AnyPiecesAreReadToTheEnd()
    {
        string[] pieces = ["\u0677", "\u0677\u0677\u0677\u0677\u0677\u0677\u0677\u0677", "-", "-", " ", ".", "su", "i", "cide", "s", "1", "\U0001F642", "\uFFFD", "\u202E", "&#115;"];
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            // A reader of its own each time: one that has read a long text has room.
            var buffer = new TokenBuffer(new Lexicon(["suicide", "cide", "sui", "suis"]));
            var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 1500)).Select(_ => pieces[random.Next(pieces.Length)])));
            buffer.Read(bytes);
            Assert.All(buffer.Tokens.ToArray(), token => Assert.InRange(token.Start, 0, token.End - 1));
        }
    }

    [Fact]
    public void WordsThatAreCutApartAgainAndAgainFindRoomHoweverLittleTextTheyStandIn()
    {
        // Each letter folds to twice its bytes, and the run that holds the word is put together once more.
        var run = string.Concat(Enumerable.Repeat("\u0677", 29)) + "-su-i-cide ";
        var buffer = new TokenBuffer(new Lexicon(["suicide"]));
        buffer.Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(run, 60))));
        Assert.Equal(60, buffer.Known);
    }

    // The words that are known, in order, of a lexicon in which all are guarded.
    private static string Known(string text, string[] words)
    {
        var buffer = new TokenBuffer(new Lexicon(words, [], [.. Enumerable.Range(1, words.Length).Select(word => (word, WordMark.Guarded))]));
        buffer.Read(Encoding.UTF8.GetBytes(text));
        return string.Join('|', buffer.Tokens.ToArray().Where(token => token.Word > 0).Select(token => words[token.Word - 1]));
    }

    private static List<Token> Read(string text, params string[] words)
    {
        var buffer = new TokenBuffer(new Lexicon(words));
        buffer.Read(Encoding.UTF8.GetBytes(text));
        return [.. buffer.Tokens];
    }
}
