using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Who works in a school, and as what.</summary>
internal static class StaffChangeCommands
{
    public static Command Disable(Installation installation) => Switch(
        installation, "disable", enabled: false, "Take a member of staff out of use: told nothing more, and signed out at once. Nothing that was recorded is lost.", "is disabled and signed out");

    public static Command Enable(Installation installation) => Switch(installation, "enable", enabled: true, "Put a disabled member of staff into use again.", "is in use again");

    public static Command Role(Installation installation)
    {
        var (school, person) = (SchoolSwitch.Required(), StaffSignInCommands.Person());
        var role = new Option<string[]>("--role") { Description = $"What the person is from now on, in place of all former roles: {string.Join(", ", StaffRole.All)}; may be repeated.", Required = true };
        role.AcceptOnlyFromAmong([.. StaffRole.All]);
        var command = new ExampledCommand(
            "role", "Change the roles of a member of staff.", "onlinesafety staff role h.head@school.example --school \"Example Academy\" --role head --role dsl")
        {
            person, school, role,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var register = new StaffRegister(database[DatabaseRole.Setup]);
            var staff = await register.FindAnyAsync(at.SchoolId, parse.GetRequiredValue(person), Installation.Operator, cancellationToken);
            await register.SetRolesAsync(at.SchoolId, staff.StaffId, parse.GetRequiredValue(role), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"{staff.Name} is now {string.Join(", ", parse.GetRequiredValue(role))}.");
        });
    }

    private static ExampledCommand Switch(Installation installation, string name, bool enabled, string description, string done)
    {
        var (school, person) = (SchoolSwitch.Required(), StaffSignInCommands.Person());
        var command = new ExampledCommand(name, description, $"onlinesafety staff {name} dsl@school.example --school \"Example Academy\"") { person, school };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var register = new StaffRegister(database[DatabaseRole.Setup]);
            var staff = await register.FindAnyAsync(at.SchoolId, parse.GetRequiredValue(person), Installation.Operator, cancellationToken);
            await register.SetEnabledAsync(at.SchoolId, staff.StaffId, enabled, Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"{staff.Name} {done}.");
        });
    }
}
