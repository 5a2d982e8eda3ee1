using System.Buffers.Text;
using System.Text;

namespace OnlineSafety.Monitoring.Classification;

/// <summary>Characters written as <c>%73</c>, <c>&amp;#115;</c>, <c>&amp;eacute;</c>, <c>\u0073</c> or <c>\x73</c>.</summary>
internal static class Escapes
{
    private const int LongestEntity = 10;

    // Of HTML's names only these hide anything: the others stand for signs that part words as their own do. Accented letters are told by their ends.
    private static ReadOnlySpan<byte> Accents => "acute grave circ uml tilde cedil ring caron slash "u8;

    private static ReadOnlySpan<byte> Nothings => "shy zwj zwnj lrm rlm zerowidthspace nobreak "u8;

    /// <summary>Length of the escape at the beginning of <paramref name="text"/>, 0 when there is none. <paramref name="raw"/>: it stands for a byte.</summary>
    public static int Read(ReadOnlySpan<byte> text, out Rune rune, out bool raw)
    {
        (rune, raw) = (default, text[0] == (byte)'%');
        switch (text[0])
        {
            case (byte)'%' when Hex(text[1..], 2) is var value and > 0:
                rune = new Rune(value);
                return 3;
            case (byte)'&':
                raw = false;
                return Entity(text, ref rune);
            case (byte)'\\' when text.Length > 1:
                return Backslash(text, ref rune);
            default:
                raw = false;
                return 0;
        }
    }

    private static int Entity(ReadOnlySpan<byte> text, ref Rune rune)
    {
        var length = text[..Math.Min(text.Length, LongestEntity + 8)].IndexOf((byte)';') + 1;
        if (length < 4)
        {
            return 0;
        }

        var name = text[1..(length - 1)];
        if (name[0] == (byte)'#')
        {
            var hex = (name[1] | 0x20) == 'x';
            var digits = name[(hex ? 2 : 1)..];
            return Utf8Parser.TryParse(digits, out int value, out var read, hex ? 'x' : 'D') && read == digits.Length && Rune.TryCreate(value, out rune) && value > 0 ? length : 0;
        }

        Span<byte> lower = stackalloc byte[LongestEntity + 8];
        if (Ascii.ToLower(name, lower, out var count) != System.Buffers.OperationStatus.Done)
        {
            return 0;
        }

        lower[count++] = (byte)' ';
        if (IsOneOf(lower[..count], Nothings))
        {
            rune = new Rune(0x200B);
            return length;
        }

        if (count > 4 && IsOneOf(lower[1..count], Accents))
        {
            rune = new Rune(lower[0]);
            return length;
        }

        return 0;
    }

    private static bool IsOneOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> names)
    {
        var at = names.IndexOf(name);
        return at == 0 || (at > 0 && names[at - 1] == (byte)' ');
    }

    private static int Backslash(ReadOnlySpan<byte> text, ref Rune rune)
    {
        if (text[1] == (byte)'x' && Hex(text[2..], 2) is var small and > 0)
        {
            rune = new Rune(small);
            return 4;
        }

        if (text[1] != (byte)'u' || Hex(text[2..], 4) is not (var value and > 0))
        {
            return 0;
        }

        if (Rune.TryCreate(value, out rune))
        {
            return 6;
        }

        // Two halves of one character.
        return text.Length > 7 && text[6] == (byte)'\\' && text[7] == (byte)'u' && Hex(text[8..], 4) is var low and > 0 && Rune.TryCreate((char)value, (char)low, out rune) ? 12 : 0;
    }

    private static int Hex(ReadOnlySpan<byte> text, int digits) =>
        text.Length >= digits && Utf8Parser.TryParse(text[..digits], out int value, out var read, 'x') && read == digits ? value : -1;
}
