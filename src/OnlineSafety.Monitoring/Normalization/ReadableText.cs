using System.Globalization;
using System.Text;
using OnlineSafety.Monitoring.Normalization.Shapes.Mail;

namespace OnlineSafety.Monitoring.Normalization;

/// <summary>
/// What a person could read in a record that no mapping takes apart: as it came, and behind it the same with what senders do to text undone, which hides
/// grave words in the bytes. Escapes of JSON (an apostrophe is <c>\u0027</c> to many writers, a line's end always <c>\n</c>), octal ones of relays
/// (<c>#012</c>), doubled percent signs, tags and entities of HTML, UTF-16. Nothing that stands in the bytes is lost by it: a backslash may as well be a path's.
/// </summary>
internal static class ReadableText
{
    private const int MostPercents = 4;
    private const int Probe = 256;

    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> raw)
    {
        var body = Wide(raw.Span) is { } encoding ? Encoding.UTF8.GetBytes(encoding.GetString(raw.Span)) : raw;
        var escaped = body.Span.ContainsAny((byte)'\\', (byte)'#') || body.Span.IndexOf("%25"u8) >= 0;
        var marked = body.Span.ContainsAny((byte)'<', (byte)'&') || body.Span.IndexOf("\\u00"u8) >= 0;
        if (!escaped && !marked)
        {
            return body;
        }

        var all = new StringBuilder();
        var text = Encoding.UTF8.GetString(body.Span);
        var undone = Undone(text);
        var page = undone.AsSpan().ContainsAny('<', '&') ? HtmlText.Read(undone) : undone;
        Add(all, undone, text);
        Add(all, page, undone);
        return all.Length == 0 ? body : (byte[])[.. body.Span, .. Encoding.UTF8.GetBytes(all.ToString())];
    }

    private static void Add(StringBuilder all, string text, string before)
    {
        if (!text.Equals(before, StringComparison.Ordinal))
        {
            all.Append('\n').Append(text);
        }
    }

    /// <summary>UTF-16 by its mark, or by every second byte of its beginning being zero, as letters of English are in it; null: it is none.</summary>
    private static UnicodeEncoding? Wide(ReadOnlySpan<byte> raw)
    {
        if (raw.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xFE]) || raw.StartsWith((ReadOnlySpan<byte>)[0xFE, 0xFF]))
        {
            return new UnicodeEncoding(bigEndian: raw[0] == 0xFE, byteOrderMark: false);
        }

        Span<int> zeros = [0, 0];
        var probed = Math.Min(raw.Length, Probe) & ~1;
        for (var at = 0; at < probed; at++)
        {
            zeros[at & 1] += raw[at] == 0 ? 1 : 0;
        }

        var most = Math.Max(zeros[0], zeros[1]);
        return most > 0 && most * 4 >= probed && Math.Min(zeros[0], zeros[1]) * 8 < most ? new UnicodeEncoding(bigEndian: zeros[0] > zeros[1], byteOrderMark: false) : null;
    }

    private static string Undone(string text)
    {
        var result = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length;)
        {
            at += text[at] switch
            {
                '\\' => Escape(text, at, result),
                '#' when Octal(text, at) => Put(result, ' ', 4),
                var other => Put(result, other, 1),
            };
        }

        for (var round = 0; round < MostPercents; round++)
        {
            result.Replace("%25", "%");
        }

        return result.ToString();
    }

    /// <returns>Letters read.</returns>
    private static int Escape(string text, int at, StringBuilder result)
    {
        // JSON inside a string of JSON has two or more before the letter.
        var end = at;
        while (end < text.Length && text[end] == '\\')
        {
            end++;
        }

        var next = end < text.Length ? text[end] : '\0';
        if (next is 'n' or 'r' or 't' or 'b' or 'f')
        {
            return Put(result, ' ', end + 1 - at);
        }

        if (next == 'u' && end + 5 <= text.Length && ushort.TryParse(text.AsSpan(end + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            return Put(result, (char)code, end + 5 - at);
        }

        return next is '/' or '"' ? Put(result, next, end + 1 - at) : Put(result, '\\', end - at);
    }

    private static bool Octal(string text, int at) =>
        at + 3 < text.Length && text[at + 1] == '0' && text[at + 2] is >= '0' and <= '3' && text[at + 3] is >= '0' and <= '7';

    private static int Put(StringBuilder result, char letter, int read)
    {
        result.Append(letter);
        return read;
    }
}
