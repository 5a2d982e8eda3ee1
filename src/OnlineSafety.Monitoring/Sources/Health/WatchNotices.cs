using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Normalization;

namespace OnlineSafety.Monitoring.Sources.Health;

/// <summary>What the watch does not cover, in words for people. Pure.</summary>
internal static class WatchNotices
{
    /// <summary>Of a source: what its product is known not to send, and what nobody has verified.</summary>
    public static string[] Of(Mapping[] pack, bool capture)
    {
        var notices = new List<string>();
        if (capture)
        {
            notices.Add("Its records are kept, and only the gravest phrases are looked for in them, until IT has set it up fully.");
        }

        if (pack.FirstOrDefault(mapping => mapping.Coverage.Length > 0) is { } known)
        {
            notices.Add(known.Coverage);
        }

        // A mapping that reads several shapes is one for people.
        var unverified = pack.Where(mapping => mapping.Status == MappingStatus.Unverified).Select(mapping => mapping.Id).Distinct(StringComparer.Ordinal).ToList();
        if (unverified.Count > 0)
        {
            notices.Add($"Not verified with the maker or a real sample: {string.Join(", ", unverified)}.");
        }

        return [.. notices];
    }

    /// <summary>Of a school's calendar.</summary>
    public static string[] Of(SchoolCalendar calendar, DateTimeOffset now) => calendar.LastKnown switch
    {
        null => ["No term calendar is set: every weekday that is no bank holiday is taken for a school day. Add the terms under Administration, Calendar."],
        { } last when calendar.DayOf(now) > last => [$"The term calendar ended on {last.ToString("d MMM yyyy", British.Culture)}: add the next terms under Administration, Calendar."],
        _ => [],
    };
}
