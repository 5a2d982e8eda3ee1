using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Access.Sealing;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.App.Demo;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Shows the whole way on sample exports: real doors, real log, real mails.</summary>
internal static class DemoCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public static Command Create(Installation installation)
    {
        var http = Address("--http", "Where HTTP listens; without it a free port of 127.0.0.1.", () => $"127.0.0.1:{DemoSchool.FreePort()}");
        var syslog = Address("--syslog", "Where syslog listens; without it a free port of 127.0.0.1.", () => "127.0.0.1:0");
        var exit = new Option<bool>("--exit") { Description = "Stop when everything was shown, instead of going on serving." };
        var command = new ExampledCommand(
            "demo",
            "Make a school with one source per product, play the sample exports through the doors, and show what came of it. Can be repeated.",
            "onlinesafety demo --data ./demo-data",
            "onlinesafety demo --data ./demo-data --exit")
        {
            http, syslog, exit,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var options = new ServiceOptions
            {
                Settings = installation.Settings(parse),
                Http = ServiceOptions.Endpoint(parse.GetRequiredValue(http), "--http"),
                Syslog = ServiceOptions.Endpoint(parse.GetRequiredValue(syslog), "--syslog"),
            };
            await using var service = await RunningService.StartAsync(options, installation.Schemas, installation.Time, cancellationToken);
            foreach (var line in service.ReadyLines())
            {
                await Output.LineAsync(parse, line);
            }

            var shown = await ShowAsync(parse, installation, service, cancellationToken);
            if (!parse.GetValue(exit))
            {
                await Output.LineAsync(parse);
                await Output.LineAsync(parse, "The service goes on; Ctrl-C stops it.");
                foreach (var line in await FirstSignIn.LinesAsync(service, FirstSignIn.ToJournal(parse), installation.Time, cancellationToken))
                {
                    await Output.LineAsync(parse, line);
                }

                await service.WaitForShutdownAsync(cancellationToken);
            }

            return shown ? CommandLine.Done : CommandLine.Failed;
        });
    }

    private static Option<string> Address(string name, string description, Func<string> otherwise)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "ADDR:PORT", DefaultValueFactory = _ => otherwise() };
        UsageCheck.RequireEndpoint(option);
        return option;
    }

    private static async Task<bool> ShowAsync(ParseResult parse, Installation installation, RunningService service, CancellationToken cancellationToken)
    {
        var actor = Installation.Operator;
        var demo = new DemoSchool(service.Database, service.Services.GetRequiredService<SchoolSeals>(), installation.Time);
        var progress = new DemoProgress(service.Database, installation.Time);
        var school = await demo.EnsureAsync(actor, cancellationToken);
        var sources = await demo.SourcesAsync(school, Samples.Read(installation.Schemas), actor, cancellationToken);
        var before = await progress.ReportAsync(cancellationToken);
        long sent = 0;
        using (var player = new DemoPlayer(service.Addresses, service.Options.Syslog.Address, installation.Time))
        {
            foreach (var source in sources)
            {
                sent += await player.PlayAsync(source, cancellationToken);
            }
        }

        await Output.LineAsync(parse);
        await Output.LineAsync(parse, string.Create(CultureInfo.InvariantCulture, $"{Counted.Of(sent, "record")} sent by {Counted.Of(sources.Count, "source")} of {DemoSchool.Name}."));
        var done = await progress.WaitAsync(school, before.Stored + sent, Patience, cancellationToken);
        await PrintAlertsAsync(parse, service, school, actor, cancellationToken);
        await PrintSourcesAsync(parse, installation, service, school, actor, cancellationToken);
        await PrintMailsAsync(parse, service);
        var report = await progress.ReportAsync(cancellationToken);
        foreach (var line in VerifyCommand.Lines(report))
        {
            await Output.LineAsync(parse, line);
        }

        if (!done)
        {
            await parse.InvocationConfiguration.Error.WriteLineAsync($"Not everything was processed and mailed within {Patience.TotalSeconds:0} s.");
        }

        return done && report.Clean;
    }

    private static async Task PrintAlertsAsync(ParseResult parse, RunningService service, Guid school, Actor actor, CancellationToken cancellationToken)
    {
        var queue = service.Services.GetRequiredService<AlertQueue>();
        var alerts = await queue.ListAsync(school, actor, [], AlertQueue.MostAlerts, cancellationToken);
        Output.Table(
            parse,
            ["No", "Product", "Risk (C)", "Theme", "Severity", "Events", "Because"],
            alerts.Select(a => (string[])
            [
                a.Number.ToString(CultureInfo.InvariantCulture),
                string.Join(", ", a.Vendors),
                a.Risk,
                a.NeedsReview ? $"{a.Theme} (needs review)" : a.Theme,
                a.Severity,
                a.Count.ToString(CultureInfo.InvariantCulture),
                a.Reasons.Count > 0 ? a.Reasons[0].Explanation : "",
            ]));
    }

    private static async Task PrintSourcesAsync(
        ParseResult parse, Installation installation, RunningService service, Guid school, Actor actor, CancellationToken cancellationToken)
    {
        var listed = await new SourceRegister(service.Database[DatabaseRole.Setup], installation.Time).ListAsync(school, actor, cancellationToken);
        Output.Table(
            parse,
            ["Source", "Records", "Unreadable, kept for review", "Unmapped words"],
            listed.Select(s => (string[])
            [
                s.Source.Name,
                (s.Health?.Records ?? 0).ToString(CultureInfo.InvariantCulture),
                (s.Health?.Review ?? 0).ToString(CultureInfo.InvariantCulture),
                s.UnmappedValues.ToString(CultureInfo.InvariantCulture),
            ]));
    }

    private static Task PrintMailsAsync(ParseResult parse, RunningService service)
    {
        var mail = service.Services.GetRequiredService<IOptions<MailOptions>>().Value;
        var outbox = Path.GetFullPath(mail.Outbox);
        var line = mail.HasRelay
            ? $"Mails went to {mail.RelayHost}:{mail.RelayPort}."
            : $"{Counted.Of(Directory.Exists(outbox) ? Directory.EnumerateFiles(outbox, "*.eml").Count() : 0, "mail lies", "mails lie")} in {outbox}";
        return Output.LineAsync(parse, line);
    }
}
