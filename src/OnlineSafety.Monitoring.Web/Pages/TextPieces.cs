using System.Globalization;
using System.Text;

namespace OnlineSafety.Monitoring.Web.Pages;

/// <summary>
/// Text that somebody else wrote, cut into pieces that can be shown without believing it: what would hide or turn round the rest is named instead, letters
/// that pass for others are marked, and no address in it can be followed. The pieces' texts joined are the text again, to the last unit. Pure.
/// </summary>
internal static class TextPieces
{
    // Unicode's own limit on a run of combining marks that means something is far below.
    private const int MostMarks = 4;

    public static IReadOnlyList<TextPiece> Of(string text, IReadOnlyList<HitSpan> hits)
    {
        var alike = Alikes(text);
        var pieces = new List<TextPiece>();
        var plain = 0;
        var marks = 0;
        for (var at = 0; at < text.Length;)
        {
            var known = Rune.TryGetRuneAt(text, at, out var rune);
            var length = known ? rune.Utf16SequenceLength : 1;
            marks = known && Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark ? marks + 1 : 0;
            var scheme = SchemeAt(text, at);
            var kind = scheme > 0 ? PieceKind.Scheme
                : !known || marks > MostMarks || IsOdd(text, at, rune) ? PieceKind.Odd
                : alike is not null && alike[at] ? PieceKind.Alike
                : PieceKind.Plain;
            length = scheme > 0 ? scheme : length;
            if (kind != PieceKind.Plain || (at > plain && IsHit(hits, at) != IsHit(hits, plain)))
            {
                Flush(at);
            }

            if (kind != PieceKind.Plain)
            {
                var piece = text.Substring(at, length);
                pieces.Add(new TextPiece(kind, piece, ShownAs(kind, piece, known ? rune.Value : piece[0]), IsHit(hits, at)));
                plain = at + length;
            }

            at += length;
        }

        Flush(text.Length);
        return pieces;

        void Flush(int end)
        {
            if (end > plain)
            {
                var piece = text[plain..end];
                pieces.Add(new TextPiece(PieceKind.Plain, piece, piece, IsHit(hits, plain)));
                plain = end;
            }
        }
    }

    private static bool IsHit(IReadOnlyList<HitSpan> hits, int at) => hits.Any(hit => hit.Start <= at && at < hit.End);

    private static string ShownAs(PieceKind kind, string text, int scalar) => kind switch
    {
        PieceKind.Scheme => text.Replace('t', 'x').Replace('T', 'X'),
        PieceKind.Odd => NameOf(scalar),
        _ => text,
    };

    // The length of "http" or "https" before "://", and of nothing else: other schemes lead nowhere when they are no link.
    private static int SchemeAt(string text, int at)
    {
        if (text[at] is not ('h' or 'H') || string.Compare(text, at, "http", 0, 4, StringComparison.OrdinalIgnoreCase) != 0)
        {
            return 0;
        }

        var end = at + 4 < text.Length && text[at + 4] is 's' or 'S' ? at + 5 : at + 4;
        return string.CompareOrdinal(text, end, "://", 0, 3) == 0 ? end - at : 0;
    }

    private static bool IsOdd(string text, int at, Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control => rune.Value is not ('\n' or '\t'),
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.Surrogate => true,
        // Joins emoji and the letters of Arabic and Indian scripts; among Latin ones it only hides a word from whoever looks for it.
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D) || at == 0 || char.IsAscii(text[at - 1]),
        UnicodeCategory.SpaceSeparator => rune.Value is not (' ' or 0x00A0),
        UnicodeCategory.OtherLetter => rune.Value is 0x115F or 0x1160 or 0x3164 or 0xFFA0,
        _ => rune.Value is 0x2800 or 0xFFFD,
    };

    private static string NameOf(int scalar) => scalar switch
    {
        '\r' => "return",
        0x1B => "escape",
        0x200B => "zero-width space",
        0x200E => "left-to-right mark",
        0x200F => "right-to-left mark",
        0x202A or 0x202D or 0x2066 => "left-to-right from here",
        0x202B or 0x202E or 0x2067 => "right-to-left from here",
        0x202C or 0x2069 => "end of direction",
        0xFEFF or 0x2060 => "zero-width joiner",
        0x00AD => "soft hyphen",
        _ => $"U+{scalar.ToString("X4", CultureInfo.InvariantCulture)}",
    };

    // A Cyrillic or Greek letter in a word that has Latin ones too passes for one of them, and so does a letter made for mathematics or for wide print.
    private static bool[]? Alikes(string text)
    {
        bool[]? alike = null;
        for (var at = 0; at < text.Length;)
        {
            if (!char.IsLetter(text, at))
            {
                at++;
                continue;
            }

            var (end, latin) = (at, false);
            while (end < text.Length && char.IsLetter(text, end))
            {
                latin |= text[end] < 0x250;
                end += char.IsSurrogatePair(text, end) ? 2 : 1;
            }

            for (; at < end; at += char.IsSurrogatePair(text, at) ? 2 : 1)
            {
                if (IsStyled(char.ConvertToUtf32(text, at)) || (latin && text[at] is >= '\u0370' and <= '\u052F'))
                {
                    (alike ??= new bool[text.Length])[at] = true;
                }
            }
        }

        return alike;
    }

    private static bool IsStyled(int scalar) => scalar is (>= 0x1D400 and <= 0x1D7FF) or (>= 0xFF21 and <= 0xFF5A);
}
