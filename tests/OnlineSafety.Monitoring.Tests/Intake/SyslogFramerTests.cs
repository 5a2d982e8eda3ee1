using System.Diagnostics;
using System.Text;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Intake.Syslog;

namespace OnlineSafety.Monitoring.Tests.Intake;

public sealed class SyslogFramerTests
{
    [Theory]
    [InlineData("<14>one\n<14>two\n", "<14>one|<14>two")]
    [InlineData("<14>one\r\n<14>two\r\n", "<14>one|<14>two")]
    [InlineData("<14>one\0<14>two\0", "<14>one|<14>two")]
    [InlineData("<14>one\r\0\n\n\n<14>two", "<14>one|<14>two")]
    [InlineData("no priority at all\nnext\n", "no priority at all|next")]
    [InlineData("\n\r\n\0\0\n", "")]
    public void LinesEndAtLfOrNulAndLoseCr(string stream, string expected) => Assert.Equal(expected, Texts(stream));

    [Theory]
    [InlineData("<14>one\r<14>two\r<14>three\r", "<14>one|<14>two|<14>three")]
    [InlineData("<14>one\r\r<14>two", "<14>one|<14>two")]
    [InlineData("<14>one\rand more\n<14>two\n", "<14>one\rand more|<14>two")]
    [InlineData("<14>one\r<i>in a page</i>\r<1234>\n", "<14>one\r<i>in a page</i>\r<1234>")]
    public void ACarriageReturnAloneEndsALineOnlyBeforeAPriority(string stream, string expected) => Assert.Equal(expected, Texts(stream));

    [Theory]
    [InlineData("7 <14>one7 <14>two", "<14>one|<14>two")]
    [InlineData("9 <14>a\nb\r\n7 <14>two", "<14>a\nb|<14>two")]
    [InlineData("7 <14>one\n7 <14>two\n", "<14>one|<14>two")]
    [InlineData("0000007 <14>one", "<14>one")]
    [InlineData("0 7 <14>one", "<14>one")]
    public void CountedFramesAreTakenByTheirCount(string stream, string expected) => Assert.Equal(expected, Texts(stream));

    [Theory]
    [InlineData("2026-03-02 09:14:07 <b>\n")]
    [InlineData("1772442847 10.0.0.7 GET\n")]
    [InlineData("1772442847381 <b> is no priority\n")]
    [InlineData("42\n")]
    [InlineData("42 \n")]
    [InlineData("12 monkeys\n")]
    public void ALineThatStartsWithANumberIsALine(string stream) => Assert.Equal(stream.TrimEnd('\n'), Texts(stream));

    [Fact]
    public void AConnectionThatChangesFromCountsToLinesIsFollowed() =>
        Assert.Equal("<14>one|<14>two|<14>three", Texts("7 <14>one<14>two\n<14>three\n"));

    [Fact]
    public void AConnectionThatChangesFromLinesToCountsIsFollowed() =>
        Assert.Equal("<14>one|<14>two|<14>three", Texts("<14>one\n7 <14>two9 <14>three"));

    [Fact]
    public void InAConnectionOfLinesACountNeedsAWholePriority() =>
        Assert.Equal("<14>one|7 <i>in a page</i>|<14>two", Texts("<14>one\n7 <i>in a page</i>\n<14>two\n"));

    [Fact]
    public void InAConnectionOfLinesAHugeCountCannotSwallowWhatFollows() =>
        Assert.Equal("<14>one|9999999 <14>injected|<14>two", Texts("<14>one\n9999999 <14>injected\n<14>two\n"));

    [Fact]
    public void ACountThatIsTooShortCostsOneFlaggedRecordAndNoMore()
    {
        var frames = Frame("5 <14>one7 <14>two7 <14>end");

        Assert.Equal(["<14>o", "ne", "<14>two", "<14>end"], frames.Select(frame => frame.Text));
        Assert.Equal([RecordFlags.None, RecordFlags.BadFraming, RecordFlags.None, RecordFlags.None], frames.Select(frame => frame.Flags));
    }

    [Fact]
    public void ACountedFrameCutByTheSenderIsKeptAsTruncated() =>
        Assert.Equal([new("<14>on", RecordFlags.Truncated)], Frame("30 <14>on"));

