using System.Buffers;

namespace OnlineSafety.Monitoring.Events;

/// <summary>Where the parts of a syslog line begin and end. The reader behind <see cref="SyslogMessage"/>.</summary>
internal struct SyslogHeader
{
    private static readonly SearchValues<byte> BodyMarks = SearchValues.Create("[|=,\"{<"u8);

    private static ReadOnlySpan<byte> Bom => [0xEF, 0xBB, 0xBF];

    public int Priority;
    public SyslogProfile Profile;
    public SyslogTime Time;
    public Range Host;
    public Range App;
    public Range Proc;
    public Range MsgId;
    public Range Data;
    public int BodyStart;
    public int MessageStart;
    public int End;

    public static SyslogHeader Read(ReadOnlySpan<byte> line)
    {
        var header = new SyslogHeader { Priority = -1, Host = 0..0, App = 0..0, Proc = 0..0, MsgId = 0..0, Data = 0..0 };
        header.End = line.TrimEnd((byte)0).Length;
        header.End -= header.End > 0 && line[header.End - 1] == '\n' ? 1 : 0;
        header.End -= header.End > 0 && line[header.End - 1] == '\r' ? 1 : 0;
        var text = line[..header.End];
        var at = text.StartsWith(Bom) ? 3 : 0;
        at = header.ReadPriority(text, at);
        header.BodyStart = at;
        if (!header.ReadRfc5424(text, at))
        {
            header.ReadRfc3164(text, at);
        }

        // A byte order mark announces UTF-8 and is not part of the text (RFC 5424 section 6.4).
        header.MessageStart += text[header.MessageStart..].StartsWith(Bom) ? 3 : 0;
        return header;
    }

    private int ReadPriority(ReadOnlySpan<byte> text, int at)
    {
        var rest = text[at..];
        if (rest.Length < 3 || rest[0] != '<')
        {
            return at;
        }

        var value = 0;
        for (var i = 1; i < Math.Min(rest.Length, 5); i++)
        {
            if (rest[i] == '>' && i > 1)
            {
                Priority = value;
                return at + i + 1;
            }

            if (rest[i] is < (byte)'0' or > (byte)'9')
            {
                return at;
            }

            value = (value * 10) + rest[i] - '0';
        }

        return at;
    }

    /// <summary>VERSION TIME HOST APP PROC MSGID DATA [MSG]. Without a version only a line whose structured data stand where they must is taken for one.</summary>
    private bool ReadRfc5424(ReadOnlySpan<byte> text, int at)
    {
        var version = VersionLength(text[at..]);
        var start = at + version;
        if (start >= text.Length)
        {
            return false;
        }

        var used = SyslogTime.ReadIso(text[start..], out var time);
        if (used == 0 && version > 0 && text[start] == '-' && (start + 1 == text.Length || text[start + 1] == ' '))
        {
            used = 1;
        }

        // A 5424 time is one word: "2026-03-02 09:14:07" after the digit is a BSD-like line of another kind.
        if (used == 0 || text.Slice(start, used).Contains((byte)' '))
        {
            return false;
        }

        var next = start + used;
        Span<Range> words = stackalloc Range[4];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = NextWord(text, ref next);
        }

        next = next < text.Length && text[next] == ' ' ? next + 1 : next;
        if (version == 0 && !(next < text.Length && (text[next] == '[' || IsNil(text, next))))
        {
            return false;
        }

