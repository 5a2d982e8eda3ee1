using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.People;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Keys by which programs act for a member of staff: given out on the host alone.</summary>
internal static class StaffKeyCommands
{
    public static Command Issue(Installation installation)
    {
        var (school, person, json) = (SchoolSwitch.Required(), StaffSignInCommands.Person(), Output.JsonSwitch());
        var name = new Option<string>("--name") { Description = "What it is for.", Required = true };
        var days = Days();
        var command = new ExampledCommand(
            "issue",
            "Make a key with which a program acts as a member of staff. It is shown once; the person is told by mail.",
            "onlinesafety staff key issue dsl@school.example --school \"Example Academy\" --name \"case system\" --days 90")
        {
            person, school, name, days, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var staff = await new StaffList(database[DatabaseRole.Setup]).FindAsync(at.SchoolId, parse.GetRequiredValue(person), Installation.Operator, cancellationToken);
            var issued = await new StaffKeyRegister(database[DatabaseRole.Setup]).IssueAsync(
                at.SchoolId, staff.StaffId, parse.GetRequiredValue(name), parse.GetValue(days), Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { id = issued.Id, key = issued.Key, expiresAt = issued.ExpiresAt });
                return;
            }

            await Output.LineAsync(parse, $"Key {issued.Id} of {staff.Name}, until {Output.Time(issued.ExpiresAt, Notifications.SchoolZone.Of(at.TimeZone))}.");
            await Output.LineAsync(parse, $"Shown only now:  {issued.Key}");
        });
    }

    /// <summary>How long a key works.</summary>
    public static Option<int> Days()
    {
        var days = new Option<int>("--days") { Description = $"How long the key works, 1 to {StaffKeyRegister.MostDays} days.", DefaultValueFactory = _ => StaffKeyRegister.UsualDays };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > StaffKeyRegister.MostDays)
            {
                result.AddError($"--days is 1 to {StaffKeyRegister.MostDays}.");
            }
        });
        return days;
    }

    public static Command List(Installation installation)
    {
        var (school, json) = (SchoolSwitch.Required(), Output.JsonSwitch());
        var command = new ExampledCommand("list", "List the keys of a school's staff, those in use first; never a key itself.", "onlinesafety staff key list --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var keys = await new StaffKeyRegister(database[DatabaseRole.Setup]).ListAsync(at.SchoolId, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, keys);
                return;
            }

            var zone = Notifications.SchoolZone.Of(at.TimeZone);
            Output.Table(parse, ["Key", "Of", "For", "Made", "Ends", "Revoked"], keys.Select(key => (string[])[
                key.Id.ToString(), key.Owner, key.Name.Length > 0 ? key.Name : "(with the person)", Output.Time(key.CreatedAt, zone),
                key.ExpiresAt is { } end ? Output.Time(end, zone) : "never", key.RevokedAt is { } revoked ? Output.Time(revoked, zone) : ""]));
            if (keys.Any(key => key is { ExpiresAt: null, RevokedAt: null }))
            {
                await Output.LineAsync(parse, "A key that never ends was made before keys had an end: issue another in its place, then revoke it.");
            }
        });
    }

    public static Command Revoke(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var key = new Argument<Guid>("key") { Description = "Id of the key, as listed." };
        var command = new ExampledCommand(
            "revoke", "End a key: from the next request on it opens nothing, and what it holds open ends within a minute.",
            "onlinesafety staff key revoke 3f0c2d1e-5b7a-4c8d-9e6f-0a1b2c3d4e5f --school \"Example Academy\"")
        {
            key, school,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            await new StaffKeyRegister(database[DatabaseRole.Setup]).RevokeAsync(at.SchoolId, parse.GetRequiredValue(key), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, "The key is revoked.");
        });
    }
}
