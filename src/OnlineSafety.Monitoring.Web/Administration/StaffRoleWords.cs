using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>Roles as they are offered and shown.</summary>
internal static class StaffRoleWords
{
    public static IReadOnlyList<RoleChoice> All { get; } =
    [
        new(StaffRole.Dsl, "Designated safeguarding lead", "Gets pupils' alerts and decides."),
        new(StaffRole.Deputy, "Deputy safeguarding lead", "The same, in the lead's absence."),
        new(StaffRole.Head, "Headteacher", "Gets what is about members of staff."),
        new(StaffRole.Pastoral, "Year or pastoral lead", "Reads the open alerts about pupils of the years named for them, and adds notes."),
        new(StaffRole.Chair, "Chair of governors", "Gets what is about the head."),
        new(StaffRole.Governor, "Governor", "Reads figures, no alert."),
        new(StaffRole.Dpo, "Data protection officer", "Sees who saw what, and retention; no content."),
        new(StaffRole.It, "IT", "Looks after the sources; sees no pupil."),
        new(StaffRole.Admin, "Administrator", "Manages staff, the people list and set-up; sees no alert."),
        new(StaffRole.Digest, "Digest", "Gets the daily digest by mail, and no page here."),
    ];

    /// <summary>"9" is stored for what every list calls "Year 9".</summary>
    public static string Years(IEnumerable<string> years) => string.Join(", ", years.Select(year => year.All(char.IsAsciiDigit) ? $"Year {year}" : year));

    /// <summary>Whether alerts come to it.</summary>
    public static bool AnswersAlerts(string role) => role is StaffRole.Dsl or StaffRole.Deputy or StaffRole.Head or StaffRole.Chair;

    public static string Label(string role) => All.FirstOrDefault(known => known.Word == role)?.Label ?? role;
}
