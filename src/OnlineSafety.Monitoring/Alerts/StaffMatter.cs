using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Alerts;

/// <summary>
/// What goes before all other instructions when an alert is about staff: those are written for alerts about pupils, and the DSL may be the very person.
/// Keeping Children Safe in Education, part four (harm threshold and low-level concerns). Where the danger is that person's own life, no secrecy holds.
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
        $"This alert is about {whom}, not about a pupil. Where that person's own life is in danger, go to them or call 999: that comes before all else here. "
        + "Otherwise keep it to yourself: do not tell that person, nor the DSL, who may be that person. Where a child is in danger now, call 999. "
        + "Where a child may have been harmed, an offence may have been committed against one, or that person may be a risk to children, and also where you are not sure, "
        + "ask the local authority's designated officer (LADO) today, before you question anybody or look further; after hours ring the police (101) or children's social care. "
        + "What is below that is a low-level concern: record it as your policy says. Leave device, account and logs as they are, and take into account that somebody else may have used them. "
        + "Where a step says the pupil, it means that person; what it says of parents and of going home is not meant.";
}
