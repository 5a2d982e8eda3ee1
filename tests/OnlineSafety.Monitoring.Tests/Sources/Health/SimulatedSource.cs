using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Tests.Sources.Health;

/// <summary>A kind of source: how much it sends on a school day, and how.</summary>
/// <param name="Lessons">Sends only in three of six lessons, which differ from day to day.</param>
/// <param name="Canary">A device opens a canary every quarter of an hour, of which one in fifty is lost.</param>
internal sealed record SourceKind(string Name, double PerDay, bool Lessons = false, bool Canary = false)
{
    public override string ToString() => Name;
}

/// <summary>What became of an outage that was injected.</summary>
internal sealed record Outage(DateTimeOffset From, TimeSpan Expected, TimeSpan? ReportedAfter);

/// <summary>A seeded school year of one source, judged minute by minute in school hours as the watch judges it.</summary>
internal sealed class SimulatedSource(SourceKind kind, int seed)
{
    private static readonly DateOnly Snow = new(2027, 2, 10);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Random _chance = new(seed);
    private readonly List<ActivityHour> _hours = [];
    private readonly List<AlarmSpan> _alarms = [];
    private SourceProfile _profile = SourceProfile.Nothing;
    private SourceStanding? _standing;
    private DateTimeOffset? _heard;
    private DateTimeOffset? _canary;
    private DateTimeOffset? _cleared;
    private bool _broken;
    private DateTimeOffset _brokenAt;
    private DateTimeOffset _mendedAt;
    private DateTimeOffset _nextOutage;
    private TimeSpan _expected;
    private bool _isReported;

    public List<Outage> Outages { get; } = [];

    /// <summary>Alarms in which nothing was broken, on an ordinary school day or not.</summary>
    public List<DateTimeOffset> FalseAlarms { get; } = [];

    public SimulatedSource Run(DateTimeOffset from, DateTimeOffset to)
    {
        _nextOutage = NextOutage(from.AddDays(14));
        for (var now = from; now < to; now += Minute)
        {
            var local = TimeZoneInfo.ConvertTime(now, School.Zone);
            if (local is { Hour: 0, Minute: 0 })
            {
                Recall(from, now);
            }

            if (!_broken && now >= _nextOutage && _standing is not { Alarming: true })
            {
                (_broken, _brokenAt, _mendedAt, _isReported) = (true, now, DateTimeOffset.MaxValue, false);
            }
            else if (_broken && now >= _mendedAt)
            {
                _broken = false;
                _nextOutage = NextOutage(now);
            }

            if (!_broken)
            {
                Send(now, local);
            }

            // At night nothing is expected; whether all is well is looked at less often here to keep the test short.
            if (local.Hour is >= 8 and < 16 || local.Minute % 30 == 0)
            {
                Judge(from, now);
            }
        }

        return this;
    }

    private void Recall(DateTimeOffset from, DateTimeOffset now)
    {
        var start = SourceProfile.WindowStart(School.Calendar, now);
        start = start > from ? start : from;
        _hours.RemoveAll(hour => hour.Hour < now.AddDays(-SourceProfile.KeptDays));
        _profile = SourceProfile.Of(_hours.FindAll(hour => hour.Hour >= start), _alarms, [], School.Calendar, start, now);
    }

    private void Judge(DateTimeOffset from, DateTimeOffset now)
    {
        var before = _standing;
        var verdict = School.Judge.Judge(
            new SourceObservations
            {
                CreatedAt = from,
                LastHeardAt = _heard,
                Profile = _profile,
                Recent = _hours.GetRange(Math.Max(0, _hours.Count - 26), Math.Min(26, _hours.Count)),
                Canaries = kind.Canary ? [new CanarySight("PC", TimeSpan.FromMinutes(15), from, _canary)] : [],
                Standing = before,
                LastClearedAt = _cleared,
                WatchingSince = from,
            },
            now);
        _standing = verdict.Standing;
        Follow(before is { Alarming: true }, verdict, now);
        if (_broken && !_isReported && verdict.Alarming)
        {
            _isReported = true;
            Outages.Add(new Outage(_brokenAt, _expected, School.Calendar.OpenTime(_brokenAt, now)));
            _mendedAt = now.AddMinutes(_chance.Next(10) == 0 ? _chance.Next(1, 4) * 1440 : _chance.Next(1, 180));
        }

        if (!_broken)
        {
            _expected = verdict.ExpectedGap;
        }
    }

