using OnlineSafety.Monitoring.Access;

namespace OnlineSafety.Monitoring.Web.Administration;

/// <summary>Roles as they are offered and shown.</summary>
internal static class StaffRoleWords
{
    public static IReadOnlyList<RoleChoice> All { get; } = [.. StaffRole.Described.Select(role => new RoleChoice(role.Word, role.Label, role.Hint))];

    /// <summary>"9" is stored for what every list calls "Year 9".</summary>
    public static string Years(IEnumerable<string> years) => string.Join(", ", years.Select(year => year.All(char.IsAsciiDigit) ? $"Year {year}" : year));

    /// <summary>Whether alerts come to it.</summary>
    public static bool AnswersAlerts(string role) => role is StaffRole.Dsl or StaffRole.Deputy or StaffRole.Head or StaffRole.Chair;

    public static string Label(string role) => StaffRole.LabelOf(role);
}