    [Fact]
    public void ALineWithoutAnEndIsWholeWhenTheSenderCloses() =>
        Assert.Equal([new("<14>one", RecordFlags.None)], Frame("<14>one"));

    [Fact]
    public void ALineWithoutAnEndIsTruncatedWhenWeClose() =>
        Assert.Equal([new("<14>one", RecordFlags.Truncated)], Frame("<14>one", cut: true));

    [Theory]
    [InlineData("12345678 <14>one")]
    [InlineData("18446744073709551616 <14>one")]
    [InlineData("70 <14>one")]
    public void ACountOverTheLimitKeepsWhatCameAndEndsTheConnection(string stream)
    {
        var framer = new SyslogFramer(64, 128);
        var frames = Frame(framer, stream + "\n<14>later\n", int.MaxValue);

        Assert.Equal(new("<14>one", RecordFlags.BadFraming | RecordFlags.Truncated), frames[0]);
        Assert.Equal(new("<14>later", RecordFlags.BadFraming | RecordFlags.Truncated), frames[1]);
        Assert.Equal(FramingFault.CountTooLarge, framer.Fault);
    }

    [Fact]
    public void ALineOverTheLimitIsCutAndEndsTheConnection()
    {
        var framer = new SyslogFramer(64, 32);
        var frames = Frame(framer, "<14>ok\n<14>" + new string('z', 200), 10);

        Assert.Equal("<14>ok", frames[0].Text);
        Assert.Equal(new("<14>" + new string('z', 60), RecordFlags.Truncated), frames[1]);
        Assert.Equal(FramingFault.FrameTooLong, framer.Fault);
    }

    [Fact]
    public void ALineOfExactlyTheLimitIsWhole()
    {
        var framer = new SyslogFramer(64, 32);

        Assert.Equal([new(new string('z', 64), RecordFlags.None), new("a", RecordFlags.None)], Frame(framer, new string('z', 64) + "\na\n", 7));
        Assert.Equal(FramingFault.None, framer.Fault);
    }

    [Fact]
    public void AnEndlessFrameNeverHoldsMoreThanTheLimitAndOneRead()
    {
        var framer = new SyslogFramer(64 * 1024);
        var most = 0;
        for (var fed = 0; fed < 100 && framer.Fault == FramingFault.None; fed++)
        {
            var memory = framer.GetMemory(32 * 1024);
            memory.Span.Fill((byte)'z');
            framer.Advance(memory.Length);
            most = Math.Max(most, framer.Buffered);
            while (framer.TryRead(out _))
            {
            }
        }

        Assert.Equal(FramingFault.FrameTooLong, framer.Fault);
        Assert.InRange(most, 64 * 1024, 97 * 1024);
    }

    [Fact]
    public void AnEndlessStrayLineInSmallPiecesIsNotLookedThroughAgainAtEachOfThem()
    {
        var framer = new SyslogFramer(64 * 1024);
        var frames = new List<Framed>();
        var stream = Encoding.Latin1.GetBytes("5 <1>ab" + new string('<', 64 * 1024 - 10));
        var started = Stopwatch.GetTimestamp();
        Feed(framer, stream, 1, frames);

        // A fraction of a second; far longer than this when all of it is.
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.Equal([new("<1>ab", RecordFlags.None)], frames);
    }

    public static TheoryData<string> Streams => new(
        "<14>one\n<14>two\r\n<14>three",
        "7 <14>one7 <14>two30 <14>cut",
        "7 <14>one<14>two\n7 <14>end",
        "<14>one\n7 <14>two\n<14>end\n",
        "5 <14>one7 <14>two7 <14>end",
        "0 7 <14>one\n0 <14>x\nxaaa12 <1>3 <14>zz",
        "-5 <14>one\n21\n21 \n12 monkeys\n2026-01-01 x\n",
        "16 <1>217 <11>1 - - - - - -",
        "<14>a\0\0<14>b\0\r\n\nx\ry\n",
        "<14>a\r<14>b\r\r<1>c\r<1234>\r<>\r<19\n<1>d\r");

