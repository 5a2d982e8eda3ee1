using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.App.Commands;

internal static class StaffCommands
{
    /// <summary>Each role on a line of its own, with what it is: a code alone says too little to whoever chooses.</summary>
    public static string RoleLines { get; } = string.Join('\n', StaffRole.Described.Select(role => $"{role.Word,-9} {role.Label}. {role.Hint}"));

    public static Command Add(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var name = new Option<string>("--name") { Description = "Full name.", Required = true };
        var email = new Option<string>("--email") { Description = "Address for alerts and digests.", Required = true };
        var role = new Option<string[]>("--role") { Description = $"What the person is here; may be repeated. One of:\n{RoleLines}", Required = true };
        var account = new Option<string[]>("--account")
        {
            Description = "Account by which the products know this person, so that nobody is told of an alert about themselves; may be repeated.",
            DefaultValueFactory = _ => [],
        };
        var year = new Option<string[]>("--year") { Description = "Of somebody with the role pastoral: a year of which the person is the lead, as the people list writes it; may be repeated.", DefaultValueFactory = _ => [] };
        var notAPupils = NotAPupils();
        var withKey = new Option<bool>("--with-key") { Description = "Also make an API key, shown once: whoever has it acts as this person. The person is told by mail." };
        var days = StaffKeyCommands.Days();
        var json = Output.JsonSwitch();
        role.AcceptOnlyFromAmong([.. StaffRole.All]);
        var command = new ExampledCommand(
            "add",
            "Add a member of staff.",
            "onlinesafety staff add --school \"Example Academy\" --name \"A. Example\" --email dsl@school.example --role dsl --account aexample",
            "onlinesafety staff add --school \"Example Academy\" --name \"H. Head\" --email head@school.example --role head --role digest")
        {
            school, name, email, role, account, notAPupils, year, withKey, days, json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(days) is { Implicit: false } && !result.GetValue(withKey))
            {
                result.AddError("--days is how long a key works: give --with-key too.");
            }
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var wanted = new NewStaff(parse.GetRequiredValue(name), parse.GetRequiredValue(email), parse.GetRequiredValue(role), parse.GetRequiredValue(account))
            {
                Years = parse.GetRequiredValue(year), NotAPupils = parse.GetValue(notAPupils), KeyDays = parse.GetValue(withKey) ? parse.GetValue(days) : null,
            };
            var issued = await installation.Staff(parse, database[DatabaseRole.Setup]).AddAsync(at.SchoolId, wanted, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                // A script that waits for a key is told beside the answer why it has none.
                await Output.JsonAsync(parse, new { staff = issued.Staff.StaffId, key = issued.Key.Length > 0 ? issued.Key : null });
                await (issued.Key.Length > 0 ? Task.CompletedTask : parse.InvocationConfiguration.Error.WriteLineAsync(NoKey(at.SchoolId, issued.Staff.Email).AsMemory(), cancellationToken));
                return;
            }

            await Output.LineAsync(parse, $"{issued.Staff.Name} ({string.Join(", ", issued.Staff.Roles)}) is {issued.Staff.StaffId}.");
            await Output.LineAsync(parse, issued.Key.Length > 0 ? $"API key for {Counted.Of(parse.GetValue(days), "day")}, shown only now:  {issued.Key}" : NoKey(at.SchoolId, issued.Staff.Email));
            await Output.LineAsync(parse, $"To sign in to the console: onlinesafety staff invite {issued.Staff.Email} --school {at.SchoolId}");
        });
    }

    public static Option<bool> NotAPupils() => new("--not-a-pupils")
    {
        Description = "The people list says that such a name is a pupil's, and is wrong: what is raised about it goes to the desk for staff. It is recorded, and safeguarding leads and heads are told.",
    };

    private static string NoKey(Guid school, string email) =>
        $"No API key was made. If a program is to act as this person: onlinesafety staff key issue {email} --school {school} --name ...  (or staff add --with-key)";

    public static Command List(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("list", "List the staff of a school.", "onlinesafety staff list --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var staff = await new StaffList(database[DatabaseRole.Setup]).ListAsync(at.SchoolId, Installation.Operator, cancellationToken);
            var now = installation.Time.GetUtcNow();
            var keys = (await new StaffKeyRegister(database[DatabaseRole.Setup]).ListAsync(at.SchoolId, Installation.Operator, cancellationToken)).Where(key => key.IsInUse(now)).ToLookup(key => key.Staff);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, staff.Select(s => new
                {
                    staff = s.StaffId, s.Name, s.Email, s.Roles, s.Years, s.Accounts, s.Enabled, keys = keys[s.StaffId].Select(key => new { key = key.Id, key.Name, key.ExpiresAt }),
                }));
                return;
            }

            var zone = SchoolZone.Of(at.TimeZone);

            Output.Table(
                parse,
                ["Staff", "Name", "E-mail", "Roles", "Years", "Accounts", "Keys", "State"],
                staff.Select(s => (string[])[s.StaffId.ToString(), s.Name, s.Email, string.Join(", ", s.Roles), string.Join(", ", s.Years), string.Join(", ", s.Accounts), KeyWords(keys[s.StaffId], zone), s.Enabled ? "in use" : "disabled"]));
        });
    }

    // How many keys act as the person, and the last day of the longest.
    private static string KeyWords(IEnumerable<StaffKeyView> keys, TimeZoneInfo zone)
    {
        var all = keys.ToList();
        return all.Count == 0 ? "" : all.Exists(key => key.ExpiresAt is null) ? $"{all.Count}, without an end" : $"{all.Count}, until {Output.Time(all.Max(key => key.ExpiresAt), zone)}";
    }
}
