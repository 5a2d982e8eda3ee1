namespace OnlineSafety.Monitoring.Normalization.Shapes.Mail;

/// <summary>What stands in a line of a mail: a label and its value, cells of a row, or prose.</summary>
/// <param name="Label">The label's place in the text; empty: there is none.</param>
/// <param name="Value">The value's place, trimmed; may be empty.</param>
/// <param name="Slot">The slot of a label that the mapping names, or -1.</param>
internal readonly record struct MailLine(Slice Label, Slice Value, int Slot)
{
    private const int LongestLabel = 40;
    private const int MostWords = 5;

    public static MailLine Prose { get; } = new(Slice.None, Slice.None, -1);

    public bool IsLabel => Label.Length > 0;

    /// <summary>The end of the line that begins at <paramref name="at"/>, without its line feed.</summary>
    public static int EndOf(ReadOnlySpan<byte> text, int at) => text[at..].IndexOf((byte)'\n') is var length and >= 0 ? at + length : text.Length;

    /// <summary>
    /// Reads one line. A label that the mapping names may stand right before its value (<c>Mime type:text/html</c>); any other needs a space after its
    /// colon and has few words, so that a sentence or a URL is none. Two cells of a row are a label and its value.
    /// </summary>
    public static MailLine Read(ReadOnlySpan<byte> text, int start, int end, KeyIndex index)
    {
        var line = text[start..end];
        var lead = Lead(line);
        var tab = line[lead..].IndexOf((byte)'\t');
        var colon = line[lead..].IndexOf((byte)':');
        if (tab > 0 && (colon < 0 || tab < colon || colon == tab - 1) && line[(lead + tab + 1)..].Trim(" \t\r"u8).IndexOf((byte)'\t') < 0)
        {
            return Of(text, start + lead, start + lead + tab, start + lead + tab + 1, end, index, isCell: true);
        }

        return colon <= 0 ? Prose : Of(text, start + lead, start + lead + colon, start + lead + colon + 1, end, index, isCell: false);
    }

    private static MailLine Of(ReadOnlySpan<byte> text, int from, int to, int valueFrom, int end, KeyIndex index, bool isCell)
    {
        var label = Narrow(text, from, to, " \t*:"u8);
        if (label.IsEmpty || text[label.Start] == '^')
        {
            return Prose;
        }

        var name = text.Slice(label.Start, label.Length);
        var slot = index.Find(name);
        if (slot < 0 && !LooksLikeLabel(name, isCell || valueFrom >= end || text[valueFrom] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'*'))
        {
            return Prose;
        }

        // Bold in plain text: *User:* jsmith
        return new MailLine(label, Narrow(text, valueFrom, end, label.Start > from && text[label.Start - 1] == '*' ? " \t\r*"u8 : " \t\r"u8), slot);
    }

    private static bool LooksLikeLabel(ReadOnlySpan<byte> name, bool apart) =>
        apart && name.Length <= LongestLabel && (char.IsAsciiLetter((char)name[0]) || name[0] >= 0x80)
        && name.IndexOfAny("@<>?."u8) < 0 && name.Count((byte)' ') < MostWords;

    /// <summary>Signs of a list or of a quoted mail before the line's own text.</summary>
    private static int Lead(ReadOnlySpan<byte> line)
    {
        var at = 0;
        while (at < line.Length)
        {
            var rest = line[at..];
            if (rest[0] is (byte)' ' or (byte)'>' || (rest[0] == '\t' && at == 0))
            {
                at++;
            }
            else if (rest.StartsWith("- "u8) || rest.StartsWith("* "u8))
            {
                at += 2;
            }
            else if (rest.StartsWith("\u2022"u8))
            {
                at += 3;
            }
            else
            {
                break;
            }
        }

        return at;
    }

    private static Slice Narrow(ReadOnlySpan<byte> text, int from, int to, ReadOnlySpan<byte> around)
    {
        while (from < to && around.Contains(text[from]))
        {
            from++;
        }

        while (to > from && around.Contains(text[to - 1]))
        {
            to--;
        }

        return new Slice(from, to - from);
    }
}
