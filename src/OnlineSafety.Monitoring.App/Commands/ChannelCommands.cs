using System.CommandLine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Events;
using OnlineSafety.Monitoring.Notifications;
using OnlineSafety.Monitoring.Notifications.Email;
using OnlineSafety.Monitoring.Notifications.Outgoing;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Where a school has its alerts told beside e-mail.</summary>
internal static class ChannelCommands
{
    private const string Example = "5b0c4d3e-0000-4000-8000-000000000000";

    public static Command Add(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var kind = new Option<string>("--kind") { Description = "webhook (signed by Standard Webhooks), teams (a workflow of Microsoft Teams) or exec (a program of this installation, such as a gateway for text messages).", Required = true };
        var url = new Option<string?>("--url") { Description = "Where the webhook or the workflow listens, https.", HelpName = "URL" };
        var program = new Option<string?>("--command") { Description = "Name of the program in the settings, Channels:Commands.", HelpName = "NAME" };
        var name = new Option<string?>("--name") { Description = "Name for people; without it the kind." };
        var least = new Option<string>("--least") { Description = "Least severity that is told there: low, medium, high or critical.", DefaultValueFactory = _ => "high" };
        var json = Output.JsonSwitch();
        kind.AcceptOnlyFromAmong(ChannelKind.Webhook, ChannelKind.Teams, ChannelKind.Exec);
        least.AcceptOnlyFromAmong("low", "medium", "high", "critical");
        var command = new ExampledCommand(
            "add",
            "Have alerts told through another channel as well. Never those about staff, nor those for the DSL alone: nobody knows here who reads it.",
            "onlinesafety channel add --school \"Example Academy\" --kind webhook --url https://desk.example.sch.uk/alerts",
            "onlinesafety channel add --school \"Example Academy\" --kind exec --command sms --least critical")
        {
            school, kind, url, program, name, least, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var wanted = parse.GetRequiredValue(kind);
            var address = wanted == ChannelKind.Exec
                ? Known(Options(installation, parse), parse.GetValue(program) ?? throw new SetupException("Give --command, a name in Channels:Commands of the settings."))
                : parse.GetValue(url) ?? throw new SetupException("Give --url.");
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            _ = Words.TryRead<Severity>(parse.GetRequiredValue(least), out var severity);
            var settings = installation.Settings(parse);
            var issued = await new ChannelRegister(database[DatabaseRole.Setup], installation.Time).AddAsync(
                at.SchoolId, wanted, parse.GetValue(name) ?? wanted, address, severity, settings.MasterKey(mayMake: settings.Embedded), Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { channel = issued.Id, secret = issued.Secret });
                return;
            }

            await Output.LineAsync(parse, $"Channel {issued.Id}.");
            if (issued.Secret.Length > 0)
            {
                await Output.LineAsync(parse, $"Signing secret, shown only now:  {issued.Secret}");
            }

            await Output.LineAsync(parse, $"Try it out:  onlinesafety channel test {issued.Id} --school {at.SchoolId}");
        });
    }

    public static Command List(Installation installation)
    {
        var school = SchoolSwitch.Required();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("list", "List the channels of a school and whether they work; never where they lead.", "onlinesafety channel list --school \"Example Academy\"") { school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var channels = await new ChannelRegister(database[DatabaseRole.Setup], installation.Time).ListAsync(at.SchoolId, Installation.Operator, cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, channels.Select(c => new { channel = c.Id, c.Kind, c.Name, least = Words.Of(c.Least), failingSince = c.Trouble?.Since, error = c.Trouble?.Error ?? "" }));
                return;
            }

            var zone = SchoolZone.Of(at.TimeZone);
            Output.Table(parse, ["Channel", "Kind", "Name", "From", "State"], channels.Select(c => (string[])
                [c.Id.ToString(), c.Kind, c.Name, Words.Of(c.Least), c.Trouble is { } trouble ? $"nothing gets through since {Output.Time(trouble.Since, zone)} ({trouble.Error})" : "no trouble known"]));
        });
    }

    public static Command Remove(Installation installation)
    {
        var channel = Channel();
        var school = SchoolSwitch.Required();
        var command = new ExampledCommand("remove", "Remove a channel; what is due there is dropped.", $"onlinesafety channel remove {Example} --school \"Example Academy\"") { channel, school };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            await new ChannelRegister(database[DatabaseRole.Setup], installation.Time).RemoveAsync(at.SchoolId, parse.GetRequiredValue(channel), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, "The channel is removed.");
        });
    }

    public static Command Test(Installation installation)
    {
        var channel = Channel();
        var school = SchoolSwitch.Required();
        var json = Output.JsonSwitch();
        var command = new ExampledCommand("test", "Send a test through a channel, without any alert. Exit 1 when nobody took it.", $"onlinesafety channel test {Example} --school \"Example Academy\"") { channel, school, json };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup, DatabaseRole.Notify);
            var at = await SchoolSwitch.ResolveAsync(database, parse.GetRequiredValue(school), cancellationToken);
            var wanted = parse.GetRequiredValue(channel);
            var found = (await new ChannelRegister(database[DatabaseRole.Setup], installation.Time).ListAsync(at.SchoolId, Installation.Operator, cancellationToken)).FirstOrDefault(c => c.Id == wanted)
                ?? throw new SetupException($"The school has no channel {wanted}. See: onlinesafety channel list");
            var options = Microsoft.Extensions.Options.Options.Create(Options(installation, parse));
            var settings = installation.Settings(parse);
            var mail = Microsoft.Extensions.Options.Options.Create(new MailOptions { BaseUrl = settings.LinkAddress() });
            using var http = new GuardedHttp(options);
            var transport = new ChannelTransport(http, installation.Schemas.ReadThemeGuide(), options, mail, installation.Time);
            var sender = new ChannelSender(database[DatabaseRole.Notify], transport, options, [settings.MasterKeys(mayMake: false)], installation.Time);
            var fault = await sender.TryAsync(found, ThinNotice.Test(at.SchoolId, installation.Time.GetUtcNow()), cancellationToken);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { accepted = fault is null, fault = fault is { } code ? MailFaults.CodeOf(code) : "" });
            }
            else
            {
                await Output.LineAsync(parse, fault is { } known ? MailWords.OfChannel(known) : "The other side took it.");
            }

            return fault is null ? CommandLine.Done : CommandLine.Failed;
        });
    }

    private static Argument<Guid> Channel() => new("channel") { Description = "Id of the channel.", CustomParser = SourceSwitch.Read };

    private static string Known(ChannelOptions options, string name) => options.Commands.ContainsKey(name)
        ? name
        : throw new SetupException($"Channels:Commands of the settings has no \"{SetupText.Shown(name)}\". Write it there first: only the settings decide what is run.");

    private static ChannelOptions Options(Installation installation, ParseResult parse)
    {
        var configuration = installation.Settings(parse).Configuration;
        UnknownSettings.Refuse(configuration);
        var options = new ChannelOptions();
        configuration.GetSection(ChannelOptions.Section).Bind(options);
        var check = new ChannelOptionsCheck().Validate(null, options);
        return check.Failed ? throw new OptionsValidationException(ChannelOptions.Section, typeof(ChannelOptions), check.Failures) : options;
    }
}
