using System.CommandLine;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Retention;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Legal holds: what may not fall or be erased, whatever its clock says.</summary>
internal static class HoldCommands
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Create(Installation installation) => new("hold", "Legal holds: what is kept whatever its clock says, until somebody lifts it.")
    {
        Place(installation), List(installation), Lift(installation),
    };

    private static Command Place(Installation installation)
    {
        var switches = new RetentionSwitches();
        var alert = new Option<string?>("--alert") { Description = "Number of the alert in its school, or its id.", HelpName = "ALERT" };
        var person = new Option<string?>("--person") { Description = "Account or alias of a person: all that there is about that person, and what comes.", HelpName = "ACCOUNT" };
        var nothingKnown = new Option<bool>("--nothing-known") { Description = "Also when nobody is known by this name: holds what may come of it." };
        var reason = RetentionSwitches.Reason("Why it is held; kept with the hold.");
        var command = new ExampledCommand(
            "place",
            "Hold an alert or all about a person. The hour around each of the alerts is copied from the log. Refused when nobody is known by that name.",
            "onlinesafety hold place --school \"Example Academy\" --alert 12 --reason \"Request of the police, reference 4411\"",
            "onlinesafety hold place --school \"Example Academy\" --person jsmith --reason \"Inquiry of the local authority\" --as dpo@school.example")
        {
            switches.School, alert, person, nothingKnown, reason, switches.As, switches.Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(alert) is null == result.GetResult(person) is null)
            {
                result.AddError("Give either --alert or --person.");
            }
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            var (desk, why) = (new HoldDesk(opened.Retention, opened.Seals) { MayBeNobody = parse.GetValue(nothingKnown) }, parse.GetRequiredValue(reason));
            var hold = parse.GetValue(person) is { } account
                ? await desk.PlaceOnPersonAsync(opened.School.SchoolId, account, why, opened.Actor, cancellationToken)
                : await desk.PlaceOnAlertAsync(opened.School.SchoolId, AlertSwitches.Reference(parse.GetValue(alert)!), why, opened.Actor, cancellationToken);
            if (parse.GetValue(switches.Json))
            {
                await Output.JsonAsync(parse, new { hold });
                return;
            }

            await Output.LineAsync(parse, $"Hold {hold} stands. A running service copies the hour around its alerts within a minute, while the log has it.");
            await Output.LineAsync(parse, $"Lift it:  onlinesafety hold lift {hold} --school {opened.School.SchoolId} --reason ...");
        });
    }

    private static Command List(Installation installation)
    {
        var switches = new RetentionSwitches();
        var all = new Option<bool>("--all") { Description = "Those that were lifted as well." };
        var command = new ExampledCommand("list", "List the legal holds of a school.", "onlinesafety hold list --school \"Example Academy\"")
        {
            switches.School, all, switches.As, switches.Json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            var holds = await new HoldDesk(opened.Retention, opened.Seals).ListAsync(opened.School.SchoolId, parse.GetValue(all), opened.Actor, cancellationToken);
            if (parse.GetValue(switches.Json))
            {
                await Output.JsonAsync(parse, holds);
                return;
            }

            var zone = SchoolZone.Of(opened.School.TimeZone);
            Output.Table(parse, ["Hold", "On", "Since", "By", "Why", "Lifted"], holds.Select(hold => (string[])
            [
                hold.Hold.ToString(), hold.About, Output.Time(hold.PlacedAt, zone), hold.Author, SetupText.Shown(hold.Reason),
                hold.LiftedAt is null ? "-" : $"{Output.Time(hold.LiftedAt, zone)} by {hold.LiftedBy}: {hold.WhyLifted}",
            ]));
        });
    }

    private static Command Lift(Installation installation)
    {
        var switches = new RetentionSwitches();
        var hold = new Argument<Guid>("hold") { Description = "Id of the hold.", CustomParser = SourceSwitch.Read };
        var reason = RetentionSwitches.Reason("Why it is over; kept with the hold.");
        var command = new ExampledCommand(
            "lift", "Lift a legal hold: from then on clocks and erasures count again.", $"onlinesafety hold lift {Example} --school \"Example Academy\" --reason \"The inquiry is closed\"")
        {
            hold, switches.School, reason, switches.As,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            await new HoldDesk(opened.Retention, opened.Seals).LiftAsync(opened.School.SchoolId, parse.GetRequiredValue(hold), parse.GetRequiredValue(reason), opened.Actor, cancellationToken);
            await Output.LineAsync(parse, "The hold is lifted.");
        });
    }
}
