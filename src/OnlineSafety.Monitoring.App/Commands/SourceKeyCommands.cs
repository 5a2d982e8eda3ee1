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
        var keep = new Option<string?>("--keep") { Description = "Where two are in use, the one that the product has: newer or older. The other one ends.", HelpName = "KEY" };
        keep.AcceptOnlyFromAmong("newer", "older");
        var json = Output.JsonSwitch();
        var command = new ExampledCommand(
            "rotate-key",
            "Give a source a new key; the one that the product has works on until the next rotation.",
            "onlinesafety source rotate-key 5b0c4d3e-0000-4000-8000-000000000000",
            "onlinesafety source rotate-key 5b0c4d3e-0000-4000-8000-000000000000 --keep older",
            "onlinesafety source rotate-key 5b0c4d3e-0000-4000-8000-000000000000 --end-old")
        {
            source, endOld, keep, json,
        };
        return command.Does(async (parse, cancellationToken) =>
        {
            var old = (parse.GetValue(endOld), parse.GetValue(keep)) switch
            {
                (true, null) => OldKeys.EndAll,
                (true, _) => throw new SetupException("Give either --keep or --end-old."),
                (_, "newer") => OldKeys.KeepNewer,
                (_, "older") => OldKeys.KeepOlder,
                _ => OldKeys.KeepOne,
            };
            await using var database = await installation.OpenAsync(parse, cancellationToken, DatabaseRole.Setup);
            var issued = await new SourceRegister(database[DatabaseRole.Setup], installation.Time)
                .RotateKeyAsync(parse.GetRequiredValue(source), old, Installation.Operator, cancellationToken);
            var settings = installation.Settings(parse);
            var mailbox = SourceAddress.Of(issued.Source, ServiceAddresses.Read(settings.DataDirectory).SeenBy(settings.PublicAddress), settings.DropDirectory).MailboxOf(issued.Source, issued.Key);
            if (parse.GetValue(json))
            {
                await Output.JsonAsync(parse, new { source = issued.Source.SourceId, key = issued.Key, mail = mailbox });
                return;
            }

            var what = mailbox is null ? "key" : "mail address";
            await Output.LineAsync(parse, $"New {what} of {issued.Source.Name}, shown only now:  {mailbox ?? issued.Key}");
            await Output.LineAsync(parse, old == OldKeys.EndAll ? "Older ones no longer work." : "The one that the product has works until the next rotation.");
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
            await Output.LineAsync(parse, $"Source {disabled.Name} ({disabled.SourceId}) is disabled: its key is refused. Its syslog lines go to another source of its school that fits them, or to \"unassigned\"; a port of its own is closed.");
        });
    }

    private static Argument<Guid> SourceArgument() => new("source") { Description = "Id of the source.", CustomParser = SourceSwitch.Read };
}
