namespace OnlineSafety.Monitoring.Normalization.Shapes;

/// <summary>The header that CEF and LEEF share: a name, a version, and parts that end with a pipe.</summary>
internal static class PipedHeader
{
    /// <summary>
    /// Where the first part after the version begins, or -1. The name may be gone: with a space after its colon a syslog reader takes it for a tag.
    /// </summary>
    /// <param name="text">The body.</param>
    /// <param name="name">The name with its colon.</param>
    /// <param name="isNamed">The name is there: what follows is of this format or broken.</param>
    public static int Start(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name, out bool isNamed)
    {
        isNamed = text.StartsWith(name);
        var at = isNamed ? name.Length : 0;
        while (isNamed && at < text.Length && text[at] == ' ')
        {
            at++;
        }

        var digits = at;
        while (at < text.Length && (char.IsAsciiDigit((char)text[at]) || (text[at] == '.' && at > digits)))
        {
            at++;
        }

        // "0|" is CEF's version and "1.0|" is LEEF's: that tells them apart where the name is gone.
        var fits = at > digits && at < text.Length && text[at] == '|' && (isNamed || text[digits..at].Contains((byte)'.') == (name[0] == 'L'));
        return fits ? at + 1 : -1;
    }

    /// <summary>The next part, up to a pipe that no backslash escapes.</summary>
    public static bool TryTake(Cells cells, Slice body, ref int at, out Slice part)
    {
        var text = cells.Bytes(body);
        for (var end = at; end < text.Length; end++)
        {
            if (text[end] == '\\')
            {
                end++;
            }
            else if (text[end] == '|')
            {
                part = Cells.Part(body, at, end - at);
                at = end + 1;
                return true;
            }
        }

        part = Slice.None;
        return false;
    }
}
