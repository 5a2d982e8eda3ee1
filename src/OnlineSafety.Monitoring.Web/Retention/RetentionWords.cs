using System.Globalization;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Retention;

namespace OnlineSafety.Monitoring.Web.Retention;

/// <summary>Clocks, tables and refusals as a person reads them.</summary>
internal static class RetentionWords
{
    private const int DaysOfYear = 365;
    private const double YearsDays = 365.25;

    private static readonly Dictionary<string, (string What, string From)> s_clocks = new(StringComparer.Ordinal)
    {
        ["rawLogDays"] = ("What products sent, as it came", "A whole day at once, with its key"),
        ["eventsDays"] = ("Events that no alert holds", "From when they were received"),
        ["dismissedDays"] = ("Alerts that were no concern", "With notes, events and messages"),
        ["casesYearsAfterBirth"] = ("Cases", "Concerns, with all that is in them"),
        ["countersYears"] = ("Counts", "Nobody is told apart in them"),
        ["deliveriesDays"] = ("IDs of deliveries", "By which a repeat is known"),
        ["reportsDays"] = ("Results of replays and what-ifs", ""),
        ["digestsDays"] = ("Digests", ""),
        ["signInDays"] = ("Traces of signing in", "Ended sessions, attempts, links"),
        ["accessRecordsDays"] = ("Who saw what", "From the oldest on; the chain says so"),
        ["raw-log"] = ("Records of the log", ""),
    };

    private static readonly Dictionary<string, string> s_tables = new(StringComparer.Ordinal)
    {
        ["alert"] = "Alerts",
        ["alert_step"] = "Steps and notes",
        ["event"] = "Events",
        ["evidence"] = "Records kept as evidence",
        ["person"] = "Row of the people list",
        ["person_alias"] = "Other names on the people list",
        ["kept_context"] = "Events of kept hours",
        ["access_record"] = "Reasons in the records of who saw what",
        ["notification"] = "Messages",
    };

    public static string Clock(string name) => s_clocks.TryGetValue(name, out var words) ? words.What : name;

    public static string From(string name) => s_clocks.TryGetValue(name, out var words) ? words.From : "";

    /// <summary>Whole years are said as years: "7 years" for "2,557 days".</summary>
    public static string Keeps(string keeps) => keeps.EndsWith(" days", StringComparison.Ordinal)
        && int.TryParse(keeps[..^" days".Length], NumberStyles.AllowThousands, British.Culture, out var days) && days >= DaysOfYear && Math.Round(days / YearsDays) is var years
        && Math.Abs(days - (years * YearsDays)) < 1 + (years / 4)
            ? Counted.Of((long)years, "year")
            : keeps;

    public static string Table(string name) => s_tables.TryGetValue(name, out var words) ? words : name;

    /// <summary>Why something that is due stays, as a sentence.</summary>
    public static string Why(ClockReport clock)
    {
        var why = clock.Why.StartsWith(RetentionDesk.NeedsYes, StringComparison.Ordinal) ? "Waits for somebody: " + clock.Why[RetentionDesk.NeedsYes.Length..] : clock.Why;
        return why.Length == 0 ? "" : char.ToUpperInvariant(why[0]) + why[1..] + ".";
    }

    /// <summary>A refusal without the commands that a host would run.</summary>
    public static string Said(Exception error) => error.Message.Split(" See: onlinesafety", 2)[0]
        .Replace("Run its command again first; the access records say when it was begun and by whom.", "Erase that person again first: the list below says when it was begun and by whom.", StringComparison.Ordinal)
        .Replace("is to be hidden: --nothing-known", "is to be hidden, say so with the box below.", StringComparison.Ordinal)
        .Replace("is to be held: --nothing-known", "is to be held, say so with the box below.", StringComparison.Ordinal);
}
