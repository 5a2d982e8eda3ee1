namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>
/// <c>key=value key="quoted value"</c>. An unquoted value runs to the next key, so that it may be empty or hold spaces; inside quotes
/// a backslash escapes.
/// </summary>
/// <param name="index">Key to slot.</param>
/// <param name="required">Keys that a line must have to be this mapping's.</param>
internal sealed class KeyValueShape(KeyIndex index, int[] required) : Shape
{
    public override bool IsLine => true;

    public override Fit Open(Cells cells, string contentType)
    {
        var body = cells.Body;
        var text = cells.Bytes(body);
        var at = 0;
        while (TryReadKey(text, ref at, out var key, out var keyLength))
        {
            var value = ReadValue(cells, body, ref at);
            var slot = index.Find(text.Slice(key, keyLength));
            if (slot >= 0)
            {
                cells.Add(slot, value);
            }
            else if (!value.IsEmpty)
            {
                cells.AddExtra(Cells.Part(body, key, keyLength), value);
            }
        }

        foreach (var slot in required)
        {
            if (cells[slot].IsEmpty)
            {
                return Fit.Foreign;
            }
        }

        return Fit.Fits;
    }

    public override bool Next(Cells cells) => cells.Cursor++ == 0;

    /// <summary>Moves to the next <c>key=</c>; what stands before it (a stray word) is passed over.</summary>
    private static bool TryReadKey(ReadOnlySpan<byte> text, ref int at, out int start, out int length)
    {
        start = length = 0;
        while (at < text.Length)
        {
            var sign = text[at..].IndexOf((byte)'=');
            if (sign < 0)
            {
                return false;
            }

            var end = at + sign;
            start = end;
            while (start > at && IsKeyByte(text[start - 1]))
            {
                start--;
            }

            at = end + 1;
            length = end - start;
            if (length > 0)
            {
                return true;
            }
        }

        return false;
    }

    private static Slice ReadValue(Cells cells, Slice body, ref int at)
    {
        var text = cells.Bytes(body);
        if (at < text.Length && text[at] == '"')
        {
            return ReadQuoted(cells, body, ref at);
        }

        var start = at;
        var next = text[at..].IndexOf((byte)'=');
        var end = next < 0 ? text.Length : at + next;

        // Back over the next key; without a space before it the sign belongs to this value (a URL's query).
        while (next >= 0)
        {
            var key = end;
            while (key > start && IsKeyByte(text[key - 1]))
            {
                key--;
            }

            if (key < end && (key == start || text[key - 1] == ' '))
            {
                end = key;
                break;
            }

            next = text[(end + 1)..].IndexOf((byte)'=');
            end = next < 0 ? text.Length : end + 1 + next;
        }

        at = end;
        return Cells.Part(body, start, text[start..end].TrimEnd((byte)' ').Length);
    }

    private static Slice ReadQuoted(Cells cells, Slice body, ref int at)
    {
        var text = cells.Bytes(body);
        var start = at + 1;
        var escaped = false;
        for (at = start; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is (byte)'"' or (byte)'\\')
            {
                escaped = true;
                at++;
            }
        }

        var end = Math.Min(at, text.Length);
        at = Math.Min(end + 1, text.Length);
        return escaped ? Unescape(cells, text[start..end]) : Cells.Part(body, start, end - start);
    }

    private static Slice Unescape(Cells cells, ReadOnlySpan<byte> value)
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

    private static bool IsKeyByte(byte b) => char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' or (byte)'.';
}
