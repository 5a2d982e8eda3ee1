using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Normalization.Fields;

/// <summary>
/// One way to read a time. Day and month order is what the format says and never guessed: 03/02/2026 is another day in the US.
/// <c>iso</c>, <c>epoch</c> (seconds, milli-, micro- or nanoseconds by digit count), or a pattern of yyyy yy MMM MM M dd d HH H hh h
/// mm ss f (optional fraction) tt zzz (offset, or a zone's word), ddd (weekday, read over), other signs as they are, a final star for
/// "whatever follows". A pattern without year takes the year that fits the receipt.
/// </summary>
internal sealed class TimeFormat
{
    private readonly Part[] _parts;
    private readonly string _format;
    private readonly bool _hasNoYear;

    private enum Kind : byte { Literal, Year, ShortYear, Month, MonthName, Day, Hour, Minute, Second, Fraction, HalfDay, Zone, Weekday, Rest }

    private readonly record struct Part(Kind Kind, int Least, int Most, byte Literal);

    private TimeFormat(string format, Part[] parts)
    {
        _format = format;
        _parts = parts;
        _hasNoYear = !Array.Exists(parts, part => part.Kind is Kind.Year or Kind.ShortYear);
    }

    /// <summary>Compiles a format; null when it has no day or no hour.</summary>
    public static TimeFormat? TryCompile(string format)
    {
        if (format is "iso" or "epoch")
        {
            return new TimeFormat(format, []);
        }

        var parts = new List<Part>();
        for (var at = 0; at < format.Length;)
        {
            var letter = format[at];
            var run = 1;
            while (at + run < format.Length && format[at + run] == letter && char.IsAsciiLetter(letter))
            {
                run++;
            }

            parts.Add(PartOf(letter, run));
            at += run;
        }

        return parts.Exists(part => part.Kind == Kind.Day) && parts.Exists(part => part.Kind == Kind.Hour) ? new TimeFormat(format, [.. parts]) : null;
    }

    public bool TryRead(ReadOnlySpan<byte> text, in Moment moment, out DateTimeOffset instant)
    {
        instant = default;
        switch (_format)
        {
            case "epoch":
                return TryEpoch(text, out instant);
            case "iso":
                var used = SyslogTime.ReadIso(text, out var time);
                var read = used == text.Length ? time.ToInstant(moment.Zone, moment.ReceivedAt) : null;
                instant = read ?? default;
                return read is not null;
            default:
                return TryPattern(text, moment, out instant);
        }
    }

    private static Part PartOf(char letter, int run) => (letter, run) switch
    {
        ('y', 4) => new Part(Kind.Year, 4, 4, 0),
        ('y', _) => new Part(Kind.ShortYear, 2, 2, 0),
        ('M', 3) => new Part(Kind.MonthName, 3, 3, 0),
        ('M', > 3) => new Part(Kind.MonthName, 4, 4, 0),
        ('M', _) => new Part(Kind.Month, run, 2, 0),
        ('d', >= 3) => new Part(Kind.Weekday, 1, 12, 0),
        ('d', _) => new Part(Kind.Day, run, 2, 0),
        ('H' or 'h', _) => new Part(Kind.Hour, run, 2, 0),
        ('m', _) => new Part(Kind.Minute, run, 2, 0),
        ('s', _) => new Part(Kind.Second, run, 2, 0),
        ('f', _) => new Part(Kind.Fraction, 0, 9, 0),
        ('t', _) => new Part(Kind.HalfDay, 2, 2, 0),
        ('z', _) => new Part(Kind.Zone, 0, 6, 0),
        ('*', _) => new Part(Kind.Rest, 0, 0, 0),
        _ => new Part(Kind.Literal, 1, 1, (byte)letter),
    };

