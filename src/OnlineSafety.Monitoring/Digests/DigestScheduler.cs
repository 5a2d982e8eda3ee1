using OnlineSafety.Monitoring.Sources.Health;

namespace OnlineSafety.Monitoring.Digests;

/// <summary>What the schedule needs to know of a school.</summary>
/// <param name="At">Local time of the digest.</param>
internal sealed record DigestSchool(Guid School, TimeZoneInfo Zone, TimeOnly At, DateTimeOffset CreatedAt)
{
    /// <summary>It chose digests of school days alone; each covers the days without school before it.</summary>
    public bool SchoolDaysOnly { get; init; }
}

/// <summary>Words of a school's choice of days, as stored.</summary>
internal static class DigestDays
{
    public const string Every = "every";
    public const string School = "school";
}

/// <param name="Day">Local date on which it was due.</param>
internal readonly record struct DueDigest(Guid School, DateOnly Day, bool Late);

/// <summary>
/// When digests are due. Pure. One for each local date: a time that the spring change leaves out runs when the gap ends, a time that the
/// autumn change repeats runs the first time. After a standstill only the newest is made; its window covers everything since the one before.
/// </summary>
internal static class DigestScheduler
{
    /// <summary>From here on a digest says that it is late.</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromMinutes(10);

    private const int FurthestDays = 120;

    /// <param name="last">Newest day that has a digest, by school; a school that is not in it has none.</param>
    public static IReadOnlyList<DueDigest> Due(IEnumerable<DigestSchool> schools, DateTimeOffset now, IReadOnlyDictionary<Guid, DateOnly> last)
    {
        var due = new List<DueDigest>();
        foreach (var school in schools)
        {
            if (DueFor(school, now, last.TryGetValue(school.School, out var day) ? day : null) is { } found)
            {
                due.Add(found);
            }
        }

        return due;
    }

    /// <param name="schoolDays">Where only school days were chosen: which those are.</param>
    public static DueDigest? DueFor(DigestSchool school, DateTimeOffset now, DateOnly? last, SchoolCalendar? schoolDays = null)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, school.Zone).DateTime);
        if (Chosen(InstantOf(school, today) <= now ? today : today.AddDays(-1), schoolDays) is not { } day)
        {
            return null;
        }

        var due = InstantOf(school, day);
        // "last" may lie ahead of us when a clock went back: then nothing is due until the calendar has caught up.
        var isDue = due >= school.CreatedAt && (last is null || day > last);
        return isDue ? new DueDigest(school.School, day, now - due > LateAfter) : null;
    }

    /// <summary>The newest chosen day up to this one; null when there is none for longer than any holiday.</summary>
    private static DateOnly? Chosen(DateOnly day, SchoolCalendar? schoolDays)
    {
        if (schoolDays is null)
        {
            return day;
        }

        for (var back = 0; back <= FurthestDays; back++)
        {
            if (schoolDays.IsSchoolDay(day.AddDays(-back)))
            {
                return day.AddDays(-back);
            }
        }

        return null;
    }

    /// <summary>The next instant at which this school's digest falls due.</summary>
    public static DateTimeOffset Next(DigestSchool school, DateTimeOffset now)
    {
        var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, school.Zone).DateTime);
        var due = InstantOf(school, today);
        return due > now ? due : InstantOf(school, today.AddDays(1));
    }

    public static DateTimeOffset InstantOf(DigestSchool school, DateOnly day)
    {
        var local = day.ToDateTime(school.At, DateTimeKind.Unspecified);
        if (school.Zone.IsInvalidTime(local))
        {
            // Gaps end on a whole minute and are some hours at most.
            local = local.AddTicks(-(local.Ticks % TimeSpan.TicksPerMinute));
            for (var minutes = 0; minutes < 24 * 60 && school.Zone.IsInvalidTime(local); minutes++)
            {
                local = local.AddMinutes(1);
            }
        }

        // Of two offsets the greater one comes first in time.
        var offset = school.Zone.IsAmbiguousTime(local) ? school.Zone.GetAmbiguousTimeOffsets(local).Max() : school.Zone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