    [Theory]
    [MemberData(nameof(Streams))]
    public void HoweverTheBytesAreSplitTheFramesAreTheSame(string stream)
    {
        var whole = Frame(stream);
        Assert.NotEmpty(whole);
        for (var size = 1; size < stream.Length; size++)
        {
            Assert.Equal(whole, Frame(new SyslogFramer(64, 32), stream, size));
        }

        for (var at = 1; at < stream.Length; at++)
        {
            var framer = new SyslogFramer(64, 32);
            var frames = new List<Framed>();
            Feed(framer, Encoding.Latin1.GetBytes(stream[..at]), int.MaxValue, frames);
            Feed(framer, Encoding.Latin1.GetBytes(stream[at..]), int.MaxValue, frames);
            Complete(framer, cut: false, frames);
            Assert.Equal(whole, frames);
        }
    }

    [Fact]
    public void RandomBytesNeverThrowSpinOrLoseALetter()
    {
        // The alphabet is the one that framing looks at, so that its odd corners are met often.
        var random = new Random(20260302);
        const string Alphabet = "0127 <>4>\n\r<\r\0az";
        for (var run = 0; run < 20_000; run++)
        {
            var stream = new string([.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var framer = new SyslogFramer(64, 128);
            var whole = Frame(framer, stream, int.MaxValue);
            if (framer.Fault == FramingFault.None)
            {
                Assert.Equal(whole, Frame(new SyslogFramer(64, 32), stream, 1));
            }

            Assert.Equal(stream.Count(char.IsAsciiLetter), whole.Sum(frame => frame.Text.Count(char.IsAsciiLetter)));
        }
    }

    [Fact]
    public void TheHelloOfTlsEndsAConnectionInClearAndIsNoMessage()
    {
        byte[] hello = [0x16, 3, 1, 0, 49, 1, 0, 0, 45, 3, 3, .. new byte[20], (byte)'\n', (byte)'<', (byte)'1', (byte)'>', (byte)'\n'];
        for (var size = 1; size <= hello.Length; size++)
        {
            var framer = new SyslogFramer(64, 32, inClear: true);
            Assert.Empty(Frame(framer, hello, size));
            Assert.Equal(FramingFault.Tls, framer.Fault);
        }
    }

    [Theory]
    [InlineData("\x16", "\x16")]
    [InlineData("\x16text\n", "\x16text")]
    [InlineData("<14>one\n\x16\x03\x01\n", "<14>one|\x16\x03\x01")]
    public void WhatOnlyResemblesOneIsKept(string stream, string texts)
    {
        foreach (var size in new[] { 1, int.MaxValue })
        {
            var framer = new SyslogFramer(64, 32, inClear: true);
            Assert.Equal(texts, string.Join('|', Frame(framer, stream, size).Select(frame => frame.Text)));
            Assert.Equal(FramingFault.None, framer.Fault);
        }
    }

    internal sealed record Framed(string Text, RecordFlags Flags);

    private static string Texts(string stream) => string.Join('|', Frame(stream).Select(frame => frame.Text));

    private static List<Framed> Frame(string stream, bool cut = false) => Frame(new SyslogFramer(64, 32), stream, int.MaxValue, cut);

    private static List<Framed> Frame(SyslogFramer framer, string stream, int size, bool cut = false) =>
        Frame(framer, Encoding.Latin1.GetBytes(stream), size, cut);

    internal static List<Framed> Frame(SyslogFramer framer, byte[] stream, int size, bool cut = false)
    {
        var frames = new List<Framed>();
        Feed(framer, stream, size, frames);
        Complete(framer, cut, frames);
        return frames;
    }

    private static void Feed(SyslogFramer framer, byte[] stream, int size, List<Framed> frames)
    {
        for (var rest = stream.AsMemory(); !rest.IsEmpty && framer.Fault == FramingFault.None;)
        {
            var memory = framer.GetMemory(Math.Min(size, rest.Length));
            Assert.NotEqual(0, memory.Length);
            rest[..memory.Length].CopyTo(memory);
            framer.Advance(memory.Length);
            rest = rest[memory.Length..];
            while (framer.TryRead(out var frame))
            {
                frames.Add(new Framed(Encoding.Latin1.GetString(frame.Bytes), frame.Flags));
            }
        }
    }

    private static void Complete(SyslogFramer framer, bool cut, List<Framed> frames)
    {
        while (framer.TryComplete(cut, out var frame))
        {
            frames.Add(new Framed(Encoding.Latin1.GetString(frame.Bytes), frame.Flags));
        }
    }
}
