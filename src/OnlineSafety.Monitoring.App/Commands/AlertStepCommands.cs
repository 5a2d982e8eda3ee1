using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.People;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>The steps of an alert, each a command, taken by a named actor.</summary>
internal static class AlertStepCommands
{
    public static IEnumerable<Command> All(Installation installation)
    {
        yield return Create(installation, "ack", AlertStep.Acknowledge, "Acknowledge an alert: somebody is dealing with it. Stops all further messages about it.", "");
        yield return Create(installation, "review", AlertStep.Review, "Say that an alert is being looked into.", "");
        yield return Create(installation, "assign", AlertStep.Assign, "Give an alert to a member of staff, who is told.", " --to deputy@school.example", To());
        yield return Create(installation, "note", AlertStep.Note, "Add a note to an alert, in whatever state.", " --note \"Parent called back\"", Note());
        yield return Create(installation, "escalate", AlertStep.Escalate, "Put an alert before the next desk, which is told.", " --note \"Pattern over three weeks\"", Note());
        yield return Create(
            installation, "handover", AlertStep.HandOver, "Say that an alert goes on in the case system.", " --reference C-1042",
            new Option<string>("--reference") { Description = "The case's reference there.", Required = true }, Note(required: false));
        yield return Create(
            installation, "resolve", AlertStep.Resolve, "Resolve an alert with an outcome and a note.", " --outcome concern --note \"Spoke with the pupil; referral made\"",
            Outcome(), Note());
        yield return Create(installation, "reopen", AlertStep.Reopen, "Open a resolved alert again: it is new, and its history stays.", " --note \"Happened again at home\"", Note());
    }

    private static Option<string> Note(bool required = true) => new("--note") { Description = "What was found and done, or why.", Required = required };

    private static Option<string> To() => new("--to") { Description = "E-mail address or id of the member of staff.", HelpName = "STAFF", Required = true };

    private static Option<string> Outcome()
    {
        var outcome = new Option<string>("--outcome") { Description = $"What it was: {string.Join(", ", AlertOutcome.All)}.", Required = true };
        outcome.AcceptOnlyFromAmong([.. AlertOutcome.All]);
        return outcome;
    }

    private static ExampledCommand Create(Installation installation, string name, AlertStep step, string description, string example, params Option<string>[] asks)
    {
        var switches = new AlertSwitches();
        var alert = AlertSwitches.Alert();
        var command = switches.Asks(new ExampledCommand(name, description, $"onlinesafety alerts {name} 12 --school \"Example Academy\" --as dsl@school.example{example}") { alert, switches.School });
        foreach (var ask in asks)
        {
            command.Add(ask);
        }

        return command.Does(async (parse, cancellationToken) =>
        {
            var reference = AlertSwitches.Reference(parse.GetRequiredValue(alert));
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            string? Said(string option) => asks.FirstOrDefault(ask => ask.Name == option) is { } ask ? parse.GetValue(ask) : null;
            var staff = Said("--to") is { } to
                ? (await new StaffList(opened.Database[DatabaseRole.Setup]).FindAsync(opened.School.SchoolId, to, Installation.Operator, cancellationToken)).StaffId
                : (Guid?)null;
            var move = AlertMove.TryCreate(step, new MoveInput(Said("--note"), Said("--outcome"), Said("--reference"), staff), out var wrong) ?? throw new SetupException(wrong);
            var result = await opened.Queue.StepAsync(opened.School.SchoolId, opened.Actor, reference, move, cancellationToken);
            var now = result.Alert ?? throw AlertSwitches.NoSuchAlert(reference);
            if (result.Refusal is { } refusal)
            {
                throw new SetupException($"Alert {now.Number}: {refusal}");
            }

            await (parse.GetValue(switches.Json) ? Output.JsonAsync(parse, now) : Output.LineAsync(parse, Answer(opened, result, move)));
        });
    }

    private static string Answer(OpenedQueue opened, StepResult result, AlertMove move) =>
        $"Alert {result.Alert!.Number} was {AlertSteps.Done(move.Step)} by {SetupText.Shown(opened.Actor.Name)}. It is {AlertState.Shown(result.Alert.State)}." + result.Told switch
        {
            0 => "",
            1 => " 1 member of staff is told.",
            var told => $" {Counted.Of(told, "member of staff is", "members of staff are")} told.",
        };
}
