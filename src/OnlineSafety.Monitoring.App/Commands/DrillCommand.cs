using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Drills;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Tries the whole chain out, from the alert to the person who answers, and reports who got it.</summary>
internal static class DrillCommand
{
    private const int LongestWait = 24 * 60;

    public static Command Create(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var severity = new Option<string>("--severity") { Description = "How grave it says it is: high or critical.", DefaultValueFactory = _ => "critical" };
        var wait = new Option<int>("--wait") { Description = $"Minutes to wait for somebody to answer, at most {LongestWait}; without it the drill goes on by itself.", HelpName = "MINUTES" };
        var json = Output.JsonSwitch();
        severity.AcceptOnlyFromAmong("high", "critical");
        wait.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > LongestWait)
            {
                result.AddError($"--wait is from 0 to {LongestWait} minutes.");
            }
        });
        var command = new ExampledCommand(
            "drill",
            "Raise a marked test alert through the whole chain: people get it, answer it, and are followed up like any other. Exit 3 when nobody answered in time.",
            "onlinesafety drill --school \"Example Academy\" --wait 30",
            "onlinesafety drill --school \"Example Academy\" --severity high --json")
        {
            school, severity, wait, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Process, DatabaseRole.Console);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var word = parse.GetRequiredValue(severity);
            _ = Words.TryRead<Severity>(word, out var grave);
            var policies = new PolicyDirectory(installation.Schemas.ReadBankHolidays(), NullLogger<PolicyDirectory>.Instance);
            var drill = await new DrillRaiser(database[DatabaseRole.Process], policies).RaiseAsync(at.SchoolId, Installation.Operator, grave, cancellationToken);
            var watch = new DrillWatch(database[DatabaseRole.Console], new AlertQueue(database[DatabaseRole.Console], installation.Schemas.ReadThemeGuide(), policies, installation.Seals(parse, database[DatabaseRole.Console])), installation.Time);
            var minutes = parse.GetValue(wait);
            if (minutes > 0)
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Drill {drill.Number} is raised; waiting up to {Counted.Of(minutes, "minute")} for an answer."));
                await watch.WaitAsync(at.SchoolId, Installation.Operator, drill.Alert, TimeSpan.FromMinutes(minutes), cancellationToken);
            }

            var report = await watch.ReportAsync(at.SchoolId, Installation.Operator, drill, word, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, report);
            }
            else
            {
                await ShowAsync(parse, report, SchoolZone.Of(at.TimeZone), waited: minutes > 0);
            }

            return minutes > 0 && report.Answered is null ? CommandLine.Unfit : CommandLine.Done;
        });
    }

    private static async Task ShowAsync(ParseResult parse, DrillReport report, TimeZoneInfo zone, bool waited)
    {
        await Output.LineAsync(parse, $"Drill {report.Number}, {report.Severity}, raised {Output.Time(report.RaisedAt, zone)}.");
        Output.Table(parse, ["To", "By", "Why", "State", "Sent"], report.Told.Select(told => (string[])
        [
            SetupText.Shown(told.Name ?? (told.Channel == "email" ? "nobody was there to tell" : "the school's channel")), told.Channel, told.Cause,
            told.ReachedNobody ? SentCode.FolderWords : told.Why.Length > 0 ? $"{told.State}: {told.Why}" : told.State, told.SentAt is { } sent ? Output.Time(sent, zone) : "-",
        ]));
        if (report.Told.Any(told => told.ReachedNobody))
        {
            await Output.LineAsync(parse, "There is no mail relay, so that no mail reached anybody: set Mail:RelayHost, and try it with onlinesafety notify test.");
        }

        if (report.Breaches > 0)
        {
            await Output.LineAsync(parse, "It was not answered in time, and others were told.");
        }

        await Output.LineAsync(parse, report.Answered is { } answer
            ? string.Create(CultureInfo.InvariantCulture, $"Answered by {SetupText.Shown(answer.By)} after {report.AnsweredAfter!.Value.TotalMinutes:0.0} min ({answer.Step}).")
            : waited ? "Nobody has answered it." : $"It goes on by itself. See later: onlinesafety alerts history {report.Number} --school ... Resolve it with the outcome test.");
    }
}
