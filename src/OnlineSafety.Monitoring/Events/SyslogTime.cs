namespace OnlineSafety.Monitoring.Events;

/// <summary>A time as a syslog header writes it: perhaps without year, perhaps without zone.</summary>
internal readonly record struct SyslogTime
{
    private static ReadOnlySpan<byte> ZoneWords => "Z  UTCGMTBST"u8;

    /// <summary>
    /// Abbreviations whose offset is not certain (IST: Irish, Indian, Israeli): taken off, so that none is read for a host name; the source's zone
    /// decides.
    /// </summary>
    private static ReadOnlySpan<byte> AmbiguousWords => "IST CST CDT EST EDT MST MDT PST PDT AST ADT CET CESTEET EESTWET WESTMSK SST AESTAEDT"u8;

    private enum Form : byte { None, Local, Fixed, NoYear }

    private Form Kind { get; init; }

    /// <summary>Local or UTC ticks; for a time without year those of the year 2000, a leap year.</summary>
    private long Ticks { get; init; }

    /// <summary>The instant, or null when there is no (valid) time.</summary>
    public DateTimeOffset? ToInstant(TimeZoneInfo zone, DateTimeOffset receivedAt) => Kind switch
    {
        Form.Fixed => LocalTime.FromTicks(Ticks),
        Form.Local => LocalTime.ToInstant(new DateTime(Ticks, DateTimeKind.Unspecified), zone, receivedAt),
        Form.NoYear => GuessYear(zone, receivedAt),
        _ => null,
    };

    /// <summary>
    /// <c>yyyy-MM-dd</c>, T or space, <c>HH:mm[:ss[.,fraction]]</c>, optional zone. Length used, 0 when the text is no such thing.
    /// The shape decides; a date that does not exist is taken off the line and gives no time.
    /// </summary>
    public static int ReadIso(ReadOnlySpan<byte> text, out SyslogTime time)
    {
        time = default;
        if (text.Length < 16 || text[4] != '-' || text[7] != '-' || (text[10] | 0x20) is not ('t' or ' ')
            || !Number(text[..4], out var year) || !Number(text.Slice(5, 2), out var month) || !Number(text.Slice(8, 2), out var day))
        {
            return 0;
        }

        var clock = ReadClock(text[11..], needsSeconds: false, out var hour, out var minute, out var second, out var fraction);
        if (clock == 0)
        {
            return 0;
        }

        var used = 11 + clock;
        var hasZone = ReadZone(text[used..], out var zoneLength, out var offset);
        used += zoneLength;
        if (LocalTime.TryTicks(year, month, day, hour, minute, second, fraction, out var ticks) && offset != int.MaxValue)
        {
            time = hasZone
                ? new SyslogTime { Kind = Form.Fixed, Ticks = ticks - (offset * TimeSpan.TicksPerMinute) }
                : new SyslogTime { Kind = Form.Local, Ticks = ticks };
        }

        return used;
    }

    /// <summary><c>[*.]Mmm d[d] [yyyy] HH:mm:ss[.fraction] [yyyy] [zone][:]</c>. Length used, 0 when the text is no such thing.</summary>
    public static int ReadBsd(ReadOnlySpan<byte> text, out SyslogTime time)
    {
        time = default;

        // Cisco marks a clock that is not synchronised with * or a dot.
        var at = text.Length > 0 && text[0] is (byte)'*' or (byte)'.' ? 1 : 0;
        var month = text.Length > at + 14 && text[at + 3] == ' ' ? LocalTime.Month(text[at..]) : 0;
        if (month == 0)
        {
            return 0;
        }

        at += text[at + 4] == ' ' ? 5 : 4;
        var dayLength = Digits(text[at..]);
        if (dayLength is 0 or > 2 || !Number(text.Slice(at, dayLength), out var day) || !IsSpace(text, at + dayLength))
        {
            return 0;
        }

        at += dayLength + 1;
        var year = ReadYear(text, ref at, leading: true);
        var clock = ReadClock(text[at..], needsSeconds: true, out var hour, out var minute, out var second, out var fraction);
        if (clock == 0)
        {
            return 0;
        }

        at += clock;
        year = year == 0 ? ReadYear(text, ref at, leading: false) : year;
        var hasZone = ReadZone(text[at..], out var zoneLength, out var offset);
        at += zoneLength;
        at += at < text.Length && text[at] == ':' ? 1 : 0;
        if (LocalTime.TryTicks(year == 0 ? 2000 : year, month, day, hour, minute, second, fraction, out var ticks) && offset != int.MaxValue)
        {
            var form = year == 0 ? Form.NoYear : hasZone ? Form.Fixed : Form.Local;
            time = new SyslogTime { Kind = form, Ticks = form == Form.Fixed ? ticks - (offset * TimeSpan.TicksPerMinute) : ticks };
        }

        return at;
    }

    /// <summary>Seconds (10 digits, optional fraction) or milliseconds (13 digits) since 1970. Length used, 0 when it is no such thing.</summary>
    public static int ReadEpoch(ReadOnlySpan<byte> text, out SyslogTime time)
    {
        time = default;
        var digits = Digits(text);
        if (digits is not (10 or 13))
        {
            return 0;
        }

        var value = 0L;
        foreach (var digit in text[..digits])
        {
            value = (value * 10) + digit - '0';
        }

        var ticks = value * (digits == 10 ? TimeSpan.TicksPerSecond : TimeSpan.TicksPerMillisecond);
        var used = digits;
        if (digits == 10 && used + 1 < text.Length && text[used] == '.')
        {
            used += ReadFraction(text[used..], out var fraction);
            ticks += fraction;
        }

        time = new SyslogTime { Kind = Form.Fixed, Ticks = DateTime.UnixEpoch.Ticks + ticks };
        return used;
    }

    private DateTimeOffset? GuessYear(TimeZoneInfo zone, DateTimeOffset receivedAt)
    {
        var bare = new DateTime(Ticks, DateTimeKind.Unspecified);
        return LocalTime.InNearestYear(bare.Month, bare.Day, bare.TimeOfDay, zone, receivedAt);
    }

    private static int ReadYear(ReadOnlySpan<byte> text, ref int at, bool leading)
    {
        // Before the clock the year is followed by a space; after it, led by one and followed by another or the end.
        var start = leading ? at : at + 1;
        if ((!leading && !IsSpace(text, at)) || start + 4 > text.Length || Digits(text[start..]) != 4
            || (leading ? !IsSpace(text, start + 4) : start + 4 < text.Length && text[start + 4] is not ((byte)' ' or (byte)':'))
            || !Number(text.Slice(start, 4), out var year) || year is < 1970 or > 2100)
        {
            return 0;
        }

        at = leading ? start + 5 : start + 4;
        return year;
    }

    private static int ReadClock(ReadOnlySpan<byte> text, bool needsSeconds, out int hour, out int minute, out int second, out int fraction)
    {
        hour = minute = second = fraction = 0;
        if (text.Length < 5 || text[2] != ':' || !Number(text[..2], out hour) || !Number(text.Slice(3, 2), out minute))
        {
            return 0;
        }

        if (text.Length < 8 || text[5] != ':' || !Number(text.Slice(6, 2), out second))
        {
            return needsSeconds ? 0 : 5;
        }

        return 8 + (text.Length > 9 && text[8] is (byte)'.' or (byte)',' ? ReadFraction(text[8..], out fraction) : 0);
    }

    /// <summary>A point or comma and its digits, as ticks; more than seven digits are read over (real senders send nanoseconds).</summary>
    private static int ReadFraction(ReadOnlySpan<byte> text, out int ticks)
    {
        ticks = 0;
        var digits = Digits(text[1..]);
        for (var i = 0; i < 7; i++)
        {
            ticks = (ticks * 10) + (i < digits ? text[1 + i] - '0' : 0);
        }

        return digits == 0 ? 0 : digits + 1;
    }

    /// <summary>
    /// Z, UTC, GMT, BST or +-hh[:]mm, perhaps after one space. <paramref name="minutes"/> is <see cref="int.MaxValue"/> for an offset that no
    /// place has. False, perhaps with a length, when no zone is told.
    /// </summary>
    private static bool ReadZone(ReadOnlySpan<byte> text, out int length, out int minutes)
    {
        length = minutes = 0;
        var at = IsSpace(text, 0) ? 1 : 0;
        if (at < text.Length && text[at] is (byte)'+' or (byte)'-')
        {
            var colon = at + 3 < text.Length && text[at + 3] == ':' ? 1 : 0;
            if (at + 5 + colon > text.Length || !Number(text.Slice(at + 1, 2), out var hours) || !Number(text.Slice(at + 3 + colon, 2), out var rest))
            {
                return false;
            }

            length = at + 5 + colon;
            minutes = hours > 23 || rest > 59 ? int.MaxValue : ((hours * 60) + rest) * (text[at] == '-' ? -1 : 1);
            return true;
        }

        if (at < text.Length && !char.IsAsciiLetterUpper((char)text[at]))
        {
            return false;
        }

        if (ReadZoneWord(text[at..], ZoneWords, 3, out var word) is var known and > 0)
        {
            length = at + known;
            minutes = word == 3 ? 60 : 0;
            return true;
        }

        // Only after a space, as senders write it: "09:14:07 IST fw1".
        var ambiguous = at > 0 ? ReadZoneWord(text[at..], AmbiguousWords, 4, out _) : 0;
        length = ambiguous > 0 ? at + ambiguous : 0;
        return false;
    }

    /// <summary>Length of the word of the table that <paramref name="text"/> begins with and that ends there; 0 when there is none.</summary>
    private static int ReadZoneWord(ReadOnlySpan<byte> text, ReadOnlySpan<byte> table, int width, out int index)
    {
        for (index = 0; index * width < table.Length; index++)
        {
            var name = table.Slice(index * width, width).TrimEnd((byte)' ');
            if (text.StartsWith(name) && (name.Length == text.Length || text[name.Length] is (byte)' ' or (byte)':'))
            {
                return name.Length;
            }
        }

        return 0;
    }

    private static bool IsSpace(ReadOnlySpan<byte> text, int at) => at < text.Length && text[at] == ' ';

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return end < 0 ? text.Length : end;
    }

    private static bool Number(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        return true;
    }
}
