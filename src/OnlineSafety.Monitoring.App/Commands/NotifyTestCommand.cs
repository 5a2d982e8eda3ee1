using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Tries out whether people can be told.</summary>
internal static class NotifyTestCommand
{
    public static Command Create(Installation installation)
    {
        var to = new Option<string>("--to") { Description = "Mail address that the test goes to.", Required = true, HelpName = "ADDRESS" };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "test",
            "Send one test mail as alerts are sent, and say step by step what happened. Exit 1 when nobody took it.",
            "onlinesafety notify test --to dsl@example.sch.uk",
            "onlinesafety notify test --to dsl@example.sch.uk --json")
        {
            to, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var report = await new MailTrial(Mail(installation, parse), installation.Time).RunAsync(parse.GetRequiredValue(to), cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, report);
            }
            else
            {
                foreach (var line in Lines(report))
                {
                    await Output.LineAsync(parse, line);
                }
            }

            return report.Accepted ? CommandLine.Done : CommandLine.Failed;
        });
    }

    private static MailOptions Mail(Installation installation, ParseResult parse)
    {
        var settings = installation.Settings(parse);
        UnknownSettings.Refuse(settings.Configuration);
        var mail = new MailOptions { Outbox = Path.Combine(settings.DataDirectory, "outbox"), BaseUrl = settings.LinkAddress() };
        settings.Configuration.GetSection(MailOptions.Section).Bind(mail);
        var check = new MailOptionsCheck().Validate(null, mail);
        return check.Failed ? throw new OptionsValidationException(MailOptions.Section, typeof(MailOptions), check.Failures) : mail;
    }

    private static IEnumerable<string> Lines(MailTrialReport report)
    {
        foreach (var step in report.Steps)
        {
            yield return $"{(step.Well ? "ok    " : "FAILED")}  {step.Words}";
            if (step.Detail.Length > 0)
            {
                yield return $"          {SetupText.Shown(step.Detail)}";
            }
        }

        yield return report.Advice.Length > 0 ? report.Advice : "The mail is on its way. Look whether it arrives, and not among junk mail.";
    }
}
