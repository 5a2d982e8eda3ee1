using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

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
        var role = new Option<string[]>("--role") { Description = $"What the person is from now on, in place of all former roles; may be repeated. One of:\n{StaffCommands.RoleLines}", Required = true };
        role.AcceptOnlyFromAmong([.. StaffRole.All]);
        var command = new ExampledCommand(
            "role", "Change the roles of a member of staff.", "onlinesafety staff role h.head@school.example --school \"Example Academy\" --role head --role dsl")
        {
            person, school, role,
        };
        return Changes(installation, command, school, person, async (parse, register, _, staff, cancellationToken) =>
        {
            await register.SetRolesAsync(staff.SchoolId, staff.StaffId, parse.GetRequiredValue(role), Installation.Operator, cancellationToken);
            return $"{staff.Name} is now {string.Join(", ", parse.GetRequiredValue(role))}.";
        });
    }

    public static Command Years(Installation installation)
    {
        var (school, person) = (SchoolSwitch.Required(), StaffSignInCommands.Person());
        var year = new Option<string[]>("--year") { Description = "A year of which the person is the lead from now on, as the people list writes it; may be repeated. Without any: none.", DefaultValueFactory = _ => [] };
        var command = new ExampledCommand(
            "years",
            "Say of which years somebody with the role pastoral is the lead: that person reads the open alerts about their pupils, but for help-seeking and what is about staff, and may add notes.",
            "onlinesafety staff years y.lead@school.example --school \"Example Academy\" --year \"Year 9\" --year \"Year 10\"")
        {
            person, school, year,
        };
        return Changes(installation, command, school, person, async (parse, register, _, staff, cancellationToken) =>
        {
            var years = parse.GetRequiredValue(year);
            await register.SetYearsAsync(staff.SchoolId, staff.StaffId, years, Installation.Operator, cancellationToken);
            return years.Length == 0 ? $"{staff.Name} is the lead of no year." : $"{staff.Name} is the lead of {SetupText.Shown(string.Join(", ", years))}."
                + (staff.Roles.Contains(StaffRole.Pastoral, StringComparer.Ordinal) ? "" : " That counts only with the role pastoral: onlinesafety staff role");
        });
    }

    public static Command Account(Installation installation)
    {
        var (school, person) = (SchoolSwitch.Required(), StaffSignInCommands.Person());
        var account = new Option<string[]>("--account") { Description = "An account by which the products know this person, beside those that are known; may be repeated.", Required = true };
        var notAPupils = StaffCommands.NotAPupils();
        var command = new ExampledCommand(
            "account",
            "Add accounts to a member of staff, so that nobody is told of an alert about themselves. Alerts that were raised before go to their own desk within seconds while the service runs.",
            "onlinesafety staff account dsl@school.example --school \"Example Academy\" --account aexample2")
        {
            person, school, account, notAPupils,
        };
        return Changes(installation, command, school, person, async (parse, register, _, staff, cancellationToken) =>
        {
            await register.AddAccountsAsync(staff.SchoolId, staff.StaffId, parse.GetRequiredValue(account), parse.GetValue(notAPupils), Installation.Operator, cancellationToken);
            return $"{staff.Name} is known by {SetupText.Shown(string.Join(", ", parse.GetRequiredValue(account)))} too.";
        });
    }

    private static Command Switch(Installation installation, string name, bool enabled, string description, string done)
    {
        var (school, person) = (SchoolSwitch.Required(), StaffSignInCommands.Person());
        var command = new ExampledCommand(name, description, $"onlinesafety staff {name} dsl@school.example --school \"Example Academy\"") { person, school };
        return Changes(installation, command, school, person, async (parse, register, list, staff, cancellationToken) =>
        {
            await register.SetEnabledAsync(staff.SchoolId, staff.StaffId, enabled, Installation.Operator, cancellationToken);
            var left = enabled || !staff.Roles.Contains(StaffRole.Dsl, StringComparer.Ordinal)
                || (await list.ListAsync(staff.SchoolId, Installation.Operator, cancellationToken)).Any(other => other.Enabled && other.Roles.Contains(StaffRole.Dsl, StringComparer.Ordinal));
            return $"{staff.Name} {done}.{(left ? "" : " No safeguarding lead is left: alerts about pupils reach nobody. Give somebody the role: onlinesafety staff role")}";
        });
    }

    /// <summary>Finds whom it is about, in use or not, and prints what the change says was done.</summary>
    private static Command Changes(
        Installation installation, ExampledCommand command, Option<string> school, Argument<string> person, Func<ParseResult, StaffRegister, StaffList, Staff, CancellationToken, Task<string>> change) =>
        command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var list = new StaffList(database[DatabaseRole.Setup]);
            var staff = await list.FindAnyAsync(at.SchoolId, parse.GetRequiredValue(person), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, await change(parse, installation.Staff(parse, database[DatabaseRole.Setup]), list, staff, cancellationToken));
        });
}
