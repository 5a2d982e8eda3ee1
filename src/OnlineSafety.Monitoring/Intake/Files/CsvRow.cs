namespace OnlineSafety.Monitoring.Intake.Files;

/// <summary>Where a row of CSV ends (RFC 4180), by the same rules as the mappings read it: a quote opens a cell only at its beginning.</summary>
internal static class CsvRow
{
    /// <summary>Length of the first row with its line end; 0 when it does not end in <paramref name="text"/>.</summary>
    /// <param name="text">The row and what follows.</param>
    /// <param name="separator">Between cells.</param>
    /// <param name="atEnd">Nothing follows <paramref name="text"/>: its end is a row's end.</param>
    /// <param name="open">The row does not end because a quote is not closed.</param>
    public static int LengthOf(ReadOnlySpan<byte> text, byte separator, bool atEnd, out bool open)
    {
        open = false;
        var at = 0;
        while (at < text.Length)
        {
            var start = text[at..].IndexOfAnyExcept((byte)' ');
            if (start >= 0 && text[at + start] == '"')
            {
                var closed = text[(at + start + 1)..].IndexOf((byte)'"');
                at += start + 1;
                while (closed >= 0 && at + closed + 1 < text.Length && text[at + closed + 1] == '"')
                {
                    at += closed + 2;
                    closed = text[at..].IndexOf((byte)'"');
                }

                if (closed < 0)
                {
                    open = true;
                    return 0;
                }

                at += closed + 1;
            }

            var end = text[at..].IndexOfAny(separator, (byte)'\r', (byte)'\n');
            if (end < 0)
            {
                break;
            }

            at += end + 1;
            if (text[at - 1] != separator)
            {
                return WithLineFeed(text, at, atEnd);
            }
        }

        return atEnd ? text.Length : 0;
    }

    /// <summary>The comma, unless a header without one uses another sign.</summary>
    public static byte SeparatorOf(ReadOnlySpan<byte> header)
    {
        var line = FirstLine(header);
        return line.Contains((byte)',') ? (byte)','
            : line.Contains((byte)'\t') ? (byte)'\t'
            : line.Contains((byte)';') ? (byte)';'
            : (byte)',';
    }

    /// <summary>Whether the first line is a header row: cells that are names. Data has a cell that begins with a digit (a date, an address) or a URL.</summary>
    public static bool IsHeader(ReadOnlySpan<byte> head)
    {
        var line = FirstLine(head);
        var separator = SeparatorOf(line);
        foreach (var range in line.Split(separator))
        {
            var cell = line[range].Trim(" \""u8);
            if (cell.Length > 0 && (cell[0] is >= (byte)'0' and <= (byte)'9' || cell.IndexOf("://"u8) >= 0))
            {
                return false;
            }
        }

        return true;
    }

    private static ReadOnlySpan<byte> FirstLine(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAny((byte)'\r', (byte)'\n');
        return end < 0 ? text : text[..end];
    }

    // The line feed after a carriage return belongs to it; whether there is one may not be read yet.
    private static int WithLineFeed(ReadOnlySpan<byte> text, int end, bool atEnd)
    {
        if (text[end - 1] == '\n')
        {
            return end;
        }

        if (end == text.Length)
        {
            return atEnd ? end : 0;
        }

        return text[end] == '\n' ? end + 1 : end;
    }
}
