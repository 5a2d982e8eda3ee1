using System.Buffers;
using System.Text;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>Small questions about UTF-8 text that splitters and conditions ask.</summary>
internal static class Utf8Text
{
    private static readonly SearchValues<byte> Ipv4Bytes = SearchValues.Create("0123456789."u8);
    private static readonly SearchValues<byte> Ipv6Bytes = SearchValues.Create("0123456789abcdefABCDEF:.%"u8);

    /// <summary>Equal, ASCII letters in any case, other bytes exact.</summary>
    public static bool EqualsIgnoreCase(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        // Nearly always in the same case.
        if (left.SequenceEqual(right))
        {
            return true;
        }

        for (var i = 0; i < left.Length; i++)
        {
            var difference = left[i] ^ right[i];
            if (difference != 0 && (difference != 0x20 || !char.IsAsciiLetter((char)left[i])))
            {
                return false;
            }
        }

        return true;
    }

    public static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && EqualsIgnoreCase(text[..start.Length], start);

    public static bool EndsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> end) =>
        text.Length >= end.Length && EqualsIgnoreCase(text[^end.Length..], end);

    public static bool ContainsIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> part)
    {
        for (var at = 0; at + part.Length <= text.Length; at++)
        {
            if (EqualsIgnoreCase(text.Slice(at, part.Length), part))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Without spaces, tabs and line ends around it.</summary>
    public static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (text[0] > ' ' && text[^1] > ' ') ? text : text.Trim(" \t\r\n"u8);

    public static bool TryInteger(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var start = text.Length > 1 && text[0] == '-' ? 1 : 0;
        if (text.Length == start || text.Length > 18)
        {
            return false;
        }

        foreach (var digit in text[start..])
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        value = start == 1 ? -value : value;
        return true;
    }

    public static bool IsDigits(ReadOnlySpan<byte> text) => !text.IsEmpty && text.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;

    /// <summary>An IPv4 or IPv6 literal by its looks: enough to tell an address column from a name column.</summary>
    public static bool IsAddress(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 3 or > 45)
        {
            return false;
        }

        if (text.Contains((byte)':'))
        {
            return text.Count((byte)':') >= 2 && !text.ContainsAnyExcept(Ipv6Bytes);
        }

        return text.Count((byte)'.') == 3 && !text.ContainsAnyExcept(Ipv4Bytes);
    }

    /// <summary>The longest start of at most <paramref name="bytes"/> bytes that cuts no character.</summary>
    public static ReadOnlySpan<byte> Cap(ReadOnlySpan<byte> text, int bytes)
    {
        if (text.Length <= bytes)
        {
            return text;
        }

        while (bytes > 0 && (text[bytes] & 0xC0) == 0x80)
        {
            bytes--;
        }

        return text[..bytes];
    }

    public static byte[] Of(string text) => Encoding.UTF8.GetBytes(text);
}
