using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>
/// What goes before all other instructions when an alert is about staff: those are written for alerts about pupils and say "tell the DSL",
/// who may be the very person. Keeping Children Safe in Education, part four.
/// </summary>
internal static class StaffMatter
{
    /// <summary>Null for what is on the DSL's desk.</summary>
    public static string? Words(string route) => route switch
    {
        AlertRoute.Head => About("a member of staff or a governor"),
        AlertRoute.Chair => About("the head"),
        _ => null,
    };

    private static string About(string whom) =>
        $"This alert is about {whom}, not about a pupil. Keep it to yourself: do not tell that person, nor the DSL, who may be that person. "
        + "Unless somebody is in danger now, ask the local authority's designated officer (LADO) before you do anything else. "
        + "Where a step says the pupil, it means that person; where it says the DSL, it means you.";
}
