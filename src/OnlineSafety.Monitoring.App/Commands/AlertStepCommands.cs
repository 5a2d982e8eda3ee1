using System.CommandLine;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Acknowledges and resolves alerts as a named actor.</summary>
internal static class AlertStepCommands
{
    public static Command Acknowledge(Installation installation)
    {
        var switches = new AlertSwitches();
        var alert = AlertSwitches.Alert();
        var command = new ExampledCommand(
            "ack", "Acknowledge an alert: somebody is dealing with it.", "onlinesafety alerts ack 12 --school \"Example Academy\" --as dsl@school.example")
        {
            alert, switches.School, switches.As, switches.Json,
        };
        return command.Does((parse, cancellationToken) => StepAsync(
            installation, switches, parse, alert,
            (opened, reference) => opened.Queue.StepAsync(opened.School.SchoolId, opened.Actor, reference, new AlertMove.Acknowledge(), cancellationToken),
            cancellationToken));
    }

    public static Command Resolve(Installation installation)
    {
        var switches = new AlertSwitches();
        var alert = AlertSwitches.Alert();
        var outcome = new Option<string>("--outcome") { Description = $"What it was: {string.Join(", ", AlertOutcome.All)}.", Required = true };
        var note = new Option<string>("--note") { Description = "What was found and done.", Required = true };
        outcome.AcceptOnlyFromAmong([.. AlertOutcome.All]);
        var command = new ExampledCommand(
            "resolve",
            "Resolve an alert with an outcome and a note.",
            "onlinesafety alerts resolve 12 --school \"Example Academy\" --as dsl@school.example --outcome concern --note \"Spoke with the pupil; referral made\"")
        {
            alert, switches.School, outcome, note, switches.As, switches.Json,
        };
        return command.Does((parse, cancellationToken) =>
        {
            var resolution = Resolution.TryCreate(parse.GetRequiredValue(outcome), parse.GetRequiredValue(note), out var wrong) ?? throw new SetupException(wrong);
            return StepAsync(
                installation, switches, parse, alert,
                (opened, reference) => opened.Queue.StepAsync(opened.School.SchoolId, opened.Actor, reference, new AlertMove.Resolve(resolution), cancellationToken),
                cancellationToken);
        });
    }

    private static async Task StepAsync(
        Installation installation,
        AlertSwitches switches,
        ParseResult parse,
        Argument<string> alert,
        Func<OpenedQueue, AlertReference, Task<StepResult>> work,
        CancellationToken cancellationToken)
    {
        var reference = AlertSwitches.Reference(parse.GetRequiredValue(alert));
        await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
        var result = await work(opened, reference);
        var now = result.Alert ?? throw AlertSwitches.NoSuchAlert(reference);
        if (result.Refusal is { } refusal)
        {
            throw new SetupException($"Alert {now.Number}: {refusal}");
        }

        if (parse.GetValue(switches.Json))
        {
            await Output.JsonAsync(parse, now);
            return;
        }

        await Output.LineAsync(parse, $"Alert {now.Number} is {now.State}, by {SetupText.Shown(opened.Actor.Name)}.");
    }
}