    private static bool TryEpoch(ReadOnlySpan<byte> text, out DateTimeOffset instant)
    {
        instant = default;
        var point = text.IndexOf((byte)'.');
        var digits = point < 0 ? text : text[..point];
        var value = 0L;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'9' || value > (long.MaxValue - 9) / 10)
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        var ticks = digits.Length switch
        {
            10 => (value * TimeSpan.TicksPerSecond) + Fraction(text[digits.Length..]),
            13 => value * TimeSpan.TicksPerMillisecond,
            16 => value * TimeSpan.TicksPerMicrosecond,
            19 => value / 100,
            _ => -1,
        };
        instant = ticks < 0 ? default : LocalTime.FromTicks(DateTime.UnixEpoch.Ticks + ticks);
        return ticks >= 0;
    }

    /// <summary>".381" as ticks.</summary>
    private static long Fraction(ReadOnlySpan<byte> text)
    {
        var ticks = 0L;
        var unit = TimeSpan.TicksPerSecond / 10;
        for (var i = 1; i < text.Length && unit > 0 && text[i] is >= (byte)'0' and <= (byte)'9'; i++)
        {
            ticks += (text[i] - '0') * unit;
            unit /= 10;
        }

        return ticks;
    }

    private bool TryPattern(ReadOnlySpan<byte> text, in Moment moment, out DateTimeOffset instant)
    {
        instant = default;
        var read = new Reading { Year = moment.ReceivedAt.Year, Month = 1 };
        foreach (var part in _parts)
        {
            if (part.Kind == Kind.Rest)
            {
                text = default;
                break;
            }

            if (!read.TryTake(part, ref text))
            {
                return false;
            }
        }

        if (text.IsEmpty && _hasNoYear && !read.HasZone)
        {
            return TryNearestYear(read, moment, out instant);
        }

        if (!text.IsEmpty || !LocalTime.TryTicks(read.Year, read.Month, read.Day, read.Hour24, read.Minute, read.Second, 0, out var ticks))
        {
            return false;
        }

        ticks += read.FractionTicks;
        instant = read.HasZone
            ? LocalTime.FromTicks(ticks - (read.OffsetMinutes * TimeSpan.TicksPerMinute))
            : LocalTime.ToInstant(new DateTime(ticks, DateTimeKind.Unspecified), moment.Zone, moment.ReceivedAt);
        return true;
    }

    private static bool TryNearestYear(in Reading read, in Moment moment, out DateTimeOffset instant)
    {
        instant = default;

        // The year 2000 has every day that a year can have.
        if (!LocalTime.TryTicks(2000, read.Month, read.Day, read.Hour24, read.Minute, read.Second, 0, out var ticks))
        {
            return false;
        }

        var bare = new DateTime(ticks + read.FractionTicks, DateTimeKind.Unspecified);
        var found = LocalTime.InNearestYear(bare.Month, bare.Day, bare.TimeOfDay, moment.Zone, moment.ReceivedAt);
        instant = found ?? default;
        return found is not null;
    }

    private ref struct Reading
    {
        public int Year;
        public int Month;
        public int Day;
        public int Minute;
        public int Second;
        public long FractionTicks;
        public bool HasZone;
        public int OffsetMinutes;
        private int _hour;
        private bool _afternoon;
        private bool _halfDay;

        public readonly int Hour24 => !_halfDay ? _hour : (_hour % 12) + (_afternoon ? 12 : 0);

        public bool TryTake(Part part, ref ReadOnlySpan<byte> text)
        {
            switch (part.Kind)
            {
                case Kind.Literal:
                    return TryLiteral(part.Literal, ref text);
                case Kind.Fraction:
                    TakeFraction(ref text);
                    return true;
                case Kind.Zone:
                    return TryZone(ref text);
                case Kind.Weekday:
                    return TryLetters(ref text);
                case Kind.MonthName:
                    Month = LocalTime.Month(text);
                    text = Month == 0 ? text : part.Least == 3 ? text[3..] : text[Letters(text)..];
                    return Month > 0;
                case Kind.HalfDay:
                    return TryHalfDay(ref text);
                default:
                    return TryNumber(part, ref text, out var value) && Store(part.Kind, value);
            }
        }

        private bool Store(Kind kind, int value)
        {
            switch (kind)
            {
                case Kind.Year:
                    Year = value;
                    break;
                case Kind.ShortYear:
                    Year = 2000 + value;
                    break;
                case Kind.Month:
                    Month = value;
                    break;
                case Kind.Day:
                    Day = value;
                    break;
                case Kind.Hour:
                    _hour = value;
                    break;
                case Kind.Minute:
                    Minute = value;
                    break;
                default:
                    Second = value;
                    break;
            }

            return true;
        }

        private static bool TryNumber(Part part, ref ReadOnlySpan<byte> text, out int value)
        {
            value = 0;
            var length = 0;
            while (length < part.Most && length < text.Length && text[length] is >= (byte)'0' and <= (byte)'9')
            {
                value = (value * 10) + text[length++] - '0';
            }

            text = text[length..];
            return length >= part.Least && length > 0;
        }

        private static bool TryLiteral(byte literal, ref ReadOnlySpan<byte> text)
        {
            var matches = !text.IsEmpty && text[0] == literal;
            text = matches ? text[1..] : text;
            return matches;
        }

        private void TakeFraction(ref ReadOnlySpan<byte> text)
        {
            if (text.IsEmpty || text[0] is not ((byte)'.' or (byte)','))
            {
                return;
            }

            FractionTicks = Fraction(text);
            var end = text[1..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            text = end < 0 ? default : text[(end + 1)..];
        }

        private bool TryHalfDay(ref ReadOnlySpan<byte> text)
        {
            if (text.Length < 2 || (text[1] | 0x20) != 'm' || (text[0] | 0x20) is not ('a' or 'p'))
            {
                return false;
            }

            _halfDay = true;
            _afternoon = (text[0] | 0x20) == 'p';
            text = text[2..];
            return true;
        }

        private static bool TryLetters(ref ReadOnlySpan<byte> text)
        {
            var letters = Letters(text);
            text = text[letters..];
            return letters > 0;
        }

        private static int Letters(ReadOnlySpan<byte> text)
        {
            var letters = 0;
            while (letters < text.Length && char.IsAsciiLetter((char)text[letters]))
            {
                letters++;
            }

            return letters;
        }

        private bool TryZone(ref ReadOnlySpan<byte> text)
        {
            var letters = Letters(text);
            if (letters > 0)
            {
                // BST is British here; IST, CST and their like are several places' word, so the source's zone decides.
                var word = text[..letters];
                text = text[letters..];
                var isBritishSummer = word.SequenceEqual("BST"u8);
                HasZone = isBritishSummer || word.SequenceEqual("Z"u8) || word.SequenceEqual("GMT"u8) || word.SequenceEqual("UTC"u8);
                OffsetMinutes = isBritishSummer ? 60 : 0;
                return letters <= 5;
            }

            if (text.Length < 2 || text[0] is not ((byte)'+' or (byte)'-'))
            {
                return false;
            }

            var sign = text[0] == '-' ? -1 : 1;
            var rest = text[1..];
            if (!TryNumber(new Part(Kind.Hour, 1, 2, 0), ref rest, out var hours))
            {
                return false;
            }

            // "+11" is a whole offset.
            rest = !rest.IsEmpty && rest[0] == ':' ? rest[1..] : rest;
            var minutes = 0;
            if ((!rest.IsEmpty && char.IsAsciiDigit((char)rest[0]) && !TryNumber(new Part(Kind.Minute, 2, 2, 0), ref rest, out minutes)) || hours > 23 || minutes > 59)
            {
                return false;
            }

            HasZone = true;
            OffsetMinutes = sign * ((hours * 60) + minutes);
            text = rest;
            return true;
        }
    }
}
