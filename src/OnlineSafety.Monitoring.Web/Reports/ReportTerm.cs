namespace OnlineSafety.Monitoring.Web.Reports;

/// <summary>
/// A term by fixed dates, the same for every school: a report covers one, and no two overlap, so that none can be subtracted from another. Pure.
/// </summary>
/// <param name="Begins">1 September, 1 January or 1 April.</param>
public sealed record ReportTerm(DateOnly Begins)
{
    /// <summary>First day after it.</summary>
    public DateOnly Ends => Begins.AddMonths(Begins.Month switch { 9 => 4, 1 => 3, _ => 5 });

    public string Name => Begins.Month switch { 9 => $"Autumn term {Begins.Year}", 1 => $"Spring term {Begins.Year}", _ => $"Summer term {Begins.Year}" };

    public ReportTerm Before => new(Begins.Month switch { 9 => new DateOnly(Begins.Year, 4, 1), 1 => new DateOnly(Begins.Year - 1, 9, 1), _ => new DateOnly(Begins.Year, 1, 1) });

    public static ReportTerm Of(DateOnly day) => new(day.Month switch
    {
        >= 9 => new DateOnly(day.Year, 9, 1),
        >= 4 => new DateOnly(day.Year, 4, 1),
        _ => new DateOnly(day.Year, 1, 1),
    });

    /// <summary>First day on which it can be reported: counted once, when what happened at its end has been looked at.</summary>
    public DateOnly ReportedFrom => Ends.AddDays(14);

    /// <summary>The newest term that is reported on this day.</summary>
    public static ReportTerm Reported(DateOnly day)
    {
        var term = Of(day).Before;
        return term.ReportedFrom <= day ? term : term.Before;
    }

    /// <summary>Null: no term begins then.</summary>
    public static ReportTerm? Beginning(DateOnly day) => Of(day) is var term && term.Begins == day ? term : null;
}
