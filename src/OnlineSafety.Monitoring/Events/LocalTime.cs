namespace OnlineSafety.Monitoring.Events;

/// <summary>Wall-clock time of a school turned into an instant. Pure: the zone's rules and the receive time decide.</summary>
internal static class LocalTime
{
    /// <summary>
    /// The instant of a local time. When clocks go back an hour occurs twice: the reading nearest to
    /// <paramref name="receivedAt"/> is taken. An hour that clocks jump over is read with the standard offset.
    /// </summary>
    public static DateTimeOffset ToInstant(DateTime local, TimeZoneInfo zone, DateTimeOffset receivedAt)
    {
        if (!zone.IsAmbiguousTime(local))
        {
            return FromTicks(local.Ticks - zone.GetUtcOffset(local).Ticks);
        }

        var best = 0L;
        var bestGap = long.MaxValue;
        foreach (var offset in zone.GetAmbiguousTimeOffsets(local))
        {
            var ticks = local.Ticks - offset.Ticks;
            var gap = Math.Abs(receivedAt.UtcTicks - ticks);
            if (gap < bestGap)
            {
                best = ticks;
                bestGap = gap;
            }
        }

        return FromTicks(best);
    }

    /// <summary>
    /// The instant of a local time that names no year: the year that puts it between 300 days before and 2 days after receipt, else the
    /// receiver's own; null for a 29 February that none of these years has.
    /// </summary>
    public static DateTimeOffset? InNearestYear(int month, int day, TimeSpan timeOfDay, TimeZoneInfo zone, DateTimeOffset receivedAt)
    {
        DateTimeOffset? near = null;
        for (var year = receivedAt.Year + 1; year >= receivedAt.Year - 1; year--)
        {
            if (year is < 1 or > 9999 || day > DateTime.DaysInMonth(year, month))
            {
                continue;
            }

            var local = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified) + timeOfDay;
            var instant = ToInstant(local, zone, receivedAt);
            var age = receivedAt - instant;
            if (age <= TimeSpan.FromDays(300) && age >= TimeSpan.FromDays(-2))
            {
                return instant;
            }

            near = year == receivedAt.Year ? instant : near;
        }

        return near;
    }

    /// <summary>UTC ticks as an instant, held inside what <see cref="DateTimeOffset"/> can say.</summary>
    public static DateTimeOffset FromTicks(long utcTicks) =>
        new(Math.Clamp(utcTicks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);

    /// <summary>Ticks of a date and time of day; false for a day that does not exist. Second 60 (a leap second) is the next second.</summary>
    public static bool TryTicks(int year, int month, int day, int hour, int minute, int second, int fraction, out long ticks)
    {
        ticks = 0;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60)
        {
            return false;
        }

        ticks = new DateTime(year, month, day, hour, minute, 0, DateTimeKind.Unspecified).Ticks + (second * TimeSpan.TicksPerSecond) + fraction;
        return ticks <= DateTime.MaxValue.Ticks;
    }

    /// <summary>Month 1 to 12 of a three-letter English name in any case, 0 when it is none.</summary>
    public static int Month(ReadOnlySpan<byte> name)
    {
        if (name.Length < 3)
        {
            return 0;
        }

        // The three letters as one number: one switch instead of twelve comparisons.
        var letters = ((name[0] | 0x20) << 16) | ((name[1] | 0x20) << 8) | (name[2] | 0x20);
        return letters switch
        {
            ('j' << 16) | ('a' << 8) | 'n' => 1,
            ('f' << 16) | ('e' << 8) | 'b' => 2,
            ('m' << 16) | ('a' << 8) | 'r' => 3,
            ('a' << 16) | ('p' << 8) | 'r' => 4,
            ('m' << 16) | ('a' << 8) | 'y' => 5,
            ('j' << 16) | ('u' << 8) | 'n' => 6,
            ('j' << 16) | ('u' << 8) | 'l' => 7,
            ('a' << 16) | ('u' << 8) | 'g' => 8,
            ('s' << 16) | ('e' << 8) | 'p' => 9,
            ('o' << 16) | ('c' << 8) | 't' => 10,
            ('n' << 16) | ('o' << 8) | 'v' => 11,
            ('d' << 16) | ('e' << 8) | 'c' => 12,
            _ => 0,
        };
    }
}
