using OnlineSafety.Monitoring.TestKit;
using OnlineSafety.Monitoring.Web.Pages;

namespace OnlineSafety.Monitoring.Web.Tests.Pages;

public sealed class TextPiecesTests
{
    [Fact]
    public void ThePiecesJoinedAreTheTextAgain()
    {
        foreach (var text in NaughtyStrings.All)
        {
            foreach (var hit in new HitSpan[] { new(0, text.Length), new(text.Length / 3, text.Length / 2), new(text.Length, 5), new(-1, 3) })
            {
                Assert.Equal(text, string.Concat(TextPieces.Of(text, [hit]).Select(piece => piece.Text)));
            }
        }
    }

    [Theory]
    [InlineData("a\u202Eb", "right-to-left from here")]
    [InlineData("a\u200Bb", "zero-width space")]
    [InlineData("a\0b", "U+0000")]
    [InlineData("a\u001Bb", "escape")]
    [InlineData("a\u200Db", "U+200D")]
    [InlineData("a\u3164b", "U+3164")]
    [InlineData("a\u2028b", "U+2028")]
    public void WhatCannotBeSeenOrTurnsTextRoundIsNamed(string text, string name)
    {
        var pieces = TextPieces.Of(text, []);
        Assert.Equal(("a", PieceKind.Plain), (pieces[0].Shown, pieces[0].Kind));
        Assert.Equal((name, PieceKind.Odd), (pieces[1].Shown, pieces[1].Kind));
        Assert.Equal(("b", PieceKind.Plain), (pieces[2].Shown, pieces[2].Kind));
    }

    [Fact]
    public void HalfACharacterIsNamedToo() => Assert.Equal("U+D800", TextPieces.Of(string.Concat("a", (char)0xD800, "b"), [])[1].Shown);

    [Theory]
    [InlineData("plain words, two\nlines\tand a tab")]
    [InlineData("\U0001F468\u200D\U0001F469\u200D\U0001F467")]
    [InlineData("na\u00EFve caf\u00E9 \u0645\u0631\u062D\u0628\u0627")]
    [InlineData("\u043F\u0440\u0438\u0432\u0435\u0442")]
    public void OrdinaryTextOfAnyAlphabetIsLeftAlone(string text) => Assert.Equal(text, Assert.Single(TextPieces.Of(text, [])).Shown);

    [Fact]
    public void ALetterThatPassesForAnotherIsMarked()
    {
        var pieces = TextPieces.Of("p\u0430ypal", []);
        Assert.Equal([PieceKind.Plain, PieceKind.Alike, PieceKind.Plain], pieces.Select(piece => piece.Kind));
        Assert.Equal("\u0430", pieces[1].Shown);
        Assert.Contains(TextPieces.Of("\U0001D55C\U0001D55A\U0001D55D\U0001D55D", []), piece => piece.Kind == PieceKind.Alike);
    }

    [Fact]
    public void AnAddressIsWrittenSoThatNoProgramFollowsIt()
    {
        var pieces = TextPieces.Of("see HTTPS://evil.example/http and http:/x", []);
        Assert.Equal("see HXXPS://evil.example/http and http:/x", string.Concat(pieces.Select(piece => piece.Shown)));
    }

    [Fact]
    public void MatchesAreMarkedToTheUnitAlsoWhereTheyOverlap()
    {
        var pieces = TextPieces.Of("how to make a bomb", [new HitSpan(0, 6), new HitSpan(4, 7), new HitSpan(14, 4)]);
        Assert.Equal([("how to make", true), (" a ", false), ("bomb", true)], pieces.Select(piece => (piece.Text, piece.IsHit)));
    }

    [Fact]
    public void AHeapOfMarksOnOneLetterIsNotDrawnOverTheLinesAround()
    {
        var pieces = TextPieces.Of("e" + new string('\u0301', 40), []);
        Assert.Equal(36, pieces.Count(piece => piece.Kind == PieceKind.Odd));
    }
}
