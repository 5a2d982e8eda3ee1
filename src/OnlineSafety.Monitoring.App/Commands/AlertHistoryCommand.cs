using System.CommandLine;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>What was done about an alert, and who was told of it.</summary>
internal static class AlertHistoryCommand
{
    public static Command Create(Installation installation)
    {
        var switches = new AlertSwitches();
        var alert = AlertSwitches.Alert();
        var command = switches.Asks(new ExampledCommand(
            "history", "Show every step of an alert, and who was told of it, when and how.", "onlinesafety alerts history 12 --school \"Example Academy\" --as dsl@school.example")
        {
            alert, switches.School,
        });
        return command.Does(async (parse, cancellationToken) =>
        {
            var reference = AlertSwitches.Reference(parse.GetRequiredValue(alert));
            await using var opened = await switches.OpenAsync(installation, parse, cancellationToken);
            var steps = await opened.Queue.HistoryAsync(opened.School.SchoolId, opened.Actor, reference, cancellationToken);
            if (steps.Count == 0)
            {
                throw AlertSwitches.NoSuchAlert(reference);
            }

            var history = new AlertHistoryView(steps, await opened.Queue.ToldAsync(opened.School.SchoolId, opened.Actor, reference, cancellationToken));
            if (parse.GetValue(switches.Json))
            {
                await Output.JsonAsync(parse, history);
                return;
            }

            var zone = SchoolZone.Of(opened.School.TimeZone);
            // In the order in which it came about, whoever it came from.
            var lines = history.Steps.Select(step => (step.At, Text: Text(step))).Concat(history.Told.Select(told => (At: told.Since, Text: Text(told, zone))));
            foreach (var (at, text) in lines.OrderBy(line => line.At))
            {
                await Output.LineAsync(parse, $"{Output.Time(at, zone)}  {SetupText.Shown(text)}");
            }
        });
    }

    private static string Text(StepView step) =>
        $"{AlertSteps.Done(step.Step)} by {step.By}"
        + (step.Detail.Length > 0 ? $": {step.Detail}" : "")
        + (step.From == step.To ? "" : $", {AlertState.Shown(step.From)} -> {AlertState.Shown(step.To)}")
        + (step.Note.Length > 0 ? $". \"{step.Note}\"" : "");

    private static string Text(ToldView told, TimeZoneInfo zone) =>
        $"    tell {told.Name ?? (told.Channel == "email" ? "nobody" : "the school's channel")} by {told.Channel} ({told.Cause}): {(told.ReachedNobody ? SentCode.FolderWords : told.State)}"
        + (told.SentAt is { } sent ? $" {Output.Time(sent, zone)}" : "")
        + (told is { Why.Length: > 0, ReachedNobody: false } ? $" ({told.Why})" : "")
        + (told.Withdrawn ? ", withdrawn" : "");
}
