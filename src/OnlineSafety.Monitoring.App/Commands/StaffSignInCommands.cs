using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.SignIn;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>How staff get into the console, seen from the host.</summary>
internal static class StaffSignInCommands
{
    public static Argument<string> Person() => new("staff") { Description = "E-mail address or id of the member of staff." };

    public static Command Invite(Installation installation)
    {
        var (school, person, json) = (SchoolSwitch.Required(), Person(), Output.JsonSwitch());
        var command = new ExampledCommand(
            "invite",
            "Print a link with which a member of staff sets up how to sign in to the console. It works once, for 72 hours; give it to that person alone.",
            "onlinesafety staff invite dsl@school.example --school \"Example Academy\"")
        {
            person, school, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var staff = await new StaffList(database[DatabaseRole.Setup]).FindAsync(at.SchoolId, parse.GetRequiredValue(person), Installation.Operator, cancellationToken);
            var invitation = await new Invitations(database[DatabaseRole.Setup], installation.Time).CreateAsync(at.SchoolId, staff.StaffId, Installation.Operator, cancellationToken);
            await PrintAsync(parse, installation, invitation, parse.GetValue(json));
        });
    }

    public static Command FirstLink(Installation installation) => new ExampledCommand(
        "first-link",
        "Make a new link for the very first person, while nobody can sign in to the console: the administrator, DSL or head on a staff list. It works once, for an hour; the former one ends.",
        "onlinesafety staff first-link").Does(async (parse, cancellationToken) =>
    {
        await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
        await Output.LineAsync(parse, await FirstSignIn.AgainAsync(
            installation.Settings(parse), new Invitations(database[DatabaseRole.Setup], installation.Time), FirstSignIn.ToJournal(parse), Installation.Operator, cancellationToken));
    });

    public static Command ResetFactors(Installation installation)
    {
        var (school, person, json) = (SchoolSwitch.Required(), Person(), Output.JsonSwitch());
        var everywhere = new Option<bool>("--everywhere") { Description = "Also when other schools share the account: a person has one for all schools." };
        var command = new ExampledCommand(
            "reset-factors",
            "Take away a member of staff's password, authenticator and passkeys, in every school, sign the person out, and print a new link. For a lost phone. Other schools invite anew.",
            "onlinesafety staff reset-factors dsl@school.example --school \"Example Academy\"",
            "onlinesafety staff reset-factors it@contractor.example --school \"Example Academy\" --everywhere")
        {
            person, school, everywhere, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var staff = await new StaffList(database[DatabaseRole.Setup]).FindAsync(at.SchoolId, parse.GetRequiredValue(person), Installation.Operator, cancellationToken);
            var reset = await new StaffSignIns(database[DatabaseRole.Setup], installation.Time).ResetAsync(
                at.SchoolId, staff.StaffId, parse.GetValue(everywhere), Installation.Operator, cancellationToken);
            if (!reset.Done)
            {
                throw new SetupException(reset.Others.Count > 0
                    ? $"{staff.Email} signs in with one account that is also used at: {string.Join(", ", reset.Others.Select(SetupText.Shown))}. Taken away here it is gone there too. If that is meant, add --everywhere; each of these schools must then invite anew."
                    : $"Nobody signs in as {staff.Email} yet, so there is nothing to take away. A link: onlinesafety staff invite {staff.Email} --school {at.SchoolId}");
            }

            var invitation = await new Invitations(database[DatabaseRole.Setup], installation.Time).CreateAsync(at.SchoolId, staff.StaffId, Installation.Operator, cancellationToken);
            await PrintAsync(parse, installation, invitation, parse.GetValue(json));
        });
    }

    public static Command Sessions(Installation installation)
    {
        var (school, json) = (SchoolSwitch.Required(), Output.JsonSwitch());
        var end = new Option<string?>("--end") { Description = "Sign this member of staff out of the school, everywhere.", HelpName = "STAFF" };
        var command = new ExampledCommand(
            "sessions",
            "List who is signed in to the console, or sign somebody out.",
            "onlinesafety staff sessions --school \"Example Academy\"",
            "onlinesafety staff sessions --school \"Example Academy\" --end dsl@school.example")
        {
            school, end, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var signIns = new StaffSignIns(database[DatabaseRole.Setup], installation.Time);
            if (parse.GetValue(end) is { } person)
            {
                var staff = await new StaffList(database[DatabaseRole.Setup]).FindAnyAsync(at.SchoolId, person, Installation.Operator, cancellationToken);
                var ended = await signIns.EndAsync(at.SchoolId, staff.StaffId, Installation.Operator, cancellationToken);
                await Output.LineAsync(parse, $"{staff.Name} is signed out ({Counted.Of(ended, "session")}).");
                return;
            }

            var open = await signIns.ListAsync(at.SchoolId, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, open);
                return;
            }

            var zone = Notifications.SchoolZone.Of(at.TimeZone);
            Output.Table(parse, ["Name", "How", "Since", "Last seen"], open.Select(s => (string[])[s.Name, s.Way, Output.Time(s.BeganAt, zone), Output.Time(s.SeenAt, zone)]));
        });
    }

    private static async Task PrintAsync(ParseResult parse, Installation installation, IssuedInvitation invitation, bool asJson)
    {
        var link = FirstSignIn.Link(installation.Settings(parse), invitation);
        if (asJson)
        {
            await Output.JsonAsync(parse, new { link, endsAt = invitation.EndsAt });
            return;
        }

        await Output.LineAsync(parse, $"Works once, until {FirstSignIn.Until(invitation)}:  {link}");
    }
}