        Profile = SyslogProfile.Rfc5424;
        Time = time;
        (Host, App, Proc, MsgId) = (words[0], words[1], words[2], words[3]);
        MessageStart = ReadData(text, next);
        return true;
    }

    private int ReadData(ReadOnlySpan<byte> text, int at)
    {
        if (IsNil(text, at))
        {
            return Math.Min(at + 2, text.Length);
        }

        var end = at;
        while (end < text.Length && text[end] == '[')
        {
            var element = ElementLength(text[end..]);
            if (element == 0)
            {
                break;
            }

            end += element;
        }

        Data = at..end;
        return end < text.Length && text[end] == ' ' && end > at ? end + 1 : end;
    }

    /// <summary>Length of one <c>[...]</c> with its quoted values; 0 when it never closes.</summary>
    private static int ElementLength(ReadOnlySpan<byte> text)
    {
        var quoted = false;
        for (var i = 1; i < text.Length; i++)
        {
            switch (text[i])
            {
                case (byte)'\\' when quoted:
                    // Escapes the next byte if that is ", \ or ]; before any other it is itself (RFC 5424 section 6.3.3): skipping is right for both.
                    i++;
                    break;
                case (byte)'"':
                    quoted = !quoted;
                    break;
                case (byte)']' when !quoted:
                    return i + 1;
            }
        }

        return 0;
    }

    private void ReadRfc3164(ReadOnlySpan<byte> text, int at)
    {
        var start = at;
        var version = VersionLength(text[at..]);
        var used = ReadTime(text, at + version);
        if (used > 0)
        {
            // "<14>1 Mar  2 ...": a version digit in front of a BSD header.
            at += version;
            Profile = SyslogProfile.Rfc3164;
            at = SkipSpaces(text, at + used);
            var afterHost = ReadHost(text, at);
            MessageStart = ReadTag(text, afterHost, strict: false);
            return;
        }

        // No time, hence no host that could be told from a word of the body; a tag can: "<14>e2guardian[2211]: ...".
        MessageStart = Priority >= 0 ? ReadTag(text, start, strict: true) : start;
        Profile = MessageStart > start ? SyslogProfile.Rfc3164 : SyslogProfile.None;
        Time = default;
    }

    private int ReadTime(ReadOnlySpan<byte> text, int at)
    {
        var rest = text[at..];
        var used = SyslogTime.ReadBsd(rest, out Time);
        used = used == 0 ? SyslogTime.ReadIso(rest, out Time) : used;
        if (used == 0 && Priority >= 0)
        {
            // squid's own lines begin with an epoch and then a padded number: that is body, not header.
            used = SyslogTime.ReadEpoch(rest, out Time);
            var next = used + 1;
            used = used > 0 && next < rest.Length && rest[used] == ' ' && char.IsAsciiLetter((char)rest[next]) ? used : 0;
        }

        // A tab after a date is a column of the body.
        return used > 0 && (used == rest.Length || rest[used] == ' ') ? used : 0;
    }

    private int ReadHost(ReadOnlySpan<byte> text, int at)
    {
        var end = WordEnd(text, at);
        var word = text[at..end];
        if (word.IsEmpty || end == text.Length || word[^1] == ':' || !IsHost(word) || word.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
        {
            return at;
        }

        Host = word[0] == '[' ? (at + 1)..(end - 1) : at..end;
        return end + 1;
    }

    private static bool IsHost(ReadOnlySpan<byte> word)
    {
        if (word[0] == '[')
        {
            return word.Length > 2 && word[^1] == ']';
        }

        // name[pid] is a tag; | = , " { belong to a body that begins at once.
        return !word.ContainsAny(BodyMarks);
    }

    private int ReadTag(ReadOnlySpan<byte> text, int at, bool strict)
    {
        var end = WordEnd(text, at);
        var word = text[at..end];
        var colon = word.Length > 1 && word[^1] == ':';
        var name = colon ? word[..^1] : word;
        var bracket = name.Length > 2 && name[^1] == ']' ? name.LastIndexOf((byte)'[') : -1;
        if ((!colon && bracket <= 0) || (strict && (bracket <= 0 || !colon)))
        {
            return at;
        }

        App = at..(at + (bracket > 0 ? bracket : name.Length));
        Proc = bracket > 0 ? (at + bracket + 1)..(at + name.Length - 1) : 0..0;
        return Math.Min(end + 1, text.Length);
    }

    private static int VersionLength(ReadOnlySpan<byte> text)
    {
        var digits = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits is > 0 and <= 3 && text[digits] == ' ' ? digits + 1 : 0;
    }

    /// <summary>The next word, one space before it taken off; empty for "-" and at the end.</summary>
    private static Range NextWord(ReadOnlySpan<byte> text, ref int at)
    {
        at = at < text.Length && text[at] == ' ' ? at + 1 : at;
        var start = at;
        at = WordEnd(text, at);
        return at - start == 1 && text[start] == '-' ? start..start : start..at;
    }

    private static bool IsNil(ReadOnlySpan<byte> text, int at) =>
        at < text.Length && text[at] == '-' && (at + 1 == text.Length || text[at + 1] == ' ');

    private static int WordEnd(ReadOnlySpan<byte> text, int at)
    {
        var space = text[at..].IndexOf((byte)' ');
        return space < 0 ? text.Length : at + space;
    }

    private static int SkipSpaces(ReadOnlySpan<byte> text, int at)
    {
        while (at < text.Length && text[at] == ' ')
        {
            at++;
        }

        return at;
    }
}
