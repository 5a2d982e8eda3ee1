using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.Alerts;
using OnlineSafety.Monitoring.Alerts.Policy;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Digests;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Sources;
using OnlineSafety.Monitoring.Storage.Hosting;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Shows the daily digest, and sends it again or early.</summary>
internal static class DigestCommands
{
    public static Command Preview(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var date = Date();
        var html = new Option<bool>("--html") { Description = "Print the HTML part." };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "preview", "Show the digest of a day as the DSL gets it, without sending it.", "onlinesafety digest preview --school \"Example Academy\" --date 2026-11-20")
        {
            school, date, html, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Notify);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            await using var services = Services(installation, parse, database);
            var digest = await services.GetRequiredService<DigestPreview>()
                .RenderAsync(at.SchoolId, Day(parse, date, installation), Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, digest);
                return;
            }

            if (!digest.Stored)
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync("That day has no digest. This is what one made now would say.");
            }

            await Output.LineAsync(parse, digest.Subject);
            await Output.LineAsync(parse);
            await Output.LineAsync(parse, parse.GetValue(html) ? digest.Html : digest.Text);
        });
    }

    public static Command Send(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var date = Date();
        var command = new ExampledCommand(
            "send", "Send the digest of a day: a missing one is made, a sent one is sent once more, unchanged.", "onlinesafety digest send --school \"Example Academy\" --date 2026-11-20")
        {
            school, date,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Notify);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            await using var services = Services(installation, parse, database);
            var sent = await services.GetRequiredService<DigestSender>()
                .SendForAsync(at.SchoolId, Day(parse, date, installation), Installation.Operator, cancellationToken);
            if (sent == DigestSending.NotYet)
            {
                throw new SetupException("That day is still to come at the school.");
            }

            await Output.LineAsync(parse, $"{(sent == DigestSending.Made ? "The digest was made" : "The digest goes out once more")}; the running service sends it, or the next one to start.");
        });
    }

    public static Command Days(Installation installation)
    {
        var days = new Argument<string>("days") { Description = "every, or school: a digest on school days alone, each with what came since the one before." };
        days.AcceptOnlyFromAmong(DigestDays.Every, DigestDays.School);
        var school = SchoolSwitch.Required();
        var command = new ExampledCommand("days", "Choose the days on which a school gets its digest.", "onlinesafety digest days school --school \"Example Academy\"") { days, school };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            await new SchoolRegister(database[DatabaseRole.Setup]).ChooseDigestDaysAsync(at.SchoolId, parse.GetRequiredValue(days), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, parse.GetRequiredValue(days) == DigestDays.School ? "The digest comes on school days." : "The digest comes every day.");
        });
    }

    private static DateOnly Day(ParseResult parse, Option<DateOnly?> date, Installation installation) =>
        parse.GetValue(date) ?? DateOnly.FromDateTime(installation.Time.GetLocalNow().DateTime);

    private static Option<DateOnly?> Date() => DaySwitch.Optional("--date", "Day of the digest; without it today.");

    private static ServiceProvider Services(Installation installation, ParseResult parse, MonitoringDatabase database)
    {
        var settings = installation.Settings(parse);
        var guide = installation.Schemas.ReadThemeGuide();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(installation.Time);
        services.AddSingleton<ThemeGuide>(guide);
        services.AddSingleton<IThemeWords>(guide);
        services.AddSingleton(installation.Schemas.ReadCategoryWords(settings.Configuration["Vendors"]));
        services.AddSingleton(new PolicyDirectory(installation.Schemas.ReadBankHolidays(), NullLogger<PolicyDirectory>.Instance));
        services.AddKeyedSingleton(DatabaseRole.Notify, database[DatabaseRole.Notify]);
        services.AddOptions<MailOptions>().Configure(mail => mail.BaseUrl = settings.LinkAddress())
            .Bind(settings.Configuration.GetSection(MailOptions.Section));
        services.AddDigestCommands();
        return services.BuildServiceProvider();
    }
}
