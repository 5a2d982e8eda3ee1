using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// What a person would read in the bytes of a record, however its product wrote them: percent-encoded, escaped as JSON or HTML, as a mail encodes it, in an older
/// character set. Each reading is a text of its own; what is no encoding comes out as a text that names nobody. Pure.
/// </summary>
internal static class RecordReadings
{
    /// <summary>Encodings within one another: a JSON text in a mail's base64.</summary>
    private const int Deepest = 2;

    private const int ShortestBase64 = 4;

    private static readonly SearchValues<char> s_base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=");

    public static IEnumerable<string> Of(byte[] raw) => Texts(raw).SelectMany(Of);

    public static IEnumerable<string> Of(string text) => Readings(text, Deepest);

    /// <summary>An address as it was typed. The same text when nothing is encoded in it.</summary>
    public static string PercentDecoded(string text) => text.AsSpan().IndexOfAny('%', '+') >= 0 ? Uri.UnescapeDataString(text.Replace('+', ' ')) : text;

    /// <summary><c>\u00eb</c> as the letter that it stands for. The same text when there is none.</summary>
    public static string LettersUnescaped(string text)
    {
        var at = text.IndexOf("\\u", StringComparison.Ordinal);
        if (at < 0)
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        var from = 0;
        for (; at >= 0; at = text.IndexOf("\\u", at + 2, StringComparison.Ordinal))
        {
            if (at + 6 <= text.Length && ushort.TryParse(text.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var letter))
            {
                plain.Append(text, from, at - from).Append((char)letter);
                from = at + 6;
            }
        }

        return plain.Append(text, from, text.Length - from).ToString();
    }

    private static IEnumerable<string> Readings(string text, int deep)
    {
        yield return text;
        if (deep == 0)
        {
            yield break;
        }

        foreach (var plainer in Plainer(text).Where(plainer => plainer.Length > 0 && plainer != text))
        {
            foreach (var reading in Readings(plainer, deep - 1))
            {
                yield return reading;
            }
        }
    }

    private static IEnumerable<string> Plainer(string text)
    {
        yield return PercentDecoded(text);
        if (text.Contains('\\', StringComparison.Ordinal))
        {
            yield return JsonUnescaped(text);
        }

        if (text.Contains('&', StringComparison.Ordinal))
        {
            yield return WebUtility.HtmlDecode(text);
        }

        foreach (var plain in text.Contains('=', StringComparison.Ordinal) ? Texts(QuotedPrintable(text)) : [])
        {
            yield return plain;
            // In a header of a mail a blank is written so.
            yield return plain.Replace('_', ' ');
        }

        foreach (var plain in Texts(Base64(text)))
        {
            yield return plain;
        }
    }

    private static string JsonUnescaped(string text) => LettersUnescaped(text).Replace("\\n", " ", StringComparison.Ordinal).Replace("\\r", " ", StringComparison.Ordinal)
        .Replace("\\t", " ", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal).Replace("\\/", "/", StringComparison.Ordinal);

    // UTF-8; what is none may be one of the two others that are still sent.
    private static IEnumerable<string> Texts(byte[] bytes)
    {
        var text = Encoding.UTF8.GetString(bytes);
        yield return text;
        if (text.Contains('\uFFFD', StringComparison.Ordinal))
        {
            yield return Encoding.Latin1.GetString(bytes);
        }

        if (bytes.AsSpan(0, Math.Min(bytes.Length, 64)).IndexOf((byte)0) >= 0)
        {
            yield return Encoding.Unicode.GetString(bytes);
            yield return Encoding.BigEndianUnicode.GetString(bytes);
        }
    }

    private static byte[] QuotedPrintable(string text)
    {
        using var bytes = new MemoryStream(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] == '=' && at + 2 < text.Length && byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var letter))
            {
                bytes.WriteByte(letter);
                at += 2;
            }
            else if (text[at] == '=' && at + 1 < text.Length && text[at + 1] is '\r' or '\n')
            {
                // The line goes on.
                at += text[at + 1] == '\r' && at + 2 < text.Length && text[at + 2] == '\n' ? 2 : 1;
            }
            else
            {
                bytes.Write(Encoding.UTF8.GetBytes(text, at, char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 2 : 1));
                at += char.IsHighSurrogate(text[at]) && at + 1 < text.Length ? 1 : 0;
            }
        }

        return bytes.ToArray();
    }

    /// <summary>Everything that may be base64, decoded, one below the other: lines that are nothing else belong together, as in a mail.</summary>
    private static byte[] Base64(string text)
    {
        using var bytes = new MemoryStream();
        var block = new StringBuilder();
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            if (line.Length > 0 && !line.ContainsAnyExcept(s_base64))
            {
                block.Append(line);
                // A line of a mail is whole fours; another is the last of its text, or a word.
                if (line.Length % 4 != 0)
                {
                    Decode(block, bytes);
                }

                continue;
            }

            Decode(block, bytes);
            foreach (var letter in line)
            {
                if (s_base64.Contains(letter))
                {
                    block.Append(letter);
                }
                else
                {
                    Decode(block, bytes);
                }
            }

            Decode(block, bytes);
        }

        Decode(block, bytes);
        return bytes.ToArray();
    }

    private static void Decode(StringBuilder block, MemoryStream bytes)
    {
        var plain = block.ToString().TrimEnd('=').Replace('-', '+').Replace('_', '/');
        block.Clear();
        // Four letters are three bytes; one that is left over is none.
        plain = plain[..(plain.Length - (plain.Length % 4 == 1 ? 1 : 0))];
        var decoded = new byte[(plain.Length * 3 / 4) + 3];
        if (plain.Length + 2 >= ShortestBase64 && Convert.TryFromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='), decoded, out var written))
        {
            bytes.Write(decoded, 0, written);
            bytes.WriteByte((byte)'\n');
        }
    }
}
