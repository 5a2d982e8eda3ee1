namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>
/// What is usual for a source, from four weeks of its activity. Pure. Everything is measured in school time: what it does at night and in the
/// holidays is neither expected nor held against it.
/// </summary>
internal sealed record SourceProfile
{
    /// <summary>Four weeks of school: after the summer, what was usual in July.</summary>
    private const int WindowSchoolDays = 20;

    /// <summary>Days that activity is kept: four weeks of school with the longest holiday in between.</summary>
    public const int KeptDays = 100;

    /// <summary>No source is called late before a quarter of an hour: products suppress repeats and send in batches.</summary>
    public static readonly TimeSpan Floor = TimeSpan.FromMinutes(15);

    /// <summary>What is expected before anything was measured or set: an hour.</summary>
    public static readonly TimeSpan Assumed = TimeSpan.FromHours(1);

    /// <summary>School days of history from which a measured gap is trusted.</summary>
    public const int EnoughDays = 5;

    /// <summary>Fewer records a school day are too few to tell silence from a quiet day.</summary>
    public const int FewRecords = 20;

    private const double Percentile = 0.999;

    public static SourceProfile Nothing { get; } = new() { SchoolDays = 0, PerDay = 0, Gap = Assumed, Volumes = new UsualVolume[24], Devices = [], EndedDays = [] };

    /// <summary>School days that it covers, today's part included.</summary>
    public required double SchoolDays { get; init; }

    /// <summary>Records of a school day, within school hours.</summary>
    public required double PerDay { get; init; }

    /// <summary>99.9th percentile of the gaps in school time, to the minute above; at least <see cref="Floor"/>.</summary>
    public required TimeSpan Gap { get; init; }

    /// <summary>What is usual in two whole school hours, by the local hour in which they begin; zero where too little is known.</summary>
    public required UsualVolume[] Volumes { get; init; }

    public required IReadOnlyList<DeviceHabit> Devices { get; init; }

    /// <summary>School days that have ended and on which the source was heard, in order.</summary>
    public required IReadOnlyList<DateOnly> EndedDays { get; init; }

    public bool IsMeasured => SchoolDays >= EnoughDays;

    public bool HasFew => PerDay < FewRecords;

    /// <summary>Where four weeks of school before <paramref name="now"/> begin.</summary>
    public static DateTimeOffset WindowStart(SchoolCalendar calendar, DateTimeOffset now)
    {
        var day = calendar.DayOf(now);
        var oldest = day.AddDays(-KeptDays);
        for (var schoolDays = 0; day > oldest && schoolDays < WindowSchoolDays;)
        {
            day = day.AddDays(-1);
            schoolDays += calendar.IsSchoolDay(day) ? 1 : 0;
        }

        return calendar.Midnight(day);
    }

    /// <param name="hours">Activity from <paramref name="since"/> on, in order of time; today's too.</param>
    /// <param name="since">When the source was first heard, or <see cref="WindowStart"/> if that is later.</param>
    public static SourceProfile Of(
        IReadOnlyList<ActivityHour> hours, IReadOnlyList<AlarmSpan> alarms, IReadOnlyList<DeviceDay> devices,
        SchoolCalendar calendar, DateTimeOffset since, DateTimeOffset now)
    {
        if (hours.Count == 0 || since >= now)
        {
            return Nothing;
        }

        var quiet = alarms.Where(alarm => alarm.IsQuiet).ToList();
        // Time under alarm is left out of both sides: a week of outage must not turn a busy source into one that sends little.
        var open = calendar.OpenTime(since, now);
        foreach (var alarm in quiet)
        {
            open -= calendar.OpenTime(alarm.From > since ? alarm.From : since, alarm.To < now ? alarm.To : now);
        }

        var day = LengthOfDay(calendar, now);
        var schoolDays = Math.Max(0, open / day);
        var records = RecordsInSchool(hours, calendar);
        var active = hours.Where(hour => hour.Records > 0).Select(hour => calendar.DayOf(hour.Hour)).Where(calendar.IsSchoolDay).Distinct().Order().ToList();
        return new SourceProfile
        {
            SchoolDays = schoolDays,
            // Not by a part of a day: four records in its first hour do not make a source busy.
            PerDay = records / Math.Max(1, schoolDays),
            Gap = Ceiling(PercentileOf(Gaps(hours, quiet, calendar), records)),
            Volumes = VolumesOf(hours, active, quiet, calendar, now),
            Devices = DeviceHabit.Of(devices, active, alarms, calendar),
            EndedDays = active.FindAll(school => calendar.Open(school) is { } bells && bells.To <= now),
        };
    }

