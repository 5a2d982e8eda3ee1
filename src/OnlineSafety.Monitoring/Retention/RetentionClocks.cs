using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;

namespace OnlineSafety.Monitoring.Retention;

/// <summary>
/// How long a school keeps each kind of thing: the section <c>retention</c> of its policy (<c>schemas/policy.schema.json</c>; defaults and where they come from in
/// <c>schemas/policies/default.json</c>). What is open or held falls by no clock.
/// </summary>
internal sealed record RetentionClocks
{
    /// <summary>Days of the intake log.</summary>
    public required int RawLogDays { get; init; }

    /// <summary>Events that no alert holds, and their evidence, from when they were received.</summary>
    public required int EventsDays { get; init; }

    /// <summary>Alerts that were no concern, from closing.</summary>
    public required int DismissedDays { get; init; }

    /// <summary>Cases about somebody whose date of birth is known, from birth.</summary>
    public required int CasesYearsAfterBirth { get; init; }

    /// <summary>All other cases, from closing.</summary>
    public required int CasesYearsAfterClosing { get; init; }

    public required int CountersYears { get; init; }

    public required int DeliveriesDays { get; init; }

    public required int AccessRecordsDays { get; init; }

    public required int SignInDays { get; init; }

    public required int ReportsDays { get; init; }

    public required int DigestsDays { get; init; }

    /// <summary>A run that would take more than so much of a hundred of what is kept waits for a person.</summary>
    public required int MostPercent { get; init; }

    private static readonly (string Name, int Least, int Most, string What)[] _fields =
    [
        ("rawLogDays", 7, 366, "days of the intake log"),
        ("eventsDays", 30, 3660, "days of events that no alert holds"),
        ("dismissedDays", 30, 3660, "days of closed alerts that were no concern"),
        ("casesYearsAfterBirth", 18, 100, "years after birth"),
        ("casesYearsAfterClosing", 1, 100, "years after closing"),
        ("countersYears", 1, 100, "years of counts"),
        ("deliveriesDays", 7, 3660, "days of delivery ids"),
        // Six months at least: security logs that are gone before somebody asks are none.
        ("accessRecordsDays", 180, 36600, "days of access records"),
        ("signInDays", 1, 730, "days of ended sessions and attempts"),
        ("reportsDays", 7, 3660, "days of results of jobs"),
        ("digestsDays", 30, 36600, "days of digests"),
        ("mostPercent", 1, 100, "how much of a hundred may go at once"),
    ];

    /// <summary>Null, and noted, when a field is not as it should be. What is left out is that of <paramref name="missing"/>.</summary>
    public static RetentionClocks? Read(PolicyReader at, RetentionClocks? missing)
    {
        if (!at.IsObject([.. _fields.Select(field => field.Name), "$comment"]))
        {
            return null;
        }

        var (before, values) = (missing?.Values(), new int[_fields.Length]);
        for (var i = 0; i < _fields.Length; i++)
        {
            var (name, least, most, what) = _fields[i];
            var given = at.Find(name) is { } value ? value.Whole(least, most, what) : before?[i];
            if (given is null && at.Find(name) is null)
            {
                at.Need(name, what);
            }

            values[i] = given ?? -1;
        }

        if (values.Contains(-1))
        {
            return null;
        }

        var read = Of(values);
        // verify holds the rows of what is in the log against it.
        var sound = NotShorter(at, "eventsDays", read.EventsDays, read.RawLogDays) & NotShorter(at, "dismissedDays", read.DismissedDays, read.RawLogDays);
        return sound ? read : null;
    }

    /// <summary>One decision a line.</summary>
    public IEnumerable<string> Words()
    {
        yield return $"kept: the intake log {Counted.Of(RawLogDays, "day")}, events without an alert {Counted.Of(EventsDays, "day")}, alerts that were no concern {Counted.Of(DismissedDays, "day")} after closing";
        yield return $"kept: cases until {Counted.Of(CasesYearsAfterBirth, "year")} after birth, where that is not known {Counted.Of(CasesYearsAfterClosing, "year")} after closing";
        yield return $"kept: access records {Counted.Of(AccessRecordsDays, "day")}, digests {DigestsDays}, reports {ReportsDays}, delivery ids {DeliveriesDays}, sign-in traces {SignInDays}, counts {Counted.Of(CountersYears, "year")}";
        yield return $"kept: a run that would take more than {MostPercent} % waits for a person";
    }

    private static bool NotShorter(PolicyReader at, string name, int days, int log)
    {
        if (days >= log)
        {
            return true;
        }

        (at.Find(name) ?? at).Wrong($"{name} is {days} and shorter than rawLogDays, which is {log}. Make it {log} at least.");
        return false;
    }

    private int[] Values() =>
    [
        RawLogDays, EventsDays, DismissedDays, CasesYearsAfterBirth, CasesYearsAfterClosing, CountersYears, DeliveriesDays, AccessRecordsDays, SignInDays, ReportsDays, DigestsDays,
        MostPercent,
    ];

    private static RetentionClocks Of(int[] values) => new()
    {
        RawLogDays = values[0], EventsDays = values[1], DismissedDays = values[2], CasesYearsAfterBirth = values[3], CasesYearsAfterClosing = values[4], CountersYears = values[5],
        DeliveriesDays = values[6], AccessRecordsDays = values[7], SignInDays = values[8], ReportsDays = values[9], DigestsDays = values[10], MostPercent = values[11],
    };
}