    private void Follow(bool wasAlarm, SourceVerdict verdict, DateTimeOffset now)
    {
        if (verdict.Alarming && !wasAlarm)
        {
            _alarms.Add(new AlarmSpan(verdict.State, verdict.Since, DateTimeOffset.MaxValue));
            if (!_broken)
            {
                FalseAlarms.Add(now);
            }
        }
        else if (!verdict.Alarming && wasAlarm)
        {
            _alarms[^1] = _alarms[^1] with { To = now };
            _cleared = now;
        }
    }

    private void Send(DateTimeOffset now, DateTimeOffset local)
    {
        if (kind.Canary && local.Minute % 15 == 0 && IsStaffed(local) && _chance.Next(50) > 0)
        {
            _canary = now;
        }

        if (Count(kind.PerDay / 390 * Rate(local)) is > 0 and var count)
        {
            _heard = now.AddSeconds(_chance.Next(60));
            var hour = new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerHour, TimeSpan.Zero);
            if (_hours.Count == 0 || _hours[^1].Hour != hour)
            {
                _hours.Add(new ActivityHour(hour, 0, 0, 0, 0));
            }

            var known = _hours[^1];
            _hours[^1] = known with { Records = known.Records + count, Heard = known.Heard | 1L << now.Minute };
        }
    }

    /// <summary>Against the mean of a school minute.</summary>
    private double Rate(DateTimeOffset local)
    {
        var (day, minute) = (DateOnly.FromDateTime(local.DateTime), local.Hour * 60 + local.Minute);
        if (!School.Calendar.IsSchoolDay(day) || day == Snow)
        {
            // Staff on INSET days, updates and servers on all others; on the snow day nobody.
            return local.Hour is < 8 or > 15 ? 0.002 : day == Snow ? 0.002 : School.Calendar.IsSchoolDay(day.AddDays(1)) && local.DayOfWeek != DayOfWeek.Sunday ? 0.05 : 0.005;
        }

        var (opens, closes) = (8 * 60 + 45, local.DayOfWeek == DayOfWeek.Friday ? 14 * 60 : 15 * 60 + 15);
        if (minute < opens || minute >= closes)
        {
            return minute >= 8 * 60 && minute < 17 * 60 ? 0.15 : 0.003;
        }

        var exam = day >= new DateOnly(2027, 5, 10) && day <= new DateOnly(2027, 5, 21) || day >= new DateOnly(2027, 6, 14) && day <= new DateOnly(2027, 6, 25) ? 0.5 : 1;
        var lesson = (minute - opens) / 65;
        if (kind.Lessons)
        {
            return exam * (new Random(day.DayNumber * 10 + lesson).Next(2) == 0 ? 2 : 0.03);
        }

        // Break and lunch.
        return exam * (minute is >= 645 and < 660 ? 0.4 : minute is >= 735 and < 780 ? 0.5 : 1.1);
    }

    private static bool IsStaffed(DateTimeOffset local) =>
        DateOnly.FromDateTime(local.DateTime) is var day && School.Calendar.IsSchoolDay(day) && day != Snow && local.Hour is >= 8 and < 17;

    /// <summary>A school moment some three to twelve days on.</summary>
    private DateTimeOffset NextOutage(DateTimeOffset now)
    {
        for (var at = now.AddMinutes(_chance.Next(3 * 1440, 12 * 1440)); ; at = at.AddMinutes(_chance.Next(30, 600)))
        {
            if (School.Calendar.IsOpen(at) && School.Calendar.DayOf(at) != Snow)
            {
                return at;
            }
        }
    }

    // Poisson; by its normal likeness where there are many.
    private int Count(double mean)
    {
        if (mean > 30)
        {
            var (one, other) = (1 - _chance.NextDouble(), _chance.NextDouble());
            return Math.Max(0, (int)Math.Round(mean + Math.Sqrt(mean) * Math.Sqrt(-2 * Math.Log(one)) * Math.Cos(2 * Math.PI * other)));
        }

        var (limit, product, count) = (Math.Exp(-mean), _chance.NextDouble(), 0);
        while (product > limit)
        {
            count++;
            product *= _chance.NextDouble();
        }

        return count;
    }
}
