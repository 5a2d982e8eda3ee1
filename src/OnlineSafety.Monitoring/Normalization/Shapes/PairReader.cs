namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>How <c>key=value</c> pairs are written.</summary>
/// <param name="Separator">Stands between two pairs; an unquoted value may hold it where no key follows.</param>
/// <param name="Quotes">A value that begins with a quote ends at the next; inside, a backslash escapes quote and backslash.</param>
/// <param name="Escapes">CEF: a backslash escapes =, |, backslash, n and r; quotes mean nothing.</param>
/// <param name="UpperKeys">Keys are upper case: <c>,b=2</c> in an unescaped URL is then no key.</param>
internal readonly record struct PairStyle(byte Separator, bool Quotes, bool Escapes, bool UpperKeys);

/// <summary>Reads the pairs of a line into the values of a mapping. One pass: the sign that ends a value is the one that begins the next.</summary>
internal static class PairReader
{
    private static readonly bool[] KeyBytes = [.. Enumerable.Range(0, 256).Select(b => char.IsAsciiLetterOrDigit((char)b) || b is '_' or '-' or '.')];

    /// <summary>Reads all pairs; what stands before the first key is given back, without separators around it.</summary>
    public static Slice ReadAll(Cells cells, Slice body, in PairStyle style, KeyIndex index)
    {
        var text = cells.Bytes(body);
        var sign = NextKey(text, 0, anywhere: true, style, out var key);
        var lead = Trimmed(text, body, 0, sign < 0 ? text.Length : key, style.Separator);
        while (sign >= 0)
        {
            var (start, length) = (key, sign - key);
            int next;
            Slice value;
            if (style.Quotes && sign + 1 < text.Length && text[sign + 1] == '"')
            {
                value = ReadQuoted(cells, body, text, sign + 2, out var end);
                next = NextKey(text, end, anywhere: true, style, out key);
            }
            else
            {
                next = NextKey(text, sign + 1, anywhere: false, style, out key);
                value = Trimmed(text, body, sign + 1, next < 0 ? text.Length : key, style.Separator);
                value = style.Escapes ? Unescaped(cells, value) : value;
            }

            Place(cells, index, Cells.Part(body, start, length), value);
            sign = next;
        }

        return lead;
    }

    private static void Place(Cells cells, KeyIndex index, Slice key, Slice value)
    {
        if (index.Find(cells.Bytes(key)) is var slot and >= 0)
        {
            cells.Add(slot, value);
        }
        else if (!value.IsEmpty)
        {
            cells.AddExtra(key, value);
        }
    }

    /// <summary>Where the sign of the next key stands, or -1. Without a separator before it a sign belongs to the value (a URL's query).</summary>
    private static int NextKey(ReadOnlySpan<byte> text, int from, bool anywhere, in PairStyle style, out int key)
    {
        key = 0;
        for (var at = from; at < text.Length;)
        {
            var found = text[at..].IndexOf((byte)'=');
            if (found < 0)
            {
                return -1;
            }

            var sign = at + found;
            key = sign;
            while (key > from && KeyBytes[text[key - 1]])
            {
                key--;
            }

            if (key < sign && (key == from ? IsBorder(text, from, anywhere, style) : anywhere || text[key - 1] == style.Separator)
                && !(style.UpperKeys && text[key] is < (byte)'A' or > (byte)'Z'))
            {
                return sign;
            }

            at = sign + 1;
        }

        return -1;
    }

    // At the very start of a value a key may stand only if the value is empty: "url= action=blocked" has a separator there, "a=b=c" has none.
    private static bool IsBorder(ReadOnlySpan<byte> text, int from, bool anywhere, in PairStyle style) =>
        anywhere || from == 0 || text[from - 1] == style.Separator;

    private static Slice Trimmed(ReadOnlySpan<byte> text, Slice body, int start, int end, byte separator)
    {
        while (end > start && text[end - 1] == ' ')
        {
            end--;
        }

        // One separator ends a value; a second one is part of it.
        end -= end > start && separator != ' ' && text[end - 1] == separator ? 1 : 0;
        return Cells.Part(body, start, end - start);
    }

    private static Slice ReadQuoted(Cells cells, Slice body, ReadOnlySpan<byte> text, int start, out int end)
    {
        var at = start;
        var escaped = false;
        while (true)
        {
            var stop = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (stop < 0)
            {
                // Cut by a relay: what is left is still the value.
                end = text.Length;
                return escaped ? Unquoted(cells, text[start..]) : Cells.Part(body, start, text.Length - start);
            }

            at += stop;
            if (text[at] == '"')
            {
                end = at + 1;
                return escaped ? Unquoted(cells, text[start..at]) : Cells.Part(body, start, at - start);
            }

            var escapes = at + 1 < text.Length && text[at + 1] is (byte)'"' or (byte)'\\';
            escaped |= escapes;
            at += escapes ? 2 : 1;
        }
    }

    private static Slice Unquoted(Cells cells, ReadOnlySpan<byte> value)
    {
        var room = cells.Room(value.Length);
        var written = 0;
        for (var i = 0; i < value.Length; i++)
        {
            i += value[i] == '\\' && i + 1 < value.Length && value[i + 1] is (byte)'"' or (byte)'\\' ? 1 : 0;
            room[written++] = value[i];
        }

        return cells.Keep(written);
    }

    /// <summary>A CEF value with its escapes undone; itself when it has none. A backslash before any other sign is itself.</summary>
    public static Slice Unescaped(Cells cells, Slice slice)
    {
        var value = cells.Bytes(slice);
        if (!value.Contains((byte)'\\'))
        {
            return slice;
        }

        var room = cells.Room(value.Length);
        var written = 0;
        for (var i = 0; i < value.Length; i++)
        {
            var next = value[i] == '\\' && i + 1 < value.Length ? value[i + 1] : (byte)0;
            var plain = next switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'r' => (byte)'\r',
                (byte)'\\' or (byte)'=' or (byte)'|' => next,
                _ => (byte)0,
            };
            room[written++] = plain == 0 ? value[i] : plain;
            i += plain == 0 ? 0 : 1;
        }

        return cells.Keep(written);
    }
}
