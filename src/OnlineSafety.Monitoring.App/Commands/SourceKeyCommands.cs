using System.CommandLine;
using OnlineSafety.Monitoring.Access;
using OnlineSafety.Monitoring.App.Guides;
using OnlineSafety.Monitoring.App.Hosting;
using OnlineSafety.Monitoring.Sources;

namespace OnlineSafety.Monitoring.App.Commands;

/// <summary>Rotates a source's key, and takes a source out of use.</summary>
internal static class SourceKeyCommands
{
    public static Command Rotate(Installation installation)
    {
        var source = SourceArgument();
        var endOld = new Option<bool>("--end-old") { Description = "End the old key at once, because it leaked." };
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "rotate-key",
            "Give a source a new key; the old one works until the next rotation.",
            "onlinesafety source rotate-key 5b0c4d3e-0000-4000-8000-000000000000",
            "onlinesafety source rotate-key 5b0c4d3e-0000-4000-8000-000000000000 --end-old")
        {
            source, endOld, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var issued = await new SourceRegister(database[DatabaseRole.Setup], installation.Time)
                .RotateKeyAsync(parse.GetRequiredValue(source), parse.GetValue(endOld), Installation.Operator, cancellationToken);
            var settings = installation.Settings(parse);
            var mailbox = SourceAddress.Of(issued.Source, ServiceAddresses.Read(settings.DataDirectory).SeenBy(settings.PublicAddress), settings.DropDirectory).MailboxOf(issued.Source, issued.Key);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { source = issued.Source.SourceId, key = issued.Key, mail = mailbox });
                return;
            }

            var what = mailbox is null ? "key" : "mail address";
            await Output.LineAsync(parse, $"New {what} of {issued.Source.Name}, shown only now:  {mailbox ?? issued.Key}");
            await Output.LineAsync(parse, parse.GetValue(endOld) ? "Older ones no longer work." : "The one before it works until the next rotation.");
        });
    }

    public static Command Disable(Installation installation)
    {
        var source = SourceArgument();
        var command = new ExampledCommand(
            "disable", "Take a source out of use; what it sent stays.", "onlinesafety source disable 5b0c4d3e-0000-4000-8000-000000000000") { source };
        return command.Does(async (parse, cancellationToken) =>
        {
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var disabled = await new SourceRegister(database[DatabaseRole.Setup], installation.Time)
                .DisableAsync(parse.GetRequiredValue(source), Installation.Operator, cancellationToken);
            await Output.LineAsync(parse, $"Source {disabled.Name} ({disabled.SourceId}) is disabled: its key is refused and its syslog lines go to \"unassigned\".");
        });
    }

    private static Argument<Guid> SourceArgument() => new("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };
}