    private static TimeSpan LengthOfDay(SchoolCalendar calendar, DateTimeOffset now)
    {
        var today = calendar.DayOf(now);
        for (var back = 0; back < 14; back++)
        {
            if (calendar.Open(today.AddDays(-back)) is { } hours)
            {
                return hours.To - hours.From;
            }
        }

        return SchoolHours.Usual.Closes - SchoolHours.Usual.Opens;
    }

    // An hour with a bell in it is shared out by the minutes in which something was heard.
    private static double RecordsInSchool(IReadOnlyList<ActivityHour> hours, SchoolCalendar calendar)
    {
        var records = 0.0;
        foreach (var hour in hours)
        {
            var inSchool = 0;
            if (calendar.OpenTime(hour.Hour, hour.Hour.AddHours(1)) is var open && open == TimeSpan.FromHours(1))
            {
                inSchool = hour.Minutes;
            }
            else if (open > TimeSpan.Zero)
            {
                for (var minute = 0; minute < 60; minute++)
                {
                    inSchool += hour.HeardIn(minute) && calendar.IsOpen(hour.Hour.AddMinutes(minute)) ? 1 : 0;
                }
            }

            records += hour.Minutes == 0 ? 0 : (double)hour.Records * inSchool / hour.Minutes;
        }

        return records;
    }

    /// <summary>Minutes of school time from one minute in which something was heard to the next, where there are any between.</summary>
    private static List<int> Gaps(IReadOnlyList<ActivityHour> hours, List<AlarmSpan> quiet, SchoolCalendar calendar)
    {
        var gaps = new List<int>();
        DateTimeOffset? last = null;
        foreach (var hour in hours)
        {
            for (var minute = 0; minute < 60; minute++)
            {
                if (!hour.HeardIn(minute))
                {
                    continue;
                }

                var at = hour.Hour.AddMinutes(minute);
                if (last is { } before && at - before > TimeSpan.FromMinutes(1) && !quiet.Exists(alarm => alarm.Meets(before, at)))
                {
                    // To the end of the minute: the true gap is never longer than what is counted.
                    var gap = (int)Math.Ceiling(calendar.OpenTime(before, at.AddMinutes(1)).TotalMinutes);
                    if (gap > 1)
                    {
                        gaps.Add(gap);
                    }
                }

                last = at;
            }
        }

        return gaps;
    }

    /// <param name="gaps">The gaps of more than a minute; all others are shorter than any of them.</param>
    /// <param name="all">How many gaps there were in all.</param>
    private static TimeSpan PercentileOf(List<int> gaps, double all)
    {
        gaps.Sort();
        // How many gaps may be longer than the percentile: none of fewer than a thousand.
        var above = (int)Math.Floor(Math.Max(all, gaps.Count) * (1 - Percentile));
        return above < gaps.Count ? TimeSpan.FromMinutes(gaps[gaps.Count - 1 - above]) : TimeSpan.Zero;
    }

    private static TimeSpan Ceiling(TimeSpan gap) => gap < Floor ? Floor : gap;

    private static UsualVolume[] VolumesOf(
        IReadOnlyList<ActivityHour> hours, List<DateOnly> active, List<AlarmSpan> quiet, SchoolCalendar calendar, DateTimeOffset now)
    {
        var records = hours.ToDictionary(hour => hour.Hour, hour => hour.Records);
        var sums = new List<int>[24];
        var today = calendar.DayOf(now);
        foreach (var day in active.Where(day => day < today))
        {
            var (from, to) = calendar.Open(day)!.Value;
            for (var begin = new DateTimeOffset((from.UtcTicks + TimeSpan.TicksPerHour - 1) / TimeSpan.TicksPerHour * TimeSpan.TicksPerHour, TimeSpan.Zero);
                 begin.AddHours(2) <= to; begin = begin.AddHours(1))
            {
                if (!quiet.Exists(alarm => alarm.Meets(begin, begin.AddHours(2))))
                {
                    // An hour without a record has no row.
                    (sums[LocalHour(calendar, begin)] ??= []).Add(records.GetValueOrDefault(begin) + records.GetValueOrDefault(begin.AddHours(1)));
                }
            }
        }

        return Array.ConvertAll(sums, known => UsualVolume.Of(known ?? []));
    }

    public static int LocalHour(SchoolCalendar calendar, DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, calendar.Zone).Hour;
}

/// <summary>Records of two school hours on the days of the last weeks.</summary>
internal readonly record struct UsualVolume(int Median, int Lowest)
{
    private const int EnoughDays = 10;

    public static UsualVolume Of(List<int> sums)
    {
        if (sums.Count < EnoughDays)
        {
            return default;
        }

        sums.Sort();
        return new UsualVolume(sums[sums.Count / 2], sums[0]);
    }
}
